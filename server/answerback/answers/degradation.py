"""Degradation levels as a site's budget runs out: full answers, shorter ones, reused ones, none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..clock import Clock
from ..core.answering import AnswerRequest, Usage
from ..db.database import Database
from ..sites.settings import Site
from . import quota, store
from .context import AnswerContext, ContextBuilder, question_of
from .providers.limits import Limits, limits_of
from .providers.prices import Prices, cost
from .reuse.lookup import already_answered
from .reuse.store import Answered


@dataclass(frozen=True, slots=True)
class DegradationLevel:
    """The tokens of a call's prompt and answer."""

    passages: int
    answer: int


RUNGS = (DegradationLevel(1_500, 800), DegradationLevel(500, 250))


class DegradationLevels:
    """Builds the fullest request that the budgets allow and reserves its cost before the call, at the dearer price of
    the model and its fallback."""

    # More than six arguments, because both models come with their prices and limits.
    def __init__(
        self,
        db: Database,
        clock: Clock,
        gatherer: ContextBuilder,
        models: tuple[str, str],
        prices: Prices,
        *,
        costs: bool,
        limits: Mapping[str, Limits] = MappingProxyType({}),
        thinking: Callable[[str], int] = lambda model: 0,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gatherer = gatherer
        self._model, self._fallback = models
        self._prices = prices
        self._costs = costs
        self._limits = limits
        self._thinking = thinking

    async def climb(self, site: Site, job: store.QueuedAnswer) -> AnswerContext | Answered | None:
        """The fullest request that the budgets allow, reserved; else an earlier answer; else None."""
        if not self._costs or not quota.has_budgets(site):
            return await self._gatherer.gather(site, job, RUNGS[0].passages, self._tokens(site, RUNGS[0]))
        question, now = await self._db.read(lambda: question_of(job)), self._clock.now()
        room = await self._db.read(lambda: quota.has_room(site, now))
        for rung in RUNGS if room else ():  # no query for what cannot be answered
            gathered = await self._gatherer.gather(site, job, rung.passages, self._tokens(site, rung))
            if await self._hold(site, job, gathered):
                return gathered
        return await self._db.read(lambda: already_answered(site.key, question))

    def counted(self, request: AnswerRequest, model: str, usage: Usage) -> None:
        """Learns from a server's token counts."""
        if usage.tokens_in and not usage.estimated:
            self._gatherer.tokens.learn(model, request.messages, usage.tokens_in)

    def _tokens(self, site: Site, rung: DegradationLevel) -> int:
        """The token limit of an answer: its model's, lower when the budget is nearly used up."""
        found = limits_of(self._limits, site.model or self._model)
        return max(1, found.tokens * rung.answer // RUNGS[0].answer) if found else rung.answer

    async def _hold(self, site: Site, job: store.QueuedAnswer, gathered: AnswerContext) -> bool:
        request = gathered.request
        models = [model for model in (request.model or self._model, self._fallback) if model]
        asked = max(self._gatherer.tokens.asked(model, request.messages) for model in models)
        said = {model: request.max_tokens + self._thinking(model) for model in models}
        price = max(cost(self._prices, model, asked, most, 0) or 0.0 for model, most in said.items())
        microusd = math.ceil(price * 1_000_000)
        tokens, now = asked + max(said.values()), self._clock.now()
        return await self._db.write(lambda: quota.reserve_cost(job.id, site, now, tokens=tokens, microusd=microusd))
