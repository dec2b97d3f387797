"""The figures of sites: which quotes visitors get for their questions, on the page, across the site, and when neither
says it; beside the sentences that plain BM25 finds."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from answerback.core.answering import Passage, Source
from answerback.core.grounding import ranking
from answerback.core.grounding.sentences import sentences
from answerback.core.grounding.situation import context_of
from answerback.core.grounding.terms import terms
from answerback.knowledge.index.embedders import Embedder
from answerback.knowledge.index.search import SiteIndex

from .measuring import BUDGET, SITE, holds, quotes_for, site_index
from .sites import Site, SiteQuestion

MOST = 3
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
"""A Sunday."""
K1, B = 1.2, 0.75


@dataclass(slots=True)
class Tally:
    """Counts of some questions."""

    asked: int = 0
    budget: int = 0
    first: int = 0
    three: int = 0
    silent: int = 0
    shown: int = 0
    helping: int = 0

    def add(self, question: SiteQuestion, chosen: Iterable[str], quotes: Sequence[str]) -> None:
        """Count a question, what it was answered from, and what it got."""
        good = [holds_any(quote, question) for quote in quotes]
        self.asked += 1
        self.budget += any(holds_any(text, question) for text in chosen)
        self.first += bool(good) and good[0]
        self.three += any(good)
        self.silent += not quotes
        self.shown += len(quotes)
        self.helping += sum(good)


@dataclass(slots=True)
class SiteFigures:
    """By place (`own`, `elsewhere`, `nowhere`), by kind of what is answered, and plain BM25's by place."""

    places: dict[str, Tally] = field(default_factory=dict)
    kinds: dict[str, Tally] = field(default_factory=dict)
    plain: dict[str, Tally] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    missed: list[tuple[str, SiteQuestion, tuple[Source, ...]]] = field(default_factory=list)


def holds_any(text: str, question: SiteQuestion) -> bool:
    """Whether a text has all parts of one of the answers."""
    return any(all(holds(text, [part]) for part in parts) for parts in question.answers)


async def measure_sites(sites: Iterable[Site], embedder: Embedder | None = None) -> SiteFigures:
    """The figures of some sites together."""
    figures = SiteFigures()
    for site in sites:
        everything = [
            (passage.url, sentence)
            for page in site.pages.values()
            for passage in page
            for sentence in sentences(passage.text)
        ]
        plain = PlainBM25([sentence for _, sentence in everything])
        async with site_index(list(site.pages.values()), embedder) as index:
            for question in site.questions:
                chosen, quotes = await _asked(figures, index, site, question)
                texts = [quote.quote for quote in quotes]
                whole = [passage.text for passage in chosen]
                figures.places.setdefault(question.place, Tally()).add(question, whole, texts)
                if question.place != "nowhere":
                    figures.kinds.setdefault(question.kind, Tally()).add(question, whole, texts)
                found = plain.best(f"{question.before} {question.text}", MOST)
                figures.plain.setdefault(question.place, Tally()).add(question, [], found)
                _keep_missed(figures, question, quotes)
    return figures


async def _asked(
    figures: SiteFigures, index: SiteIndex, site: Site, question: SiteQuestion
) -> tuple[tuple[Passage, ...], tuple[Source, ...]]:
    """What the product answers from and quotes, as the answer worker goes about it."""
    page = site.pages[question.page]
    context = context_of(question.text, [question.before] if question.before else [], NOW)
    meaning = await index.meaning_of(question.text, context)
    others = await index.search(SITE, question.text, besides=page[0].url, context=context, meaning=meaning)
    compared = await index.compared(SITE, page, meaning)
    begun = time.process_time()
    chosen = ranking.choose(question.text, compared, BUDGET, others=others, context=context)
    quotes = await quotes_for(question.text, chosen, context)
    figures.seconds.append(time.process_time() - begun)
    return chosen, quotes


def _keep_missed(figures: SiteFigures, question: SiteQuestion, quotes: tuple[Source, ...]) -> None:
    good = [holds_any(quote.quote, question) for quote in quotes]
    if question.place == "nowhere":
        what = ["answered"] if quotes else []
    else:
        what = [name for name, held in (("first", good[:1]), ("three", good)) if not any(held)]
        what += [] if quotes else ["silent"]
    figures.missed += [(name, question, quotes) for name in what]


class PlainBM25:
    """Sentences ranked by BM25 alone, over the whole site: what there would be without anything of ours but stems."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._counts = [Counter(terms(text)) for text in texts]
        self._often = Counter(term for counts in self._counts for term in counts)
        self._average = sum(map(Counter.total, self._counts)) / max(1, len(texts))

    def best(self, question: str, most: int) -> list[str]:
        """The best sentences with any of the question's words."""
        wanted = set(terms(question))
        scores = [self._score(wanted, counts) for counts in self._counts]
        order = sorted(range(len(scores)), key=lambda number: -scores[number])[:most]
        return [self._texts[number] for number in order if scores[number] > 0]

    def _score(self, wanted: set[str], counts: Counter[str]) -> float:
        norm = K1 * (1 - B + B * counts.total() / self._average)
        score = 0.0
        for term in wanted & counts.keys():
            often = self._often[term]
            rarity = math.log(1 + (len(self._texts) - often + 0.5) / (often + 0.5))
            score += rarity * counts[term] * (K1 + 1) / (counts[term] + norm)
        return score
