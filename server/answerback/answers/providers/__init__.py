"""Who answers: the seam between the worker and whatever writes the text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Protocol, runtime_checkable

from ...core.answering import AnswerEvent, AnswerRequest

PROVIDER_ERRORS: Mapping[str, str] = {
    "ai_off": "Answers are switched off here.",
    "auth": "The answer provider does not accept our key.",
    "bad_request": "The answer provider did not accept the question.",
    "budget_exhausted": "Today's answers of this site are used up. Its owner will see your question.",
    "cut": "The answer broke off.",
    "malformed": "The answer provider sent something that is no answer.",
    "model_unknown": "The answer provider does not know the model.",
    "rate_limited": "The answer provider is busy.",
    "stalled": "The answer stopped coming.",
    "timeout": "The answer provider took too long.",
    "unavailable": "The answer provider cannot be reached.",
}
"""What visitors are told; the provider's own words never leave the server."""


class ProviderError(Exception):
    """No answer, or only a part of one.

    `code` is one of `PROVIDER_ERRORS`; `started` says whether text has come already; `retryable`, whether the same
    call may succeed later; `retry_after`, in seconds, when the provider said so.
    """

    def __init__(self, code: str, *, retryable: bool, started: bool = False, retry_after: float | None = None) -> None:
        self.code = code
        self.retryable = retryable
        self.started = started
        self.retry_after = retry_after
        super().__init__(code)


class Answerer(Protocol):
    """Writes one answer as a stream; leaving the iterator ends the call upstream."""

    name: str
    model: str

    def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """The answer's events, `Finished` last. Raises ProviderError."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class Moderator(Protocol):
    """A provider that can tell what should be neither answered nor said."""

    async def moderate(self, text: str) -> bool | None:
        """Whether the text is flagged; None when that cannot be told now."""
        ...
