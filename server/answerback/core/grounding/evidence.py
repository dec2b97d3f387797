"""Finds words, figures and code in passages, in any inflected form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..answering import Passage
from ..languages import writers
from ..languages.figures import Figure
from .sentences import sentences
from .statements import PREDICATE, Part, Statement, Word, read_statement
from .terms import relatives_of

__all__ = ["FIGURE", "Evidence", "compact"]

NEIGHBOUR, SAME_PASSAGE, RELATED, ALIKE = 0.6, 0.45, 0.85, 0.9
"""What a word counts for that stands in the next sentence or elsewhere in the passage, and as a relative of itself."""
ASKED, ASKED_ELSEWHERE = 0.3, 0.7
"""What a word of the question counts for that the passages do not have, or have in another one."""
FIGURE = 1.5
"""What a figure counts for beside a word."""
TWO_FACTS = 2.5
"""From this weight on, what the next line adds is a fact of its own, told in the same sentence of the answer."""
PREFIX = 5
"""Letters that two words begin with which are of one family, when that is half of the longer one."""
_GAPS = re.compile(r"[\s`*_]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a passage, parsed."""

    passage: int
    start: int
    end: int
    said: Statement
    joined: str


@lru_cache(maxsize=512)
def _lines_of(text: str) -> tuple[tuple[int, int, Statement, str], ...]:
    found, at = [], 0
    for sentence in sentences(text):
        at = text.index(sentence, at)
        said = read_statement(sentence)
        found.append((at, at + len(sentence), said, _GAPS.sub("", said.text)))
        at += len(sentence)
    return tuple(found)


class Evidence:
    """An index of the passages: which lines have each word, figure and piece of code."""

    def __init__(self, question: str, passages: Sequence[Passage]) -> None:
        self.asked = read_statement(question)
        self._asked_terms = {word.term for word in self.asked.words}
        self.lines = [
            Line(number, *line) for number, passage in enumerate(passages) for line in _lines_of(passage.text)
        ]
        self._urls = [passage.url for passage in passages]
        self.squeezed = [compact(f"{passage.title} {passage.heading} {passage.text}") for passage in passages]
        self._above = [read_statement(f"{passage.title} › {passage.heading}") for passage in passages]
        self._of_term: dict[str, set[int]] = defaultdict(set)
        for number, line in enumerate(self.lines):
            for word in line.said.words:
                self._of_term[word.term].add(number)
        self._headed: dict[str, set[int]] = defaultdict(set)
        for number, said in enumerate(self._above):
            for word in said.words:
                self._headed[word.term].add(number)
        self._beginning: dict[str, list[str]] = defaultdict(list)
        for term in {*self._of_term, *self._headed}:
            self._beginning[_beginning(term)].append(term)
        self._forms: dict[tuple[str, bool], dict[str, float]] = {}
        self._found: dict[tuple[str, str, bool], dict[int, float]] = {}

    def with_figure(self, figure: Figure) -> list[int]:
        """The lines that contain a figure."""
        return [
            number for number, line in enumerate(self.lines)
            if any(figure.agrees(other) for other in line.said.figures)
        ]  # fmt: skip

    def where(self, word: Word) -> dict[int, float]:
        """The lines that contain a word, each with a confidence."""
        key = (word.term, word.text, word.strict)
        if key not in self._found:
            found: dict[int, float] = {}
            for term, weight in self.forms_of(word).items():
                for number in self._of_term.get(term, ()):
                    found[number] = max(weight, found.get(number, 0.0))
            if _likeness_of(word.term) is not None and len(word.term) > 1:
                for number, line in enumerate(self.lines):
                    if number not in found and word.term in line.joined:
                        found[number] = 1.0
            self._found[key] = found
        return self._found[key]

    def in_heading(self, word: Word) -> set[int]:
        """The passages whose headings contain a word."""
        return {number for term in self.forms_of(word) for number in self._headed.get(term, ())}

    def forms_of(self, word: Word) -> dict[str, float]:
        """Terms of the passages equivalent to a word."""
        key = (word.term + "\0" + word.text, word.strict)
        if key not in self._forms:
            term = word.term
            found = {other: _likeness(word, other) for other in self._beginning.get(_beginning(term), ())}
            if not word.strict:
                found |= {
                    other: max(RELATED, found.get(other, 0.0))
                    for other in relatives_of(term) if other != term and self._is_known(other)
                }  # fmt: skip
            self._forms[key] = {other: weight for other, weight in found.items() if weight}
        return self._forms[key]

    def _is_known(self, term: str) -> bool:
        return term in self._of_term or term in self._headed

    def with_code(self, code: str) -> list[int]:
        """The lines that contain a piece of code verbatim."""
        wanted = compact(code)
        return [number for number, line in enumerate(self.lines) if wanted in line.joined]

    def is_beside(self, other: int, number: int) -> bool:
        """Whether two lines are neighbours: in one passage, or consecutive rows of a list."""
        if not 0 <= other < len(self.lines):
            return False
        one, two = self.lines[number], self.lines[other]
        rows = one.said.label and two.said.label and self._urls[one.passage] == self._urls[two.passage]
        return one.passage == two.passage or bool(rows)

    def is_label(self, word: Word) -> bool:
        """Whether a row starts with a word."""
        return any(word.term in self.lines[number].said.label for number in self.where(word))

    def is_asked(self, figure: Figure) -> bool:
        """Whether a figure occurs in the question."""
        return any(figure.agrees(other) for other in self.asked.figures)

    def implied(self, items: Sequence[Word]) -> list[Word]:
        """Words of the question that a short answer takes for granted."""
        own = {form for word in items for form in self.forms_of(word)} | {word.term for word in items}
        return [word for word in self.asked.words if self.where(word) and own.isdisjoint(self.forms_of(word))]

    def weight_of(self, word: Word) -> float:
        """A word's weight; lower if it is the question's and not in the passages."""
        known = self.where(word) or self.in_heading(word)
        return word.weight * (ASKED if not known and word.term in self._asked_terms else 1.0)

    def best_line(self, part: Part, items: Sequence[Word], asked: Sequence[Word]) -> tuple[int, float]:
        """The line that covers most of a part, with its neighbours, and the share covered."""
        wheres = [(self.weight_of(word), self.where(word), self.in_heading(word), word.term) for word in items]
        wheres += [(0.5 * word.weight, self.where(word), self.in_heading(word), word.term) for word in asked]
        exact = [set(self.with_figure(figure)) for figure in part.figures]
        exact += [set(self.with_code(code)) for code in part.codes]
        scores: dict[int, tuple[float, float]] = {}
        for number in set().union(*(where for _, where, _, _ in wheres), *exact):
            line = self.lines[number]
            near = [other for other in (number - 1, number + 1) if self.is_beside(other, number)]
            got = total = 0.0
            added = {
                other: sum(weight for weight, where, _, _ in wheres if other in where and number not in where)
                + FIGURE * sum(other in places and number not in places for places in exact)
                for other in near
            }  # fmt: skip
            credit = {other: NEIGHBOUR if weight < TWO_FACTS else ALIKE for other, weight in added.items()}
            for weight, where, headed, term in wheres:
                found = where.get(number, 0.0)
                if found < 1 and where:
                    found = max(found, *(credit[other] * where.get(other, 0.0) for other in near), 0.0)
                    if not found and any(self.lines[other].passage == line.passage for other in where):
                        found = SAME_PASSAGE
                if line.passage in headed:
                    found = max(found, ALIKE)
                total += weight if found or term not in self._asked_terms else min(weight, ASKED_ELSEWHERE)
                got += weight * found
            for places in exact:
                total += FIGURE
                got += FIGURE * (
                    1.0 if number in places else max((credit[o] for o in near if o in places), default=0.0)
                )
            scores[number] = (got / total if total else 0.0, got)
        if not scores:
            return -1, 0.0
        best = max(scores, key=lambda number: (*(round(score, 6) for score in scores[number]), -number))
        return best, scores[best][0]


def compact(text: str) -> str:
    """The text without whitespace and emphasis, in lower case."""
    return _GAPS.sub("", text).lower()


def _likeness_of(term: str) -> Callable[[str, str, bool], float] | None:
    """How terms of this script are compared, if not by prefix."""
    return writers(term[0])[0].claims.likeness


def _beginning(term: str) -> str:
    """The prefix that equivalent terms share."""
    return term[:4] if _likeness_of(term) is None else term[:1]


def _likeness(word: Word, other: str) -> float:
    """The confidence that a term of the passages means the same as a word."""
    term = word.term
    if term == other:
        return 1.0
    compare = _likeness_of(term)
    if compare is not None:
        return 0.0 if word.strict else compare(term, other, word.weight <= PREDICATE)
    if word.strict and any(map(str.isdigit, term)):
        return 0.0
    shared = _shared(term, other)
    longest = max(len(term), len(other))
    if (shared >= PREFIX and shared >= 0.5 * longest) or (shared >= PREFIX - 1 >= longest - 3 and not word.strict):
        return ALIKE
    return 0.0


def _shared(one: str, other: str) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
