"""The figures of a set: what the budget holds, what the quotes hold, what is refused, and what a question costs."""

from __future__ import annotations

import asyncio
import tempfile
import time
import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from answerback.answers.providers.quote import QuoteAnswerer
from answerback.core.answering import AnswerRequest, Passage, Quotes, Source
from answerback.core.grounding import ranking
from answerback.core.languages import language_of
from answerback.db.database import Database
from answerback.db.work import Work
from answerback.knowledge.index.embedders import Embedder
from answerback.knowledge.index.entries import entries
from answerback.knowledge.index.meaning import PassageVectors
from answerback.knowledge.index.search import SiteIndex
from answerback.migrations import migrate
from answerback.sites.store import add_site

from .sets import Question, QuestionSet

BUDGET = 1_500
SITE = "bench"


@dataclass(slots=True)
class Figures:
    """Shares of a set's questions, from 0 to 1; `missed` keeps what to look at. Times in seconds of CPU."""

    answerable: int = 0
    unanswerable: int = 0
    budget: int = 0
    first: int = 0
    three: int = 0
    elsewhere: int = 0
    elsewhere_asked: int = 0
    refused_rightly: int = 0
    refused_wrongly: int = 0
    cross_asked: int = 0
    cross_refused: int = 0
    choosing: list[float] = field(default_factory=list)
    quoting: list[float] = field(default_factory=list)
    missed: list[tuple[str, Question, tuple[Source, ...]]] = field(default_factory=list)


@asynccontextmanager
async def site_index(pages: Sequence[Sequence[Passage]], embedder: Embedder | None = None) -> AsyncIterator[SiteIndex]:
    """The product's own index of some pages, on a SQLite file that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/site.db"
        await asyncio.to_thread(migrate, url)
        db = Database(url)
        await db.connect()
        try:
            index = SiteIndex(db, None if embedder is None else PassageVectors(db, embedder))
            await db.write(lambda: _put(index, pages))
            await index.understand(SITE)
            yield index
        finally:
            await db.close()


def _put(index: SiteIndex, pages: Sequence[Sequence[Passage]]) -> Work[None]:
    yield from add_site(SITE, {"origins": "https://site.example"}, 0)
    for page in pages:
        if page:
            yield from index.put(SITE, page[0].url, entries(page))


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether one of the answers stands in a text, whatever its case and space."""
    folded = _folded(text)
    return any(_folded(answer) in folded for answer in answers)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


async def measure(
    questions: QuestionSet, *, limit: int = 0, cross: bool = False, embedder: Embedder | None = None
) -> Figures:
    """The figures of a set; `limit` takes so many of its questions, evenly spread, and `cross` asks each on a page
    about something else, too."""
    figures = Figures()
    step = max(1, len(questions.questions) // limit) if limit else 1
    async with site_index(questions.pages, embedder) as index:
        for number, question in enumerate(questions.questions[::step]):
            chosen, quotes = await _asked_at_home(figures, question, index, questions.pages[question.page])
            if cross and len(questions.pages) > 1:
                await _asked_abroad(figures, question, index, questions.pages, number)
            if not question.answers:
                continue
            marks = {
                "budget": any(holds(passage.text, question.answers) for passage in chosen),
                "first": bool(quotes) and holds(quotes[0].quote, question.answers),
                "three": any(holds(quote.quote, question.answers) for quote in quotes[:3]),
            }
            if len(questions.pages) > 1:
                away = (question.page + 1 + number % (len(questions.pages) - 1)) % len(questions.pages)
                marks["elsewhere"] = await _found_from(index, question, questions.pages[away])
                figures.elsewhere_asked += 1
            for name, good in marks.items():
                setattr(figures, name, getattr(figures, name) + good)
                if not good:
                    figures.missed.append((name, question, quotes))
    return figures


async def _asked_at_home(
    figures: Figures, question: Question, index: SiteIndex, page: Sequence[Passage]
) -> tuple[tuple[Passage, ...], tuple[Source, ...]]:
    page = await index.compared(SITE, page, await index.meaning_of(question.text))
    begun = time.process_time()
    chosen = ranking.choose(question.text, page, BUDGET)
    between = time.process_time()
    quotes = await quotes_for(question.text, chosen)
    figures.choosing.append(between - begun)
    figures.quoting.append(time.process_time() - between)
    if question.answers:
        figures.answerable += 1
        figures.refused_wrongly += not quotes
    else:
        figures.unanswerable += 1
        figures.refused_rightly += not quotes
    return chosen, quotes


async def _asked_abroad(
    figures: Figures, question: Question, index: SiteIndex, pages: Sequence[Sequence[Passage]], number: int
) -> None:
    """A question put to a page that is about something else."""
    title = pages[question.page][0].title
    others = [page for page in pages if page and page[0].title != title]
    if others:
        page = await index.compared(SITE, others[number * 7 % len(others)], await index.meaning_of(question.text))
        chosen = ranking.choose(question.text, page, BUDGET)
        figures.cross_asked += 1
        figures.cross_refused += not await quotes_for(question.text, chosen)


async def _found_from(index: SiteIndex, question: Question, page: tuple[Passage, ...]) -> bool:
    meaning = await index.meaning_of(question.text)
    others = await index.search(SITE, question.text, besides=page[0].url if page else "", meaning=meaning)
    found = ranking.choose(question.text, await index.compared(SITE, page, meaning), BUDGET, others=others)
    return any(holds(passage.text, question.answers) for passage in found)


async def quotes_for(question: str, passages: tuple[Passage, ...], context: str = "") -> tuple[Source, ...]:
    """What the `quote` provider shows."""
    request = AnswerRequest(
        messages=(), question=question, passages=passages, lang=language_of(question),
        model=None, max_tokens=0, answer_id="", context=context,
    )  # fmt: skip
    sources: tuple[Source, ...] = ()
    async for event in QuoteAnswerer().stream(request):
        if isinstance(event, Quotes):
            sources = event.sources
    return sources
