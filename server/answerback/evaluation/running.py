"""Answers each question as for a visitor and judges the result; stores nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from ..answers.build import make_answerer, token_budget
from ..answers.context import AnswerContext, Asking, ContextBuilder
from ..answers.degradation import RUNGS
from ..answers.providers import Answerer, ProviderError
from ..answers.providers.limits import limits_of, read_limits
from ..answers.providers.quote import QuoteAnswerer
from ..clock import SystemClock
from ..core.answering import Finished, Quotes, Source, TextDelta, Usage
from ..core.grounding.review import Review
from ..core.invisible import strip_hidden
from ..db.database import Database
from ..ids import RandomIds
from ..jobs.queue import JobQueue
from ..knowledge.build import Knowledge
from ..knowledge.store import page_text
from ..live.bus import MemoryBus
from ..metrics import Metrics
from ..runtime import Runtime
from ..settings import Settings
from ..sites.settings import Site
from ..sites.store import SiteDirectory
from .questions import Question, questions_of

__all__ = ["Outcome", "Result", "ask_all", "evaluate"]

AT_ONCE = 4
FREE = Usage(0, 0, 0.0)
Outcome = Literal["answered", "refused", "unsupported", "withheld", "failed"]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Result:
    """A model's answer to a question, as readers would see it."""

    question: Question
    model: str
    outcome: Outcome
    text: str = ""
    sources: tuple[Source, ...] = ()
    reason: str = ""
    sentences: int = 0
    unsupported: int = 0
    certainty: float | None = None
    usage: Usage = FREE
    first: float | None = None
    seconds: float = 0.0

    @property
    def right(self) -> bool | None:
        """Whether the answer is as expected; None if nothing is expected or the call failed."""
        if self.question.answerable is None or self.outcome == "failed":
            return None
        if not self.question.answerable:
            return self.outcome != "answered"
        said = self.text.casefold()
        words = self.question.expected
        return self.outcome == "answered" and (not words or any(word.casefold() in said for word in words))


@dataclass(slots=True)
class _Said:
    text: str = ""
    finished: str = ""
    sources: tuple[Source, ...] | None = None
    usage: Usage = FREE
    first: float | None = None
    error: str = ""


async def evaluate(
    settings: Settings, db: Database, site: Site, questions: Sequence[Question], models: Sequence[str],
    announce: Callable[[int, int], None], tell: Tell,
) -> list[Result]:  # fmt: skip
    """Evaluates a site; uses its own questions and model unless others are given."""
    clock, ids = SystemClock(), RandomIds()
    settings = replace(settings, secret_key=(ids.secret(),), fallback_model="")
    sites, jobs = SiteDirectory(db, clock, settings.daily_answers), JobQueue(clock, ids)
    runtime = Runtime(settings, db, MemoryBus(ids.new(), clock), clock, ids, sites, jobs)
    asked = questions or await questions_of(site, db)
    answerer = make_answerer(settings, clock, Metrics())
    knowledge = Knowledge(runtime, None)
    try:
        named = list(dict.fromkeys(models)) or [site.model or answerer.model]
        announce(len(asked), len(named))
        builder = ContextBuilder(db, clock, knowledge.reader, knowledge.index, answerer.model, token_budget(settings))
        return await ask_all(builder, runtime, answerer, site, asked, named, tell)
    finally:
        await answerer.close()
        await knowledge.close()


async def ask_all(
    builder: ContextBuilder, runtime: Runtime, answerer: Answerer, site: Site, questions: Sequence[Question],
    models: Sequence[str], tell: Tell,
) -> list[Result]:  # fmt: skip
    """Asks every model every question, a few at a time."""
    places, done = asyncio.Semaphore(AT_ONCE), itertools.count(1)

    async def one(question: Question, model: str) -> Result:
        async with places:
            result = await _ask(builder, runtime, replace(site, model=model), question, answerer)
        tell(next(done), len(questions) * len(models))
        return result

    return await asyncio.gather(*(one(question, model) for model in models for question in questions))


async def _ask(builder: ContextBuilder, runtime: Runtime, site: Site, question: Question, answerer: Answerer) -> Result:
    clock = asyncio.get_running_loop().time
    begun = clock()
    page = await page_text(runtime.db, site.key, question.url)
    asking = Asking(question.text, runtime.ids.new())
    limits = limits_of(read_limits(runtime.settings.model_limits), site.model or answerer.model)
    tokens = limits.tokens if limits else RUNGS[0].answer
    context = await builder.compose(site, asking, page, RUNGS[0].passages, tokens)
    said = await _hear(context, QuoteAnswerer() if context.silent else answerer, clock)
    named = site.model or answerer.model
    took = Result(
        question, named, "failed", reason=said.error, certainty=context.certainty, usage=said.usage,
        first=None if said.first is None else said.first - begun, seconds=clock() - begun,
    )  # fmt: skip
    if said.error:
        return took
    text = strip_hidden(said.text)
    review = await asyncio.to_thread(context.review, text, said.finished, said.sources)
    return replace(
        took, outcome=_outcome(said, review, silent=context.silent), text=review.text, sources=review.sources,
        reason=review.reason, sentences=review.supported_sentences + len(review.unsupported),
        unsupported=len(review.unsupported),
    )  # fmt: skip


async def _hear(context: AnswerContext, answerer: Answerer, clock: Callable[[], float]) -> _Said:
    said = _Said()
    try:
        async with aclosing(cast(Any, answerer.stream(context.request))) as events:
            async for event in events:
                if type(event) is TextDelta:
                    said.first = said.first or clock()
                    said.text += event.text
                elif type(event) is Usage:
                    said.usage = event
                elif type(event) is Quotes:
                    said.sources = event.sources
                elif type(event) is Finished:
                    said.finished = event.reason
    except ProviderError as error:
        said.error = error.code
    return said


def _outcome(said: _Said, review: Review, *, silent: bool) -> Outcome:
    if said.finished == "content_filter":
        return "withheld"
    if silent or review.reason == "refused":
        return "refused"
    return "unsupported" if review.unusable else "answered"
