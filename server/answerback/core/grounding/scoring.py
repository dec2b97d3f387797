"""Scores a sentence as the answer to a question.

Sentences are scored by a weighted sum of few signs: BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance
Framework" (2009), with k1 = 1.2 and b = 0.5; the share of the question's words that a sentence, its neighbours, its
passage and its headings hold; runs of letters in common, which see through endings; and whether there is something of
the kind that is asked for. The weights were fitted on public reading-comprehension sets; docs/grounding.md has figures.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from functools import lru_cache
from operator import mul
from statistics import fmean, pstdev
from typing import NamedTuple

from ..answering import Passage
from ..languages import LANGUAGES, certain_language, either, signs
from .answer_kinds import Asked
from .sentences import sentences
from .spelling import corrected
from .terms import QueryTerms, terms, wanted_terms, word_count

K1, B = 1.2, 0.5
QUESTION_LIMIT, READ_LIMIT = 600, 5_000
RELATIVE = 0.5
"""What a word of the thesaurus counts for beside the question's own word."""
TOLD = 20
"""Characters around a question that may say something of their own."""
CONTEXT = 0.4
"""What a word counts for that is not the question's, but of what it was asked in."""
LEAST_SPREAD = 0.2
ACROSS = 5.0
"""What nearness in meaning counts for in another language than the question's, where words cannot tell."""
DETECTION_LIMIT = 2_000
"""Characters from which a language is told."""
_GAPS = re.compile(r"\W+")
_CHECKS = re.compile(either(language.checks for language in LANGUAGES), re.IGNORECASE)
_SETTLES = re.compile(either(language.settles for language in LANGUAGES), re.IGNORECASE)
_ASKING_ENDS = ("?", "？")


class Signs(NamedTuple):
    """Features of a sentence, each about 0 to 1; as a value: their weights."""

    bm25: float
    share: float
    previous: float
    near: float
    passage: float
    heading: float
    letters: float
    kind: float
    missing_kind: float
    covered: float
    topic: float
    settles: float
    asks: float
    short: float
    begins: float
    meaning: float


WEIGHTS = Signs(2.5, 1.7, 0.7, 1.1, 0.0, 1.4, 2.4, 2.3, -0.7, 2.7, 2.4, 0.7, -0.9, 0.7, 0.0, 2.3)


class Sentence(NamedTuple):
    """A sentence prepared for scoring: position, term counts, letters."""

    text: str
    start: int
    line: int
    counts: dict[str, int]
    size: int
    letters: str
    settles: bool
    asks: bool


@lru_cache(maxsize=512)
def language_at_start(text: str) -> str:
    """The language of a text, detected from its beginning."""
    return certain_language(text[:DETECTION_LIMIT])


def asks(text: str) -> bool:
    """Whether a sentence is a question."""
    return text.rstrip("\"'”’)」』*").endswith(_ASKING_ENDS)


@lru_cache(maxsize=512)
def read(text: str) -> tuple[Sentence, ...]:
    """The sentences of a passage."""
    found = []
    start = 0
    for number, line in enumerate(text.splitlines()):
        for sentence in sentences(line):
            start = text.index(sentence, start)
            words = terms(sentence)
            counts = Counter(words + signs(sentence))
            found.append(
                Sentence(
                    sentence, start, number, counts, len(words) or 1, _letters(sentence),
                    _SETTLES.search(sentence) is not None, asks(sentence),
                )
            )  # fmt: skip
            start += len(sentence)
    return tuple(found)


@lru_cache(maxsize=512)
def _passage_terms(text: str) -> frozenset[str]:
    return frozenset(term for sentence in read(text) for term in sentence.counts)


@lru_cache(maxsize=512)
def _heading_terms(heading: str) -> frozenset[str]:
    return frozenset(terms(heading) + signs(heading))


def _letters(text: str) -> str:
    return f" {_GAPS.sub(' ', text).strip().lower()} "


def _grams(question: str) -> set[str]:
    """Letter n-grams of a question: 3 letters for syllabic and logographic scripts, else 4."""
    text = _letters(question)
    size = 3 if any(character >= "\u1100" for character in text) else 4
    return {text[i : i + size] for i in range(len(text) - size + 1)}


def asked_part(question: str) -> str:
    """The part of a long comment that asks, later parts first; without a question, its beginning and end, since a
    question stands before or behind pasted text."""
    if len(question) <= QUESTION_LIMIT:
        return question
    half = QUESTION_LIMIT // 2
    return _asking(question[:READ_LIMIT])[-QUESTION_LIMIT:] or f"{question[:half]} {question[-half:]}"


def _asking(text: str) -> str:
    return " ".join(part for part in sentences(text) if asks(part))


def _told_apart(question: str) -> tuple[str, str]:
    """Separates the question from the text around it; if the question alone says too little, all of it."""
    asking = _asking(question)
    if not asking or len(asking) + TOLD > len(question) or word_count(asking) < 2:
        return question, ""
    return asking, " ".join(part for part in sentences(question) if not asks(part))


def nearness(likenesses: Sequence[float | None]) -> list[float]:
    """Each passage's similarity to the question relative to the nearest, which has 1; 0 without an embedding model.
    Scaled by the spread, because models differ in it."""
    told = [likeness for likeness in likenesses if likeness is not None]
    if not told:
        return [0.0] * len(likenesses)
    middle, most = fmean(told), max(told)
    spread = max(LEAST_SPREAD, pstdev(told, middle))
    return [math.exp(((middle if likeness is None else likeness) - most) / spread) for likeness in likenesses]


class Reading:
    """The sentences of some passages, scored for one question."""

    def __init__(self, question: str, passages: Sequence[Passage], context: str = "") -> None:
        question, told = _told_apart(asked_part(question))
        self.question = question
        context = f"{context} {told}".strip()
        self.passages = passages
        self.units = [(number, unit) for number, passage in enumerate(passages) for unit in read(passage.text)]
        self.headings = [_heading_terms(f"{passage.title} {passage.heading}") for passage in passages]
        self.wanted = self._wanted(question, context)
        self.asked = Asked(question)
        self._known = self.wanted.weights.keys() | frozenset().union(*self.wanted.relatives.values())
        self._hits = [self._known & unit.counts.keys() for _, unit in self.units]
        self.idf = self._rarity(self._hits)
        self.total = sum(weight * self.idf[term] for term, weight in self.wanted.weights.items()) or 1.0
        self._bm25_weights = self._with_relatives()
        self._worth = {
            term: (own := weight * self.idf[term] / self.total, self.wanted.relatives.get(term), RELATIVE * own)
            for term, weight in self.wanted.weights.items()
        }
        self._heading_idf = self._rarity(self.headings)
        self._checks = _CHECKS.search(question) is not None
        self.nearness = self._nearness()
        self.signs = self._all_signs(_grams(question))
        self.scores = [sum(map(mul, WEIGHTS, signs)) for signs in self.signs]

    def is_foreign(self, passage: Passage) -> bool:
        """Whether a passage is in another language than the question."""
        return language_at_start(passage.text) != language_at_start(self.question)

    def _nearness(self) -> list[float]:
        """`nearness`, with more weight where words cannot tell."""
        found = nearness([passage.likeness for passage in self.passages])
        if not any(found):
            return found
        return [
            near * (ACROSS if self.is_foreign(passage) else 1.0)
            for near, passage in zip(found, self.passages, strict=True)
        ]

    def _wanted(self, question: str, context: str) -> QueryTerms:
        """The search terms, with lower-weighted context terms and corrections of misspelt words."""
        wanted = wanted_terms(question, alone=True)
        weights = {
            **{term: CONTEXT * weight for term, weight in wanted_terms(context).weights.items()}, **wanted.weights,
        } if context else wanted.weights  # fmt: skip
        relatives = dict(wanted.relatives)
        said = frozenset().union(*self.headings, *(unit.counts for _, unit in self.units))
        for term in weights:
            if term not in said and relatives.get(term, frozenset()).isdisjoint(said):
                meant = corrected(term, said)
                if meant:
                    relatives[term] = relatives.get(term, frozenset()) | meant
        return QueryTerms(weights, relatives)

    def _rarity(self, documents: Iterable[Set[str]]) -> dict[str, float]:
        found = dict.fromkeys(self._known, 0)
        total = 0
        for document in documents:
            total += 1
            for term in self._known & document:
                found[term] += 1
        return {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in found.items()}

    def _with_relatives(self) -> dict[str, float]:
        weights = {term: weight * self.idf[term] for term, weight in self.wanted.weights.items()}
        for term, others in self.wanted.relatives.items():
            for other in others:
                weight = RELATIVE * self.wanted.weights[term] * min(self.idf[other], self.idf[term])
                weights[other] = max(weight, weights.get(other, 0.0))
        return weights

    def _bm25(self, counts: dict[str, int], hits: Set[str], size: int, average: float) -> float:
        norm = K1 * (1 - B + B * size / average)
        score = 0.0
        for term in hits:
            count = counts[term]
            score += self._bm25_weights[term] * count / (count + norm)
        return score * (K1 + 1)

    def said(self) -> frozenset[str]:
        """The question's terms found anywhere."""
        return frozenset().union(*self._hits, *(self._known & heading for heading in self.headings))

    def said_in(self, number: int) -> Set[str]:
        """The question's terms found in a passage or its headings."""
        return self._said_in[number]

    def has(self, term: str, found: Set[str]) -> bool:
        """Whether a term, or a relative of it, was found."""
        return term in found or not self.wanted.relatives.get(term, frozenset()).isdisjoint(found)

    def only_repeats(self, place: int) -> bool:
        """Whether a sentence has no words beyond the question's and their relatives."""
        return len(self._hits[place]) == len(self.units[place][1].counts)

    def terms_of(self, number: int) -> frozenset[str]:
        """The terms of a passage."""
        return _passage_terms(self.passages[number].text)

    def weight_of(self, found: Set[str]) -> float:
        """The share of the question's weight that these terms carry; relatives count in part."""
        weight = 0.0
        for term, (own, relatives, theirs) in self._worth.items():
            if term in found:
                weight += own
            elif relatives and not relatives.isdisjoint(found):
                weight += theirs
        return weight

    def _all_signs(self, grams: set[str]) -> list[Signs]:
        units = self.units
        average = sum(unit.size for _, unit in units) / max(1, len(units))
        hits = self._hits
        alone = [self._bm25(unit.counts, hit, unit.size, average) for (_, unit), hit in zip(units, hits, strict=True)]
        most = max(alone, default=0.0) or 1.0
        passages = self._passage_scores()
        letters = self._letters_shared(grams)
        self._said_in = self._by_passage()
        covered = [self.weight_of(hits) for hits in self._said_in]
        topics = [self._topic(passage.heading) for passage in self.passages]
        found = []
        for place, (number, unit) in enumerate(units):
            before = place > 0 and units[place - 1][0] == number
            after = place + 1 < len(units) and units[place + 1][0] == number
            around = hits[place]
            if before:
                around = around | hits[place - 1]
            if after:
                around = around | hits[place + 1]
            kind = self.asked.share(unit.text)
            found.append(
                Signs(
                    bm25=alone[place] / most,
                    share=self.weight_of(hits[place]),
                    previous=alone[place - 1] / most if before else 0.0,
                    near=self.weight_of(around),
                    passage=passages[number],
                    heading=self._heading_share(number, hits[place]),
                    letters=letters[place],
                    kind=kind,
                    missing_kind=1.0 if self.asked.known and not kind else 0.0,
                    covered=covered[number],
                    topic=topics[number],
                    settles=float(self._checks and unit.settles),
                    asks=float(unit.asks),
                    short=1 / (1 + unit.size),
                    begins=0.0 if before else 1.0,
                    meaning=self.nearness[number],
                )
            )
        return found

    def _passage_scores(self) -> list[float]:
        pooled: list[dict[str, int]] = [{} for _ in self.passages]
        sizes = [0] * len(self.passages)
        for (number, unit), hits in zip(self.units, self._hits, strict=True):
            sizes[number] += unit.size
            for term in hits:
                pooled[number][term] = pooled[number].get(term, 0) + unit.counts[term]
        average = (sum(sizes) or 1) / max(1, len(sizes))
        scores = [self._bm25(counts, counts.keys(), size, average) for counts, size in zip(pooled, sizes, strict=True)]
        most = max(scores, default=0.0) or 1.0
        return [score / most for score in scores]

    def _by_passage(self) -> list[Set[str]]:
        """The question's terms in each passage, headings included."""
        found: list[Set[str]] = [self._known & heading for heading in self.headings]
        for (number, _), hits in zip(self.units, self._hits, strict=True):
            found[number] = found[number] | hits
        return found

    def _topic(self, heading: str) -> float:
        """The share of a passage's own heading that the question names."""
        own = _heading_terms(heading.rpartition(" › ")[2])
        named = sum(self.has(term, own) for term in self.wanted.weights) if own & self._known else 0
        return min(named, len(own & self._known)) / len(own) if named else 0.0

    def _heading_share(self, number: int, hits: Set[str]) -> float:
        only = (self.wanted.weights.keys() & self.headings[number]) - hits
        weights = self.wanted.weights
        return sum(weights[term] * min(self.idf[term], self._heading_idf[term]) for term in only) / self.total

    def _letters_shared(self, grams: set[str]) -> list[float]:
        shared = [[gram for gram in grams if gram in unit.letters] for _, unit in self.units]
        often = Counter(gram for found in shared for gram in found)
        weights = {gram: math.log(1 + len(shared) / (1 + often[gram])) for gram in grams}
        total = sum(weights.values()) or 1.0
        return [sum(weights[gram] for gram in found) / total for found in shared]
