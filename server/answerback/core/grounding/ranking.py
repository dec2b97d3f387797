"""Ranks passages for a question and fits them into the prompt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ..answering import Passage
from .judging import certainty
from .scoring import Reading, asked_part
from .terms import terms
from .tokens import estimate_tokens

__all__ = ["choose", "estimate_tokens", "preselect", "terms"]

JOINED_LIMIT = 1_200
"""Characters of passages that are joined because they follow each other."""
PASSAGES_READ = 120
"""Passages that are read closely; of more, those that share most with the question at a glance."""
WHOLE = 0.7
"""The part of a budget for whole passages; the rest goes to the best sentences of others."""
LEAST_PIECE = 12
"""Tokens; what is left below it holds nothing worth looking for."""
AT_HOME = 0.8
"""The support from which on a page is taken to answer by itself."""
HOME = 1.3
"""What a passage of the page itself is ahead of one from elsewhere on the site."""
ALWAYS = 1_000.0
"""What the best passage of the page is ahead of all others when none of the page would be chosen."""
ALIKE = 0.85
"""Passages that share so much of their terms are one, told twice."""


def _best_of_each(reading: Reading) -> list[float]:
    best = [float("-inf")] * len(reading.passages)
    for (number, _), score in zip(reading.units, reading.scores, strict=True):
        best[number] = max(best[number], score)
    return best


def preselect(question: str, passages: Sequence[Passage], context: str = "") -> Sequence[Passage]:
    """Preselects passages: those with most of the question's terms and, if there is an embedding model, half by
    meaning."""
    if len(passages) <= PASSAGES_READ:
        return passages
    wanted = sorted(set(terms(f"{asked_part(question)} {context}")), key=len, reverse=True)[:24]
    texts = [passage.text.lower() for passage in passages]
    found = [[term for term in wanted if term in text] for text in texts]
    often = {term: 1 + sum(term in item for item in found) for term in wanted}
    scores = [sum(1 / often[term] ** 0.5 for term in item) for item in found]
    by_words = sorted(range(len(passages)), key=lambda number: -scores[number])
    told = [number for number, passage in enumerate(passages) if passage.likeness is not None]
    nearest = sorted(told, key=lambda number: -(passages[number].likeness or 0.0))[: PASSAGES_READ // 2]
    best = list(dict.fromkeys([*nearest, *by_words]))[:PASSAGES_READ]
    return [passages[number] for number in sorted(best)]


def choose(
    question: str,
    passages: Iterable[Passage],
    token_budget: int,
    others: Iterable[Passage] = (),
    context: str = "",
) -> tuple[Passage, ...]:
    """The best passages within a token budget: the page's first, then its site's `others`, best first. A page that fits
    is taken whole; duplicates are dropped, and consecutive passages of the page are joined."""
    home = list(passages)
    known = {(passage.url, passage.text) for passage in home}
    away = [passage for passage in others if (passage.url, passage.text) not in known]
    if not away and sum(map(_cost, home)) <= token_budget:
        return _joined(home, home)
    if away and home and _says(question, home, context):
        chosen_here = choose(question, home, token_budget, context=context)
        return _with_more(chosen_here, away, token_budget - sum(map(_cost, chosen_here)))
    listed = [*preselect(question, home, context), *away[:PASSAGES_READ]]
    ahead = len(listed) - len(away[:PASSAGES_READ])
    reading = Reading(question, listed, context)
    bonus = [HOME if number < ahead else 0.0 for number in range(len(listed))]
    chosen = _whole_ones(reading, bonus, token_budget)
    if away and ahead and not any(number < ahead for number in chosen):
        bonus[max(range(ahead), key=_best_of_each(reading).__getitem__)] = ALWAYS
        chosen = _whole_ones(reading, bonus, token_budget)
    left = token_budget - sum(_cost(listed[number]) for number in chosen)
    pieces = _pieces(reading, bonus, chosen, left)
    kept = [listed[number] if number in chosen else pieces.get(number) for number in range(len(listed))]
    return _joined([passage for passage in kept if passage is not None], home)


def arrange(
    chosen: Sequence[Passage], nearest: Sequence[Passage], page: Sequence[Passage]
) -> tuple[tuple[Passage, ...], tuple[int, ...]]:
    """Orders passages for the prompt and returns the positions of the most relevant. A page that fits whole keeps its
    order, so that the prompt's prefix is stable; of a longer one the most relevant come first, because small models
    read no further."""
    home = {passage.url for passage in page[:1]}
    here = [passage for passage in chosen if passage.url in home]
    if sum(len(passage.text) for passage in here) < sum(len(passage.text) for passage in page):
        first = [passage for passage in nearest if passage.url in home]
        here = [*first, *(passage for passage in here if passage not in first)]
    listed = (*here, *(passage for passage in chosen if passage.url not in home))
    return listed, tuple(dict.fromkeys(map(listed.index, nearest)))


def _says(question: str, home: Sequence[Passage], context: str) -> bool:
    """Whether the page itself likely answers, so that the rest of the site need not compete."""
    reading = Reading(question, preselect(question, home, context), context)
    return certainty(reading, reading.scores) >= AT_HOME


def _with_more(chosen: tuple[Passage, ...], others: Iterable[Passage], left: int) -> tuple[Passage, ...]:
    more = []
    for passage in others:
        cost = _cost(passage)
        if cost <= left:
            more.append(passage)
            left -= cost
    return (*chosen, *more)


def _whole_ones(reading: Reading, bonus: list[float], budget: int) -> set[int]:
    """The best distinct passages that fit the larger part of the budget."""
    scores = [score + more for score, more in zip(_best_of_each(reading), bonus, strict=True)]
    chosen: list[int] = []
    left = int(budget * WHOLE)
    for number in sorted(range(len(scores)), key=lambda number: -scores[number]):
        cost = _cost(reading.passages[number])
        if (cost <= left or (not chosen and cost <= budget)) and not _is_told(number, chosen, reading):
            chosen.append(number)
            left -= cost
    return set(chosen)


def _pieces(reading: Reading, bonus: list[float], chosen: set[int], left: int) -> dict[int, Passage]:
    """Excerpts of further passages for the rest of the budget, from their first to their last good sentence."""
    spans: dict[int, tuple[int, int]] = {}
    told: set[int] = set()
    units, passages = reading.units, reading.passages
    for place in sorted(range(len(units)), key=lambda place: -reading.scores[place] - bonus[units[place][0]]):
        number, unit = units[place]
        if left < LEAST_PIECE:
            break
        if number in chosen or number in told:
            continue
        text = passages[number].text
        begin, end = spans.get(number, (unit.start, unit.start))
        span = min(begin, unit.start), max(end, unit.start + len(unit.text))
        cost = estimate_tokens(text[span[0] : begin]) + estimate_tokens(text[end : span[1]])
        cost += 0 if number in spans else _cost_of_place(passages[number])
        if cost > left:
            continue
        if number not in spans and _is_told(number, [*chosen, *spans], reading):
            told.add(number)
            continue
        spans[number] = span
        left -= cost
    return {number: replace(passages[number], text=passages[number].text[a:b]) for number, (a, b) in spans.items()}


def _cost(passage: Passage) -> int:
    return estimate_tokens(passage.text) + _cost_of_place(passage)


def _cost_of_place(passage: Passage) -> int:
    """Tokens of the markup around a passage."""
    return estimate_tokens(passage.heading) + 8


def _is_told(number: int, chosen: list[int], reading: Reading) -> bool:
    said = reading.terms_of(number)
    return len(said) >= 8 and any(
        len(said & other) >= ALIKE * max(len(said), len(other)) for other in map(reading.terms_of, chosen)
    )


def _continues(before: Passage, passage: Passage, follower: int | None) -> bool:
    together = len(before.text) + len(passage.text)
    return follower == id(passage) and before.heading == passage.heading and together < JOINED_LIMIT


def _joined(chosen: list[Passage], listed: list[Passage]) -> tuple[Passage, ...]:
    """The passages in order, consecutive ones under one heading joined."""
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
