"""Checks each sentence of an answer against the passages.

A sentence is supported when, for each of its parts, one passage has most of its words close together, all of its
figures with their units and all of its names, affirmed where it affirms and denied where it denies. Words count by
the lemmas and synonyms of `core/languages`. What a sentence only repeats of the question has to stand there as
well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ..answering import Passage
from ..languages import LANGUAGES, either
from ..languages.figures import Figure
from ..patterns import lazy
from .evidence import FIGURE, Evidence, compact
from .statements import GENERAL, PREDICATE, Part, Statement, Word, read_statement

__all__ = ["Support", "Verdict", "Why"]

Why = Literal["", "silent", "words", "number", "name", "code", "denied", "guess", "mixed", "limit"]
"""Why a sentence is not supported; `silent`: it says nothing that could be."""
ENOUGH, ENOUGH_WITH_CODE, ENOUGH_OF_A_PART = 0.75, 0.65, 0.55
NAME = 2.0
"""What a name counts for where it is told what a figure is said of."""
SHORT = 2.5
"""An answer of less is held against what is asked as well: "14 euros." says it of something."""
FORWARD, BACKWARD = 0.8, 0.3
"""What a word counts for that stands in an earlier piece of a list, or in a later one."""
NEARER, NEARER_NAME = 0.15, 0.35
"""By how much another figure, or another name, may stand nearer to what one is said of."""
MOST_WORDS = 60
"""Words of a part that are looked at; a sentence has no more."""

_YES, _NO = (lazy(either(getattr(language.claims, name) for language in LANGUAGES)) for name in ("yes", "no"))
_HEDGE = lazy(either(language.claims.hedges for language in LANGUAGES))
_COMPARED = lazy(either(language.claims.compared for language in LANGUAGES))
_CONTRASTS = tuple((lazy(one), lazy(other)) for language in LANGUAGES for one, other in language.claims.contrasts)
_SPOKEN = re.compile(r"[\"“”«»「『]([^\"“”«»「」『』\n]{12,400})[\"“”«»」』]")


class Verdict(NamedTuple):
    """Whether a sentence is supported, and by which lines of which passage."""

    why: Why
    passage: int = -1
    first: int = 0
    last: int = 0
    """Characters of the passage that bear it."""

    @property
    def supported(self) -> bool:
        """Whether the passages support it."""
        return self.why == "" and self.passage >= 0


class Support:
    """Checks sentences of an answer against the passages."""

    def __init__(self, question: str, passages: Sequence[Passage]) -> None:
        self._evidence = Evidence(question, passages)

    def check(self, sentence: str) -> Verdict:
        """Whether the passages support a sentence of an answer."""
        text = sentence.strip()
        lower = text.lower()
        affirms, denies = _YES.match(lower), _NO.match(lower)
        opener = affirms or denies
        rest = text[opener.end() :].strip() if opener else text
        said = read_statement(rest)
        if not said.words and not said.figures and not said.codes and not opener:
            return Verdict("silent")
        if _HEDGE.search(lower) and not any(_HEDGE.search(line.said.text) for line in self._evidence.lines):
            return Verdict("guess")
        problem = self._missing_words(text, said)
        if problem:
            return Verdict(problem)
        verdict = self._of_statement(said) if said.words or said.figures or said.codes else None
        if verdict is not None and not verdict.supported:
            return verdict
        if opener:
            return self._of_opener(said, bool(affirms), verdict)
        assert verdict is not None
        return verdict

    def has_figures(self, sentence: str) -> bool:
        """Whether a sentence contains a figure; figures need support even in headings."""
        return bool(read_statement(sentence).figures)

    # ---- what must match literally

    def _missing_words(self, text: str, said: Statement) -> Why:
        everything = self._evidence.squeezed
        for code in said.codes:
            if not any(compact(code) in text for text in everything):
                return "code"
        for spoken in _SPOKEN.finditer(text):
            if not any(compact(spoken[1].strip(" .,!?…")) in text for text in everything):
                return "words"
        for word in said.words:
            if word.strict and not self._evidence.where(word) and not self._evidence.in_heading(word):
                return "name"
        for part in said.parts:
            for figure in part.figures:
                if not self._evidence.with_figure(figure) and not (part.denied and self._evidence.is_asked(figure)):
                    return "number"
        return ""

    # ---- statements

    def _of_statement(self, said: Statement) -> Verdict:
        """Checks each part by the line that covers most of it."""
        best: Verdict | None = None
        weights = supported = most = 0.0
        weighed = sum(map(self._evidence.weight_of, said.words)) + FIGURE * (len(said.figures) + len(said.codes))
        for part in said.parts:
            items = part.words[:MOST_WORDS]
            total = sum(map(self._evidence.weight_of, items)) + FIGURE * (len(part.figures) + len(part.codes))
            if total <= 0:
                continue
            asked = self._evidence.implied(items) if weighed < SHORT else []
            line, share = self._evidence.best_line(part, items, asked)
            weights += total
            if line < 0:
                continue
            supported += share * total
            if share < ENOUGH_OF_A_PART and total * (1 - share) > 0.95:
                return Verdict("words")
            problem = self._problem(said, part, items, line)
            if problem:
                return Verdict(problem)
            if best is None or share * total > most:
                most = share * total
                best = Verdict("", self._evidence.lines[line].passage, *self._span(part, items, line))
        if weights and supported / weights < (ENOUGH_WITH_CODE if said.codes else ENOUGH):
            return Verdict("words")
        return best or Verdict("silent" if not weights else "words")

    # ---- contradictions

    def _problem(self, said: Statement, part: Part, items: Sequence[Word], line: int) -> Why:
        window = [line, *(other for other in (line - 1, line + 1) if self._evidence.is_beside(other, line))]
        here = self._evidence.lines[line].said
        frees = said.obliged and not said.free and not any(other.denied for other in said.parts)
        if (frees and here.free and not here.obliged) or self._is_denied(part, items, window):
            return "denied"
        if self._contrasts(said, part, here):
            return "denied"
        of_code = [number for code in part.codes for number in self._evidence.with_code(code)[:1]]
        if self._is_turned_round(said, here) or any(self._is_of_another(items, number) for number in (line, *of_code)):
            return "mixed"
        about = [word for word in items or said.words if self._evidence.where(word)]
        for figure in part.figures:
            problem = self._of_figure(said, figure, about)
            if problem:
                return problem
        for name in items:
            if name.strict and self._is_of_another_name(said, name, [word for word in about if word is not name]):
                return "mixed"
        return ""

    def _is_denied(self, part: Part, items: Sequence[Word], window: Sequence[int]) -> bool:
        """Whether a word of it occurs only in a part of opposite polarity."""
        agreeing = against = 0.0
        names = [word for word in items if word.strict or self._evidence.is_label(word)]
        others = [word for word in items if word not in names and not (word.weight <= PREDICATE and len(items) > 2)]
        known = [word for word in others if any(number in self._evidence.where(word) for number in window)]
        for word in known or [word for word in names if word.strict]:
            for number in window:
                parts = [other for other in self._evidence.lines[number].said.parts if self._has(other, word)]
                if parts:
                    if any(other.denied == part.denied for other in parts):
                        agreeing += word.weight
                    else:
                        against += word.weight
                    break
        return against > 0 and against >= agreeing

    def _has(self, part: Part, word: Word) -> bool:
        forms = self._evidence.forms_of(word)
        return any(other.term in forms or (len(word.term) > 1 and word.term in other.text) for other in part.words)

    def _contrasts(self, said: Statement, part: Part, here: Statement) -> bool:
        text = said.text[part.start : part.end]
        return any(
            mine.search(text) and not contrary.search(said.text)
            and contrary.search(here.text) and not mine.search(here.text)
            for pair in _CONTRASTS for mine, contrary in (pair, pair[::-1])
        )  # fmt: skip

    def _is_turned_round(self, said: Statement, here: Statement) -> bool:
        """Whether the answer reverses a comparison: "A than B" for the page's "B than A"."""
        mine, theirs = _COMPARED.search(said.text), _COMPARED.search(here.text)
        if not mine or not theirs:
            return False
        after = {word.term for word in said.words if word.start >= mine.end()}
        before = {word.term for word in said.words if word.start < mine.start()} - after
        first = {word.term for word in here.words if word.start < theirs.start()}
        second = {word.term for word in here.words if word.start >= theirs.end()} - first
        return len(before & second) + len(after & first) > len(before & first) + len(after & second)

    def _is_of_another(self, items: Sequence[Word], line: int) -> bool:
        """Whether the line says it of another subject."""
        here = self._evidence.lines[line]
        topics = [word for word in items if word.strict or word.topic or self._evidence.is_label(word)]
        mine = {form for word in items for form in self._evidence.forms_of(word)}
        others = {word.term for word in here.said.words if word.strict or word.topic} | here.said.label
        for word in topics:
            if (
                not self._evidence.where(word)
                or line in self._evidence.where(word)
                or here.passage in self._evidence.in_heading(word)
            ):
                continue
            if not others.isdisjoint(mine) and not word.strict:
                continue
            if any(other not in mine for other in others):
                return True
        return False

    def _of_figure(self, said: Statement, figure: Figure, about: Sequence[Word]) -> Why:
        """Whether a figure stands beside its subject, with no nearer figure of its kind."""
        beside = self._beside(said, figure.start, about)
        mine = rival = -1.0
        limit: Why = ""
        for number, line in enumerate(self._evidence.lines):
            for other in line.said.figures:
                if not figure.alike(other):
                    continue
                affinity = self._affinity(number, other.start, beside)
                if figure.agrees(other):
                    if affinity > mine:
                        mine = affinity
                        limit = "limit" if {figure.bound, other.bound} == {"least", "most"} else ""
                elif not any(other.agrees(known) for known in said.figures):
                    rival = max(rival, affinity)
        return limit or ("mixed" if mine >= 0 and rival > mine + NEARER else "")

    def _is_of_another_name(self, said: Statement, name: Word, about: Sequence[Word]) -> bool:
        """Whether the page says it of another name."""
        beside = self._beside(said, name.start, about)
        forms = self._evidence.forms_of(name)
        own = {form for word in said.words if word.strict for form in self._evidence.forms_of(word)}
        mine = rival = -1.0
        for number, line in enumerate(self._evidence.lines):
            for other in line.said.words:
                if other.term in forms:
                    mine = max(mine, self._affinity(number, other.start, beside))
                elif other.strict and other.moment == name.moment and other.term not in own:
                    rival = max(rival, self._affinity(number, other.start, beside))
        return mine >= 0 and rival > mine + NEARER_NAME

    def _beside(self, said: Statement, place: int, about: Sequence[Word]) -> list[Word]:
        """A figure's or name's subject: the words of its list item, and of the question if they are few."""
        own = [word for word in about if said.piece_of(word.start) == said.piece_of(place)]
        found = own if len(own) > 1 else list(about)
        return found if any(word.weight > GENERAL for word in found) else [*found, *self._evidence.implied(found)]

    def _affinity(self, number: int, place: int, about: Iterable[Word]) -> float:
        """The share of a figure's subject that stands beside it in a line."""
        line = self._evidence.lines[number]
        piece = line.said.piece_of(place)
        score = 0.0
        for word in about:
            weight = NAME if word.strict else word.weight
            if number not in self._evidence.where(word):
                if line.passage in self._evidence.in_heading(word):
                    score += weight * FORWARD
                elif any(
                    other in self._evidence.where(word)
                    for other in (number - 1, number + 1)
                    if self._evidence.is_beside(other, number)
                ):
                    score += weight * BACKWARD
                continue
            forms = self._evidence.forms_of(word)
            pieces = [line.said.piece_of(other.start) for other in line.said.words if other.term in forms]
            if not pieces or piece in pieces:
                score += weight
            else:
                score += weight * (FORWARD if min(pieces) < piece else BACKWARD)
        return score

    # ---- yes and no

    def _of_opener(self, said: Statement, affirms: bool, verdict: Verdict | None) -> Verdict:
        """Whether the page supports an initial "yes" or "no" together with what follows it."""
        words = [word for word in self._evidence.asked.words if self._evidence.where(word)]
        denied = any(part.denied for part in self._evidence.asked.parts) ^ (not affirms)
        asked = Part(0, 0, denied, tuple(words), self._evidence.asked.figures, ())
        if verdict is not None:
            own = {form for word in said.words for form in self._evidence.forms_of(word)}
            covered = sum(word.weight for word in words if own & self._evidence.forms_of(word).keys())
            if words and covered >= 0.5 * sum(word.weight for word in words):
                if self._agrees(said, words, denied):
                    return verdict
                return Verdict("denied")
        known = sum(map(self._evidence.weight_of, self._evidence.asked.words)) or 1.0
        line, share = self._evidence.best_line(asked, words, ())
        share *= sum(map(self._evidence.weight_of, words)) / known
        if not words or line < 0 or share < 0.5:
            return verdict if verdict is not None and not affirms and verdict.supported else Verdict("words")
        if verdict is None and self._is_denied(asked, words, [line]):
            return Verdict("denied")
        if verdict is not None:
            if affirms and self._is_denied(asked, words, [line]):
                return Verdict("denied")
            return verdict
        here = self._evidence.lines[line]
        return Verdict("", here.passage, here.start, here.end)

    def _agrees(self, said: Statement, words: Sequence[Word], denied: bool) -> bool:
        """Whether what follows "yes" or "no" agrees with the question."""
        agreeing = against = 0.0
        for part in said.parts:
            for word in words:
                if self._has(part, word):
                    if part.denied == denied:
                        agreeing += word.weight
                    else:
                        against += word.weight
        return agreeing >= against or (said.free and denied)

    def _span(self, part: Part, items: Sequence[Word], line: int) -> tuple[int, int]:
        """The characters of a passage that support a part: its line, and a neighbour that adds to it."""
        first = last = line
        for other in (line - 1, line + 1):
            if (
                not self._evidence.is_beside(other, line)
                or self._evidence.lines[other].passage != self._evidence.lines[line].passage
            ):
                continue
            adds = sum(
                word.weight
                for word in items
                if other in self._evidence.where(word) and line not in self._evidence.where(word)
            )
            adds += sum(
                other in self._evidence.with_figure(figure) and line not in self._evidence.with_figure(figure)
                for figure in part.figures
            )
            if adds >= 1 and first == last:
                first, last = min(first, other), max(last, other)
        return self._evidence.lines[first].start, self._evidence.lines[last].end
