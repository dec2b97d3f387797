"""The figures of a set: what the budget holds, what the quotes hold, what is refused, and what a question costs."""

from __future__ import annotations

import asyncio
import math
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from answerback.answers.providers.quote import QuoteAnswerer
from answerback.core import ranking
from answerback.core.answering import AnswerRequest, Passage, Quotes, Source
from answerback.core.language import language_of

from .sets import Question, QuestionSet

BUDGET = 1_500
CANDIDATES = 40
"""Passages that the site's index hands over for a question, as in the product."""


@dataclass(slots=True)
class Figures:
    """Shares of a set's questions, from 0 to 1; `missed` keeps what to look at."""

    answerable: int = 0
    unanswerable: int = 0
    budget: int = 0
    first: int = 0
    three: int = 0
    elsewhere: int = 0
    elsewhere_asked: int = 0
    refused_rightly: int = 0
    refused_wrongly: int = 0
    seconds: list[float] = field(default_factory=list)
    missed: list[tuple[str, Question, tuple[Source, ...]]] = field(default_factory=list)


class SiteSearch:
    """A site's passages, found by their terms: what the product's index does with the database's full-text search."""

    def __init__(self, pages: Sequence[Sequence[Passage]]) -> None:
        self._passages = [passage for page in pages for passage in page]
        self._found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._sizes = []
        for number, passage in enumerate(self._passages):
            words = Counter(ranking.terms(f"{passage.title} {passage.heading} {passage.text}"))
            self._sizes.append(sum(words.values()))
            for word, count in words.items():
                self._found[word].append((number, count))
        self._average = sum(self._sizes) / max(1, len(self._sizes))

    def __call__(self, question: str) -> list[Passage]:
        scores: defaultdict[int, float] = defaultdict(float)
        for word in set(ranking.terms(question)):
            places = self._found.get(word, [])
            weight = math.log(1 + (len(self._passages) - len(places) + 0.5) / (len(places) + 0.5))
            for number, count in places:
                norm = 1.2 * (0.5 + 0.5 * self._sizes[number] / self._average)
                scores[number] += weight * count * 2.2 / (count + norm)
        return [self._passages[number] for number in sorted(scores, key=lambda number: -scores[number])[:CANDIDATES]]


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether one of the answers stands in a text, whatever its case and space."""
    folded = _folded(text)
    return any(_folded(answer) in folded for answer in answers)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def measure(questions: QuestionSet, *, limit: int = 0, site: bool = True) -> Figures:
    """The figures of a set; `limit` takes so many of its questions, evenly spread, `site` asks from other pages too."""
    figures = Figures()
    search = SiteSearch(questions.pages) if site and len(questions.pages) > 1 else None
    step = max(1, len(questions.questions) // limit) if limit else 1
    for number, question in enumerate(questions.questions[::step]):
        page = questions.pages[question.page]
        begun = time.process_time()
        chosen = ranking.choose(question.text, page, BUDGET)
        quotes = asyncio.run(_quotes(question.text, chosen))
        figures.seconds.append(time.process_time() - begun)
        if not question.answers:
            figures.unanswerable += 1
            figures.refused_rightly += not quotes
            continue
        figures.answerable += 1
        figures.refused_wrongly += not quotes
        marks = {
            "budget": any(holds(passage.text, question.answers) for passage in chosen),
            "first": bool(quotes) and holds(quotes[0].quote, question.answers),
            "three": any(holds(quote.quote, question.answers) for quote in quotes[:3]),
        }
        if search is not None:
            other = questions.pages[(question.page + 1 + number % (len(questions.pages) - 1)) % len(questions.pages)]
            found = ranking.choose(question.text, other, BUDGET, others=search(question.text))
            marks["elsewhere"] = any(holds(passage.text, question.answers) for passage in found)
            figures.elsewhere_asked += 1
        for name, good in marks.items():
            setattr(figures, name, getattr(figures, name) + good)
            if not good:
                figures.missed.append((name, question, quotes))
    return figures


async def _quotes(question: str, passages: tuple[Passage, ...]) -> tuple[Source, ...]:
    request = AnswerRequest(
        messages=(), question=question, passages=passages, lang=language_of(question),
        model=None, max_tokens=0, answer_id="",
    )  # fmt: skip
    sources: tuple[Source, ...] = ()
    async for event in QuoteAnswerer().stream(request):
        if isinstance(event, Quotes):
            sources = event.sources
    return sources
