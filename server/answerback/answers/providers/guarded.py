"""A provider behind a circuit breaker, with a fallback model."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import cast

from ...clock import Clock
from ...core.answering import AnswerEvent, AnswerRequest, Finished, TextDelta, Usage, Writing
from ...metrics import Metrics
from . import Answerer, Moderator, ProviderError, Thinker
from .breakers import Breakers
from .watching import ProviderWatch

THE_QUESTIONS_FAULT = {"bad_request"}
"""What another question would not meet, and nothing that another model mends."""


class GuardedAnswerer:
    """An answerer behind circuit breakers, with a fallback model until the first token."""

    def __init__(
        self, answerer: Answerer, clock: Clock, fallback: str = "", watch: ProviderWatch | None = None
    ) -> None:
        self._watch = watch or ProviderWatch(Metrics())
        self.name = answerer.name
        self.model = answerer.model
        self._answerer = answerer
        self._clock = clock
        self._fallback = fallback
        self._breakers: dict[str, Breakers] = {}

    async def close(self) -> None:
        """Closes connections."""
        await self._answerer.close()

    def thinking_tokens(self, model: str) -> int:
        """Tokens that a model may use for reasoning."""
        return self._answerer.thinking_tokens(model) if isinstance(self._answerer, Thinker) else 0

    async def moderate(self, text: str) -> bool | None:
        """Whether the provider flags a text; None if it cannot tell."""
        return await self._answerer.moderate(text) if isinstance(self._answerer, Moderator) else None

    async def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """Streams an answer, `Writing` first. Raises the first model's ProviderError if all failed."""
        first = request.model or self.model
        models = [first, self._fallback] if self._fallback and self._fallback != first else [first]
        problem: ProviderError | None = None
        spent, used = Usage(0, 0, None), Usage(0, 0, None)
        for model in models:
            breakers = self._breakers.setdefault(model, Breakers(model))
            wait = breakers.wait(request.asker, self._clock.now())
            if wait:
                refusal = ProviderError("unavailable", retryable=True, retry_after=wait / 1000, refused=True)
                problem = problem or refusal
                continue
            try:
                async with contextlib.aclosing(self._stream(replace(request, model=model), breakers)) as events:
                    async for event in events:
                        if type(event) is Usage:
                            event = used = spent.with_more(event)
                        yield event
                return
            except ProviderError as error:
                if error.started or error.code in THE_QUESTIONS_FAULT:
                    raise
                if problem is None or problem.refused:
                    problem = error
                spent = used
        assert problem is not None
        raise problem

    async def _stream(self, request: AnswerRequest, breakers: Breakers) -> AsyncGenerator[AnswerEvent, None]:
        told = said = False
        call = breakers.begin(request.asker)
        try:
            stream = cast(AsyncGenerator[AnswerEvent, None], self._answerer.stream(request))
            async with contextlib.aclosing(stream) as events:
                async for event in events:
                    if not told:
                        told = True
                        yield Writing(request.model or self.model)
                    if type(event) is TextDelta and not said:
                        said = True
                        breakers.succeeded(request.asker)
                        self._watch.breaker(request.model or self.model, is_open=breakers.open)
                    if type(event) is Finished and not said and event.reason != "content_filter":
                        raise ProviderError("malformed", retryable=False)
                    yield event
        except ProviderError as error:
            if error.outage and not error.started:
                breakers.failed(call, request.asker, self._clock.now(), error.retry_after)
                self._watch.breaker(request.model or self.model, is_open=breakers.open)
            raise
        finally:
            breakers.left(call, request.asker)
