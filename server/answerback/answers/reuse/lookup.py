"""Finds an earlier answer by the question's terms, before anything is spent."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from ...core.grounding.similarity import NEAR, THRESHOLD, question_terms, sameness, similarity
from ...db.work import Work
from . import store
from .store import Answered

Measure = Callable[[Collection[str], Collection[str], Callable[[str], float]], float]


def remember(site: str, question_id: str, question: str, answer_id: str, now: int) -> Work[None]:
    """Records that a comment answers a question, within the transaction that settles or corrects it."""
    yield from store.remember(site, question_id, answer_id, question_terms(question), now)


def already_answered(site: str, question: str) -> Work[Answered | None]:
    """The site's answer to the same question, the owner's before the AI's; None if there is none."""
    found = yield from _alike(site, question, sameness, THRESHOLD)
    return max(found, key=lambda pair: (pair[1].by_owner, pair[0]))[1] if found else None


def owners_answers(site: str, question: str, most: int) -> Work[list[Answered]]:
    """The owner's written or verified answers to similar questions, most similar first."""
    found = yield from _alike(site, question, similarity, NEAR)
    return [answered for _, answered in sorted(found, key=lambda pair: -pair[0]) if answered.by_owner][:most]


def _alike(site: str, question: str, measure: Measure, threshold: float) -> Work[list[tuple[float, Answered]]]:
    wanted = question_terms(question)
    candidates = yield from store.with_terms(site, wanted)
    if not candidates:
        return []
    everything = {*wanted, *(term for candidate in candidates for term in candidate.terms)}
    counts, total = yield from store.term_counts(site, everything)

    def weight(term: str) -> float:
        # BM25's idf, never below a floor: on a site with three questions every word is common.
        count = counts.get(term, 0)
        return max(0.5, math.log(1 + (total - count + 0.5) / (count + 0.5)))

    scored = [(measure(wanted, candidate.terms, weight), candidate) for candidate in candidates]
    return [(score, candidate) for score, candidate in scored if score >= threshold]
