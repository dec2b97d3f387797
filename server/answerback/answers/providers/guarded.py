"""A provider that is left alone while it is broken, and another model for the meantime.

A breaker as M. Nygard describes it in "Release It!" (2007): after some failures in a row nobody calls for a while, then
one call tries whether it is well again, and the while gets longer each time that it is not.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, replace
from typing import cast

from ...core.answering import AnswerEvent, AnswerRequest, TextDelta, Writing
from ...seams import Clock
from . import Answerer, Moderator, ProviderError

FAILURES = 5
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 15_000, 600_000
# Not the question's fault, so the next question would meet them too.
_OURS = {"auth", "model_unknown", "rate_limited", "timeout", "unavailable", "malformed"}


@dataclass(slots=True)
class Breaker:
    """Counts the failures of one model in a row; times in milliseconds."""

    failures: int = 0
    open_until: int = 0
    trying: bool = False

    def wait(self, now: int) -> int:
        """How long nobody shall call, 0 when one may. Of those who come after a pause, the first one tries."""
        if self.failures < FAILURES:
            return 0
        if now < self.open_until or self.trying:
            return max(1_000, self.open_until - now)
        self.trying = True
        return 0

    def succeeded(self) -> None:
        """It is well."""
        self.failures, self.open_until, self.trying = 0, 0, False

    def failed(self, now: int) -> None:
        """It is not."""
        self.failures, self.trying = self.failures + 1, False
        if self.failures >= FAILURES:
            pause = FIRST_PAUSE_MS * 2 ** min(10, self.failures - FAILURES)
            self.open_until = now + min(LONGEST_PAUSE_MS, pause)

    def left(self) -> None:
        """The call was given up before it came to anything."""
        self.trying = False


class GuardedAnswerer:
    """Another answerer behind a breaker for each model, with a model to fall back on before the first word."""

    def __init__(self, answerer: Answerer, clock: Clock, fallback: str = "") -> None:
        self.name = answerer.name
        self.model = answerer.model
        self._answerer = answerer
        self._clock = clock
        self._fallback = fallback
        self._breakers: dict[str, Breaker] = {}

    async def close(self) -> None:
        """Let go of connections."""
        await self._answerer.close()

    async def moderate(self, text: str) -> bool | None:
        """Whether the provider flags a text; None when it cannot tell."""
        return await self._answerer.moderate(text) if isinstance(self._answerer, Moderator) else None

    async def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """The answer's events, `Writing` first. Raises ProviderError, of the first model when all have failed."""
        first = request.model or self.model
        models = [first, self._fallback] if self._fallback and self._fallback != first else [first]
        problem: ProviderError | None = None
        for model in models:
            breaker = self._breakers.setdefault(model, Breaker())
            wait = breaker.wait(self._clock.now())
            if wait:
                problem = problem or ProviderError("unavailable", retryable=True, retry_after=wait / 1000)
                continue
            try:
                async with contextlib.aclosing(self._stream(replace(request, model=model), breaker)) as events:
                    async for event in events:
                        yield event
                return
            except ProviderError as error:
                if error.started or error.code not in _OURS:
                    raise
                problem = problem or error
        assert problem is not None
        raise problem

    async def _stream(self, request: AnswerRequest, breaker: Breaker) -> AsyncGenerator[AnswerEvent, None]:
        told = False
        try:
            stream = cast(AsyncGenerator[AnswerEvent, None], self._answerer.stream(request))
            async with contextlib.aclosing(stream) as events:
                async for event in events:
                    if not told:
                        told = True
                        yield Writing(request.model or self.model)
                    if type(event) is TextDelta:
                        breaker.succeeded()
                    yield event
        except ProviderError as error:
            if error.code in _OURS and not error.started:
                breaker.failed(self._clock.now())
            else:
                breaker.left()
            raise
        finally:
            breaker.left()
