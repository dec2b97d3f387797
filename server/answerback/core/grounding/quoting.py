"""Chooses quotes that answer a question: the best sentences, verbatim, with the context they need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..answering import Passage
from .judging import certainty
from .passages import with_columns
from .ranking import AT_HOME, HOME, preselect
from .scoring import Reading, Sentence, Signs, asks
from .sentences import SENTENCE_LIMIT

QUOTE_LIMIT = SENTENCE_LIMIT
"""Characters of a quote."""
NEIGHBOUR_MARGIN = 4.0
"""How much less than the best sentence a neighbour may score and still come along."""
NEAR = 0.3
"""How near in meaning a passage is at least that has no word of the question, beside the nearest."""
LOOKED_AT = 6
"""Quotes that are weighed against each other for what is shown."""
LEAST_SHARE = 0.25
"""How likely a quote must answer, beside the others, to be shown after the first."""
_ENDS = (".", "!", "?", "…", "。", "！", "？", '"', "”", "’", "」", "』", ")")


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote with its score. Scores are comparable within one question: a difference of 1 means e times less likely to
    answer."""

    text: str
    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Quotes:
    """The best quotes for a question, and the probability that they answer it, from 0 to 1."""

    quotes: tuple[Quote, ...]
    certainty: float


def best_quotes(question: str, passages: Sequence[Passage], limit: int, *, home: str = "", context: str = "") -> Quotes:
    """The best `limit` quotes, verbatim and distinct: a sentence with the neighbours it needs, or table rows under
    their column names. Quotes of the page at `home` are preferred; `context` holds further search words."""
    here = [passage for passage in passages if passage.url == home]
    if here and len(here) < len(passages):
        found_here = best_quotes(question, here, limit, home=home, context=context)
        if found_here.certainty >= AT_HOME:
            return found_here
    reading = Reading(question, preselect(question, passages, context), context)
    bonus = [HOME if passage.url == home else 0.0 for passage in reading.passages]
    scores = [score + bonus[number] for score, (number, _) in zip(reading.scores, reading.units, strict=True)]
    return Quotes(tuple(_best(reading, scores, limit)), certainty(reading, scores))


def as_many_as_help(quotes: Sequence[Quote], most: int) -> tuple[Quote, ...]:
    """Limits quotes, best first, to those likely to answer: one if it is clear, more if not. Judges by the first
    `LOOKED_AT`."""
    if not quotes:
        return ()
    weights = [math.exp(quote.score - quotes[0].score) for quote in quotes]
    least = LEAST_SHARE * sum(weights)
    more = [quote for quote, weight in zip(quotes[1:most], weights[1:most], strict=True) if weight >= least]
    return (quotes[0], *more)


def _best(reading: Reading, scores: Sequence[float], limit: int) -> list[Quote]:
    found: list[Quote] = []
    used: set[int] = set()
    for place in sorted(range(len(reading.units)), key=lambda place: -scores[place]):
        if len(found) == limit:
            break
        if place in used or not _may_answer(reading.signs[place]):
            continue
        first, last = _widen(place, reading, used)
        if first == last and reading.units[place][1].asks and reading.only_repeats(place):
            continue
        used.update(range(first, last + 1))
        passage = reading.passages[reading.units[place][0]]
        begin, end = reading.units[first][1], reading.units[last][1]
        text = passage.text[begin.start : end.start + len(end.text)]
        found.append(Quote(with_columns(text, passage), passage, scores[place]))
    return found


def _may_answer(signs: Signs) -> bool:
    """Whether a sentence is related to the question at all."""
    return signs.near + signs.heading > 0 or signs.meaning >= NEAR


def _widen(place: int, reading: Reading, used: set[int]) -> tuple[int, int]:
    """Extends a quote: what its sentence introduces, then neighbours, better ones first, while they score nearly as
    well."""
    first, last = place, _announced(place, reading, used)
    size = sum(len(unit.text) for _, unit in reading.units[first : last + 1])
    least = reading.scores[last] - NEIGHBOUR_MARGIN
    while True:
        near = []
        for other, edge in ((first - 1, first), (last + 1, last)):
            if other not in used and _may_join(other, edge, reading, least):
                near.append((reading.scores[other], other))
        near = [item for item in near if size + len(reading.units[item[1]][1].text) < QUOTE_LIMIT]
        if not near:
            return first, last
        other = max(near)[1]
        size += len(reading.units[other][1].text) + 1
        first, last = min(first, other), max(last, other)


def _announced(place: int, reading: Reading, used: set[int]) -> int:
    """The sentence that this one introduces, such as the answer after an FAQ's question; else the sentence itself."""
    units, after = reading.units, place + 1
    if after == len(units) or after in used or units[after][0] != units[place][0]:
        return place
    text, following = units[place][1], units[after][1]
    is_label = text.line != following.line and following.text.endswith(_ENDS) and not text.text.endswith(_ENDS)
    if len(text.text) + len(following.text) >= QUOTE_LIMIT or asks(following.text):
        return place
    return after if asks(text.text) or (is_label and reading.only_repeats(place)) else place


def _may_join(other: int, edge: int, reading: Reading, least: float) -> bool:
    """Whether a sentence may extend a quote: same passage, similar score, and related; across languages any neighbour,
    since words cannot tell there."""
    units = reading.units
    if not 0 <= other < len(units) or units[other][0] != units[edge][0]:
        return False
    if reading.signs[edge].meaning and reading.is_foreign(reading.passages[units[edge][0]]):
        return True
    return reading.scores[other] >= least and _belong(units[min(other, edge)][1], units[max(other, edge)][1])


def _belong(before: Sentence, after: Sentence) -> bool:
    """Whether neighbours may be quoted together: same line, rows of a list or table, or introduced by a colon or a
    question."""
    if before.line == after.line or before.text.endswith((":", "：", "?", "？")):
        return True
    return not (before.text.endswith(_ENDS) or after.text.endswith(_ENDS))
