"""The probability that passages answer a question, from their best sentence.

A logistic model of few signs, fitted on questions with and without answers (docs/grounding.md): what of the question
stands in the best passage and what nowhere, how telling the words are that are missing, whether there is the kind of
thing that is asked for, and how far the best sentence is ahead of the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence, Set
from operator import mul
from typing import NamedTuple

from ..answering import Passage
from ..languages import LANGUAGES, either
from .scoring import Reading, language_at_start
from .terms import terms

ANSWERED = 0.25
"""Below this the passages are taken not to answer."""
SURE = 0.7
"""From here on they are taken to answer; in between what is shown is what is nearest."""
_NAMES = re.compile(r"(?<=\w )[A-Z][\w'’-]+|\d[\d.,:]*|[A-Za-z]*[a-z][A-Z]\w*|\w+_\w+")
"""Names within a sentence, and numbers."""
_WHOLE = re.compile(either(language.whole for language in LANGUAGES), re.IGNORECASE)
WORDS = 12
"""Words of a question; more make it no clearer."""


class Evidence(NamedTuple):
    """Features of whether the passages answer, each about 0 to 1; as a value: their weights."""

    always: float
    share: float
    covered: float
    anywhere: float
    unknown: float
    nameless: float
    topic: float
    kind: float
    missing_kind: float
    length: float
    lead: float
    alone: float
    size: float
    rest: float
    missing: float
    meaning: float


WEIGHTS = Evidence(-1.18, 0.66, 0.26, 0.66, -2.35, 0.92, 0.79, 0.65, 0.6, 0.71, 1.05, 0.45, -1.69, 0.96, -0.48, 0.0)
WITH_MEANING = Evidence(
    -1.1, 0.42, -0.56, 0.09, -1.87, 0.9, 0.04, 0.7, 0.57, -0.77, 1.24, 0.36, -1.47, 1.41, -0.16, 1.02
)
"""The same where a model has told how near the passages are in meaning."""
ALWAYS_ACROSS, MEANING_ACROSS = 0.9, 2.2
"""For a question in another language than the passage, where meaning tells by itself: nearness across languages is
less than within one."""
MOST_MEANING = 2.0


def certainty(reading: Reading, scores: Sequence[float]) -> float:
    """The probability that the passages answer, from 0 to 1, by their sentences' `scores`."""
    likenesses = [passage.likeness for passage in reading.passages if passage.likeness is not None]
    if not scores or not (likenesses or reading.said()):
        return 0.0
    found = evidence(reading, scores, max(likenesses, default=0.0))
    best = reading.passages[reading.units[max(range(len(scores)), key=scores.__getitem__)][0]]
    if likenesses and reading.is_foreign(best):
        return _logistic(ALWAYS_ACROSS + MEANING_ACROSS * found.meaning)
    return _logistic(sum(map(mul, WITH_MEANING if likenesses else WEIGHTS, found)))


def _logistic(number: float) -> float:
    return 1 / (1 + math.exp(-number))


def evidence(reading: Reading, scores: Sequence[float], likeness: float = 0.0) -> Evidence:
    """Computes the features from the best sentence; `likeness` is the similarity of the nearest passage."""
    place = max(range(len(scores)), key=scores.__getitem__)
    number, signs = reading.units[place][0], reading.signs[place]
    said, here = reading.said(), reading.said_in(number)
    weights = reading.wanted.weights
    words = [term for term, weight in weights.items() if weight >= 1.0] or list(weights)
    worth = {term: reading.weight_of({term}) for term in words}
    title = frozenset(terms(reading.passages[number].title))
    rest = [term for term in words if not reading.has(term, title)] or words
    rivals = (score for score, (other, _) in zip(scores, reading.units, strict=True) if other != number)
    top = scores[place]
    return Evidence(
        always=1.0,
        share=signs.share,
        covered=signs.covered,
        anywhere=reading.weight_of(said),
        unknown=sum(not reading.has(term, said) for term in words) / max(1, len(words)),
        nameless=float(_NAMES.search(reading.question) is None),
        topic=signs.topic,
        kind=signs.kind,
        missing_kind=signs.missing_kind,
        length=min(WORDS, len(words)) / WORDS,
        lead=min(1.0, max(-1.0, (top - max(rivals, default=top - 5)) / 5)),
        alone=1 / sum(math.exp(max(-30.0, score - top)) for score in scores),
        size=math.log1p(len(reading.units)) / 7,
        rest=_share(reading, worth, rest, here),
        missing=max((worth[term] for term in words if not reading.has(term, here)), default=0.0),
        meaning=min(MOST_MEANING, max(-MOST_MEANING, likeness)),
    )


def _share(reading: Reading, worth: dict[str, float], words: Sequence[str], found: Set[str]) -> float:
    """The weighted share of the words that were found; rarer words count more."""
    return sum(worth[term] for term in words if reading.has(term, found)) / (sum(map(worth.__getitem__, words)) or 1.0)


def may_judge(question: str, passages: Sequence[Passage]) -> bool:
    """Whether the probability is meaningful: not for questions about a page as a whole, nor by words across
    languages."""
    if not passages or _WHOLE.search(question):
        return False
    if any(passage.likeness is not None for passage in passages):
        return True
    return language_at_start(question) == language_at_start(" ".join(passage.text for passage in passages))
