"""Parses a sentence into comparable parts: words, figures, names, code and negations."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from ..languages import LANGUAGES, either, words, writers
from ..languages.figures import Figure, figures
from ..languages.language import NEVER
from ..patterns import lazy
from .terms import LETTERS_LIMIT, fold_word

__all__ = ["Part", "Statement", "Word", "read_statement"]

_WORD = lazy(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_CODE = lazy(r"`([^`\n]{1,200})`")
_BARE_CODE = lazy(
    r"(?<![\w`])(?:--?[a-z][\w-]+(?:=\S+)?|[\w.~/-]*[a-z]\w*(?:_\w+|\(\)|=[^\s,;]+|::\w+|[<>]=?\d[\w.]*|"
    r"\.[a-z]\w+|/[\w.~/-]+)"
    r"[\w.()/=:<>~-]*|~?/[\w./-]{3,})",
    re.IGNORECASE,
)
_PLAIN_SLASHES = lazy(r"[^\W\d_]+(?:/[^\W\d_]+){1,3}")
_NAME = lazy(r"[A-Z][\w'’]*|[a-z]+[A-Z]\w*")
_LABEL = lazy(r"^([^\n:：|\t.!?]{1,40})(?:[:：]\s|\t|\s\|)")
_FRAGMENT = lazy(r"(?<!\d)[,;]\s|·|\t|\s\|\s|" + either(language.claims.fragments for language in LANGUAGES))
_NEGATOR, _NO_NEGATOR, _PART, _OBLIGED, _FREE, _PREDICATE, _TOPIC, _PERSON = (
    lazy(either(getattr(language.claims, name) for language in LANGUAGES))
    for name in ("negators", "no_negators", "parts", "obliged", "free", "predicate", "topic", "person")
)
_MOMENT = lazy(either(language.moments for language in LANGUAGES))
_LETTERS = {"’": "'", "‘": "'"}
GENERAL, PREDICATE = 0.5, 0.4
"""What a word counts for that is used of almost anything, or that carries a sentence and is put in many ways."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its comparison form. `strict`: a name or day (`moment`), which no synonym replaces; `topic`: the
    sentence's subject."""

    term: str
    text: str
    weight: float
    strict: bool
    moment: bool
    topic: bool
    start: int


@dataclass(frozen=True, slots=True)
class Part:
    """A clause that is affirmed or negated on its own."""

    start: int
    end: int
    denied: bool
    words: tuple[Word, ...]
    figures: tuple[Figure, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed sentence."""

    text: str
    """Normalised, of lower case."""
    parts: tuple[Part, ...]
    obliged: bool
    free: bool
    label: frozenset[str]
    """Terms of the label that a row begins with."""
    cuts: tuple[int, ...]
    """Where the pieces of a list begin."""

    @property
    def words(self) -> tuple[Word, ...]:
        """All its words."""
        return tuple(word for part in self.parts for word in part.words)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All its figures."""
        return tuple(figure for part in self.parts for figure in part.figures)

    @property
    def codes(self) -> tuple[str, ...]:
        """All its code."""
        return tuple(code for part in self.parts for code in part.codes)

    def piece_of(self, place: int) -> int:
        """The list item that a position belongs to."""
        return sum(cut <= place for cut in self.cuts)


@cache
def _framing() -> frozenset[str]:
    return words("framing") | frozenset(term for word in words("framing") for term in fold_word(word)[:1])


@cache
def _general() -> frozenset[str]:
    both = words("general") | words("weak")
    return both | frozenset(term for word in both for term in fold_word(word)[:1])


@lru_cache(maxsize=20_000)
def _weighed(word: str) -> tuple[str, float]:
    """A word's term and weight; empty for stop words."""
    if word.isdigit() or word in _framing():
        return "", 0.0
    folded = fold_word(word)
    if not folded or folded[0] in _framing() or f"{folded[0]}e" in _framing():
        return "", 0.0
    term = folded[0]
    if len(term) == 1 and term.isascii():
        return "", 0.0
    if _PREDICATE.search(word):
        return term, PREDICATE
    return term, 1.0 if _general().isdisjoint((term, f"{term}e", word)) else GENERAL


def _normal(text: str) -> str:
    """Unicode normalisation that keeps every character's position."""
    return "".join(_LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=4096)
def read_statement(sentence: str) -> Statement:
    """Parses a sentence."""
    text = _normal(sentence)
    codes = [(match.start(), " ".join(match[1].split())) for match in _CODE.finditer(text)]
    bare = _CODE.sub(lambda match: " " * len(match[0]), text)
    for match in _BARE_CODE.finditer(bare):
        if not _PLAIN_SLASHES.fullmatch(match[0]) and not match[0].lower().startswith(("e.g", "i.e")):
            codes.append((match.start(), match[0].rstrip(".,;:")))
    bare = _BARE_CODE.sub(lambda match: " " * len(match[0]), bare)
    lower = text.lower() if len(text.lower()) == len(text) else text
    counted = [figure for figure in figures(lower) if bare[figure.start : figure.end].strip()]
    found = _words(bare, lower, counted)
    quiet = _NO_NEGATOR.sub(lambda match: " " * len(match[0]), lower)
    cuts = [0, *dict.fromkeys(match.start() for match in _PART.finditer(lower) if match.start()), len(text)]
    label = _LABEL.match(lower)
    return Statement(
        lower,
        tuple(
            Part(
                start, end, len(_NEGATOR.findall(quiet, start, end)) % 2 == 1,
                tuple(word for word in found if start <= word.start < end),
                tuple(figure for figure in counted if start <= figure.start < end),
                tuple(dict.fromkeys(code for at, code in codes if start <= at < end and len(code) > 1)),
            )
            for start, end in itertools.pairwise(cuts)
        ),
        _OBLIGED.search(lower) is not None, _FREE.search(lower) is not None,
        frozenset(word.term for word in found if label and word.start < label.end(1)),
        tuple(match.end() for match in _FRAGMENT.finditer(lower)),
    )  # fmt: skip


def _words(text: str, lower: str, counted: list[Figure]) -> list[Word]:
    """The content words of a sentence, outside its code and figures."""
    found: list[Word] = []
    moments = {match.start() for match in _MOMENT.finditer(lower)}
    taken = [(figure.start, figure.end) for figure in counted]
    first = True
    at = 0
    for match in _WORD.finditer(text):
        while at < len(taken) and taken[at][1] <= match.start():
            at += 1
        opens, first = first, False
        if at < len(taken) and taken[at][0] <= match.start():
            continue
        word = lower[match.start() : match.end()][:LETTERS_LIMIT]
        term, weight = _weighed(word)
        moment = match.start() in moments
        strict = moment or _PERSON.match(word) is not None or (_NAME.fullmatch(match[0]) is not None and not opens)
        if term:
            shows = writers(word[0])[0].claims.topic != NEVER
            topic = _TOPIC.search(word) is not None if shows else not found and weight == 1.0
            found.append(
                Word(term, word, 1.0 if strict else weight, strict, moment, topic and not strict, match.start())
            )
    return found
