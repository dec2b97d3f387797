"""What speaks for a sentence as the answer to a question.

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
from typing import NamedTuple

from ..answering import Passage
from ..languages import signs
from .answer_kinds import Asked
from .sentences import sentences
from .terms import terms, wanted_terms

K1, B = 1.2, 0.5
QUESTION_LIMIT = 600
RELATIVE = 0.5
"""What a word of the thesaurus counts for beside the question's own word."""
_GAPS = re.compile(r"\W+")


class Signs(NamedTuple):
    """What speaks for a sentence, each about 0 to 1; as a value of its own: their weights."""

    bm25: float
    share: float
    previous: float
    near: float
    passage: float
    heading: float
    letters: float
    kind: float
    missing_kind: float


WEIGHTS = Signs(2.7, 1.5, 0.7, 2.8, 2.7, 2.0, 3.0, 1.2, -0.65)


class Sentence(NamedTuple):
    """A sentence as it is compared: where it stands, its terms with their counts, and its letters."""

    text: str
    start: int
    line: int
    counts: dict[str, int]
    size: int
    letters: str


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
            found.append(Sentence(sentence, start, number, counts, len(words) or 1, _letters(sentence)))
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
    """Runs of letters of a question: of three where it is written in syllables or characters, else of four."""
    text = _letters(question)
    size = 3 if any(character >= "\u1100" for character in text) else 4
    return {text[i : i + size] for i in range(len(text) - size + 1)}


def _asked_part(question: str) -> str:
    """A long comment's questions, else its beginning."""
    if len(question) <= QUESTION_LIMIT:
        return question
    asking = " ".join(part for part in sentences(question[:5_000]) if part.rstrip("\"'”’)").endswith(("?", "？")))
    return (asking or question)[:QUESTION_LIMIT]


class Reading:
    """Sentences of passages, scored for one question."""

    def __init__(self, question: str, passages: Sequence[Passage]) -> None:
        question = _asked_part(question)
        self.passages = passages
        self.wanted = wanted_terms(question, alone=True)
        self.units = [(number, unit) for number, passage in enumerate(passages) for unit in read(passage.text)]
        self.headings = [_heading_terms(f"{passage.title} {passage.heading}") for passage in passages]
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
        self.signs = self._all_signs(_grams(question))
        self.scores = [sum(map(mul, WEIGHTS, signs)) for signs in self.signs]

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

    def support(self, place: int) -> float:
        """How much speaks for the passages saying it at all, told from a sentence: about 0 when that is open.

        Fitted to tell questions that a page answers from such as it does not answer.
        """
        signs = self.signs[place]
        said = frozenset().union(*self._hits, *self.headings)
        length = min(12, sum(weight >= 1 for weight in self.wanted.weights.values())) / 12
        return (
            3.6 * (signs.near + signs.heading) + 0.9 * signs.letters + 0.5 * signs.kind + 0.4 * length
            - 3.5 * (1 - self.weight_of(said)) + 2.3
        )  # fmt: skip

    def only_repeats(self, place: int) -> bool:
        """Whether all words of a sentence are the question's own, or relatives of them."""
        return len(self._hits[place]) == len(self.units[place][1].counts)

    def share_of(self, places: Iterable[int]) -> float:
        """The share of the question that some sentences and their headings hold."""
        listed = list(places)
        return (
            self.weight_of(frozenset().union(*(self._hits[place] for place in listed))) + self.signs[listed[0]].heading
        )

    def terms_of(self, number: int) -> frozenset[str]:
        """The terms of a passage."""
        return _passage_terms(self.passages[number].text)

    def weight_of(self, found: Set[str]) -> float:
        """The share of the question's weight that some terms make up; a relative counts for a part of its term."""
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
