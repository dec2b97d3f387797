"""The interface between the worker and answer providers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, Self, runtime_checkable

from ...core.answering import AnswerEvent, AnswerRequest

PROVIDER_ERRORS = frozenset(
    """ai_off auth bad_request budget_exhausted cut malformed model_unknown question_edited rate_limited stalled timeout
    unavailable""".split()
)
"""Each has a text that visitors read (`answers.failures` in the locales); the provider's own words never leave the
server."""


class ProviderError(Exception):
    """No answer, or only part of one. `code` is one of `PROVIDER_ERRORS`. `started`: text had arrived. `retryable`: the
    same call may succeed later, after `retry_after` seconds if the provider said so. `outage`: the provider is at fault
    and no model read the question. `refused`: no call was made. `loading`: its model is not loaded yet."""

    # More than six arguments, because a failed call has that many facts; all but one are keywords.
    def __init__(
        self,
        code: str,
        *,
        retryable: bool,
        started: bool = False,
        retry_after: float | None = None,
        outage: bool = False,
        refused: bool = False,
        loading: bool = False,
    ) -> None:
        self.code = code
        self.retryable = retryable
        self.started = started
        self.retry_after = retry_after
        self.status: int | None = None
        self.outage = outage
        self.refused = refused
        self.loading = loading
        super().__init__(code)

    def of_status(self, status: int) -> Self:
        """The same error with the provider's HTTP status."""
        self.status = status
        return self


class Answerer(Protocol):
    """Streams one answer; leaving the iterator ends the upstream call."""

    name: str
    model: str

    def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """The answer's events, `Finished` last. Raises ProviderError."""
        ...

    async def close(self) -> None:
        """Closes connections."""
        ...


@runtime_checkable
class Thinker(Protocol):
    """A provider whose models may reason before they answer."""

    def thinking_tokens(self, model: str) -> int:
        """Tokens that a model may use for reasoning."""
        ...


@runtime_checkable
class Moderator(Protocol):
    """A provider that can moderate texts."""

    async def moderate(self, text: str) -> bool | None:
        """Whether the text is flagged; None if that is unknown now."""
        ...
