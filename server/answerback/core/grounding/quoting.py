"""Quotes that answer a question: the best sentences of some passages, verbatim, with the neighbours they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..answering import Passage
from .judging import certainty
from .passages import with_columns
from .ranking import AT_HOME, HOME, at_a_glance
from .scoring import Reading, Sentence, asks
from .sentences import SENTENCE_LIMIT

QUOTE_LIMIT = SENTENCE_LIMIT
"""Characters of a quote."""
NEIGHBOUR_MARGIN = 4.0
"""How much less than the best sentence a neighbour may score and still come along."""
_ENDS = (".", "!", "?", "…", "。", "！", "？", '"', "”", "’", "」", "』", ")")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a passage, and how well they answer.

    `score` compares quotes for one question: one that is behind by 1 answers it e times less likely.
    """

    text: str
    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Quotes:
    """The best quotes for a question, and how likely they answer it, from 0 to 1."""

    quotes: tuple[Quote, ...]
    certainty: float


def best_quotes(question: str, passages: Sequence[Passage], limit: int, *, home: str = "", context: str = "") -> Quotes:
    """The best `limit` quotes, verbatim, none twice: a sentence, with the neighbours that belong to it; rows of a table
    under the names of its columns.

    `home` is the address of the page that is asked on, whose quotes are preferred to those of other pages; `context`
    are words to look for beside the question's own.
    """
    here = [passage for passage in passages if passage.url == home]
    if here and len(here) < len(passages):
        found_here = best_quotes(question, here, limit, home=home, context=context)
        if found_here.certainty >= AT_HOME:
            return found_here
    reading = Reading(question, at_a_glance(question, passages, context), context)
    bonus = [HOME if passage.url == home else 0.0 for passage in reading.passages]
    scores = [score + bonus[number] for score, (number, _) in zip(reading.scores, reading.units, strict=True)]
    return Quotes(tuple(_best(reading, scores, limit)), certainty(reading, scores))


def _best(reading: Reading, scores: Sequence[float], limit: int) -> list[Quote]:
    found: list[Quote] = []
    used: set[int] = set()
    for place in sorted(range(len(reading.units)), key=lambda place: -scores[place]):
        if len(found) == limit:
            break
        if place in used or reading.signs[place].near + reading.signs[place].heading <= 0:
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


def _widen(place: int, reading: Reading, used: set[int]) -> tuple[int, int]:
    """The sentences that come along with one: what it announces, then its neighbours, the better first, while they
    answer nearly as well."""
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
    """The sentence after one that answers nothing by itself, as the question of a list of questions and answers or a
    label of the asker's own words; else the sentence itself."""
    units, after = reading.units, place + 1
    if after == len(units) or after in used or units[after][0] != units[place][0]:
        return place
    text, following = units[place][1], units[after][1]
    is_label = text.line != following.line and following.text.endswith(_ENDS) and not text.text.endswith(_ENDS)
    if len(text.text) + len(following.text) >= QUOTE_LIMIT or asks(following.text):
        return place
    return after if asks(text.text) or (is_label and reading.only_repeats(place)) else place


def _may_join(other: int, edge: int, reading: Reading, least: float) -> bool:
    """Whether a sentence may stand beside a quote's edge: of its passage, nearly as good, belonging to it."""
    units = reading.units
    if not 0 <= other < len(units) or units[other][0] != units[edge][0] or reading.scores[other] < least:
        return False
    return _belong(units[min(other, edge)][1], units[max(other, edge)][1])


def _belong(before: Sentence, after: Sentence) -> bool:
    """Whether neighbours may be quoted together: of one line, rows of a list or table, or announced by a colon or a
    question."""
    if before.line == after.line or before.text.endswith((":", "：", "?", "？")):
        return True
    return not (before.text.endswith(_ENDS) or after.text.endswith(_ENDS))
