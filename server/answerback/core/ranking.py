"""Which passages answer a question, and how many of them fit into a prompt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from .answering import Passage
from .scoring import Reading
from .terms import terms

__all__ = ["at_a_glance", "choose", "estimate_tokens", "terms"]

JOINED_LIMIT = 1_200
"""Characters of passages that are joined because they follow each other."""
PASSAGES_READ = 160
"""Passages that are read closely; of more, those that share most with the question at a glance."""
HOME = 1.0
"""What a passage of the page itself is ahead of one from elsewhere on the site."""
ALIKE = 0.85
"""Passages that share so much of their terms are one, told twice."""


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few: 4 letters each, and each Hangul, Kana or Han one of its own.

    On Korean that is 20 % more than o200k_base counts and 25 % less than its older cl100k_base.
    """
    wide = sum(map("\u1100".__le__, text))
    return wide + (len(text) - wide + 3) // 4


def _best_of_each(reading: Reading) -> list[float]:
    best = [float("-inf")] * len(reading.passages)
    for (number, _), score in zip(reading.units, reading.scores, strict=True):
        best[number] = max(best[number], score)
    return best


def at_a_glance(question: str, passages: Sequence[Passage]) -> Sequence[Passage]:
    """The passages worth reading closely, in order: those where most of the question's terms occur as they are."""
    if len(passages) <= PASSAGES_READ:
        return passages
    wanted = sorted(set(terms(question[:2_000])), key=len, reverse=True)[:24]
    texts = [passage.text.lower() for passage in passages]
    found = [[term for term in wanted if term in text] for text in texts]
    often = {term: 1 + sum(term in item for item in found) for term in wanted}
    scores = [sum(1 / often[term] ** 0.5 for term in item) for item in found]
    best = sorted(range(len(passages)), key=lambda number: -scores[number])[:PASSAGES_READ]
    return [passages[number] for number in sorted(best)]


def choose(
    question: str, passages: Iterable[Passage], token_budget: int, others: Iterable[Passage] = ()
) -> tuple[Passage, ...]:
    """The best passages within a budget of tokens: those of the page first, then those of other pages of its site.

    `others` are candidates from the site's index, best first. A page that fits is taken whole. Passages that say the
    same are taken once; those that follow each other on a page are joined.
    """
    home = list(passages)
    known = {(passage.url, passage.text) for passage in home}
    away = [passage for passage in others if (passage.url, passage.text) not in known]
    if not away and sum(map(_cost, home)) <= token_budget:
        return _joined(home, home)
    listed = [*at_a_glance(question, home), *away[:PASSAGES_READ]]
    reading = Reading(question, listed)
    ahead = len(listed) - len(away[:PASSAGES_READ])
    scores = [score + (HOME if number < ahead else 0.0) for number, score in enumerate(_best_of_each(reading))]
    chosen: list[int] = []
    left = token_budget
    for number in sorted(range(len(listed)), key=lambda number: -scores[number]):
        cost = _cost(listed[number])
        if (cost <= left or not chosen) and not _is_told(number, chosen, reading):
            chosen.append(number)
            left -= cost
    return _joined([listed[number] for number in sorted(chosen)], [*home, *away])


def _cost(passage: Passage) -> int:
    return estimate_tokens(passage.text) + estimate_tokens(passage.heading) + 8


def _is_told(number: int, chosen: list[int], reading: Reading) -> bool:
    said = reading.terms_of(number)
    return len(said) >= 8 and any(
        len(said & other) >= ALIKE * max(len(said), len(other)) for other in map(reading.terms_of, chosen)
    )


def _continues(before: Passage, passage: Passage, follower: int | None) -> bool:
    together = len(before.text) + len(passage.text)
    return follower == id(passage) and before.heading == passage.heading and together < JOINED_LIMIT


def _joined(chosen: list[Passage], listed: list[Passage]) -> tuple[Passage, ...]:
    """The passages in order, those that follow each other under one heading made one."""
    follows = {id(one): id(two) for one, two in pairwise(listed) if one.url == two.url}
    found: list[Passage] = []
    before = 0
    for passage in chosen:
        if found and _continues(found[-1], passage, follows.get(before)):
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{passage.text}")
        else:
            found.append(passage)
        before = id(passage)
    return tuple(found)
