"""A provider that is left alone while it is broken, and another model for the meantime.

A breaker as M. Nygard describes it in "Release It!" (2007): after some failures in a row nobody calls for a while, then
one call tries whether it is well again, and the while gets longer each time that it is not.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, replace
from typing import cast

from ...clock import Clock
from ...core.answering import AnswerEvent, AnswerRequest, Finished, TextDelta, Usage, Writing
from ...metrics import Metrics
from . import Answerer, Moderator, ProviderError
from .watching import ProviderWatch

FAILURES = 5
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 15_000, 600_000
THE_QUESTIONS_FAULT = {"bad_request"}
"""What another question would not meet: no sign that the model is broken, and nothing that another model mends."""


class Call:
    """One call of a model, as its breaker knows it."""


@dataclass(slots=True)
class Breaker:
    """Counts the failures of one model in a row; times in milliseconds."""

    failures: int = 0
    open_until: int = 0
    trial: Call | None = None

    def wait(self, now: int) -> int:
        """How long nobody shall call, 0 when one may."""
        if self.failures < FAILURES or (now >= self.open_until and self.trial is None):
            return 0
        return max(1_000, self.open_until - now)

    def begin(self) -> Call:
        """One calls. The first one after a pause tries for all others, who wait until it has come to something."""
        call = Call()
        if self.failures >= FAILURES:
            self.trial = call
        return call

    def succeeded(self) -> None:
        """It is well."""
        self.failures, self.open_until, self.trial = 0, 0, None

    def failed(self, call: Call, now: int) -> None:
        """It is not. Calls that were under way when the pause began say nothing new."""
        if self.failures >= FAILURES and call is not self.trial:
            return
        self.failures, self.trial = self.failures + 1, None
        if self.failures >= FAILURES:
            pause = FIRST_PAUSE_MS * 2 ** min(10, self.failures - FAILURES)
            self.open_until = now + min(LONGEST_PAUSE_MS, pause)

    def left(self, call: Call) -> None:
        """The call is over; when it has come to nothing, the next one may try."""
        if call is self.trial:
            self.trial = None


class GuardedAnswerer:
    """Another answerer behind a breaker for each model, with a model to fall back on before the first word."""

    def __init__(
        self, answerer: Answerer, clock: Clock, fallback: str = "", watch: ProviderWatch | None = None
    ) -> None:
        self._watch = watch or ProviderWatch(Metrics())
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
        spent, used = Usage(0, 0, None), Usage(0, 0, None)
        for model in models:
            breaker = self._breakers.setdefault(model, Breaker())
            wait = breaker.wait(self._clock.now())
            if wait:
                problem = problem or ProviderError("unavailable", retryable=True, retry_after=wait / 1000)
                continue
            try:
                async with contextlib.aclosing(self._stream(replace(request, model=model), breaker)) as events:
                    async for event in events:
                        if type(event) is Usage:
                            event = used = _together(spent, event)
                        yield event
                return
            except ProviderError as error:
                if error.started or error.code in THE_QUESTIONS_FAULT:
                    raise
                problem, spent = problem or error, used
        assert problem is not None
        raise problem

    async def _stream(self, request: AnswerRequest, breaker: Breaker) -> AsyncGenerator[AnswerEvent, None]:
        told = said = False
        call = breaker.begin()
        try:
            stream = cast(AsyncGenerator[AnswerEvent, None], self._answerer.stream(request))
            async with contextlib.aclosing(stream) as events:
                async for event in events:
                    if not told:
                        told = True
                        yield Writing(request.model or self.model)
                    if type(event) is TextDelta and not said:
                        said = True
                        breaker.succeeded()
                        self._watch.breaker(request.model or self.model, is_open=False)
                    if type(event) is Finished and not said and event.reason != "content_filter":
                        raise ProviderError("malformed", retryable=True)
                    yield event
        except ProviderError as error:
            if error.code not in THE_QUESTIONS_FAULT and not error.started:
                breaker.failed(call, self._clock.now())
                self._watch.breaker(request.model or self.model, is_open=breaker.failures >= FAILURES)
            raise
        finally:
            breaker.left(call)


def _together(one: Usage, other: Usage) -> Usage:
    """What two calls have cost; of the two prices, the one that is known when only one is."""
    costs = [usage.cost_usd for usage in (one, other) if usage.cost_usd is not None]
    return Usage(
        one.tokens_in + other.tokens_in, one.tokens_out + other.tokens_out, sum(costs) if costs else None,
        estimated=one.estimated or other.estimated,
    )  # fmt: skip
