"""A language's rules: question words, sentence ends, and how its words are compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

NEVER = "(?!)"


class Kind(NamedTuple):
    """A kind of thing, as patterns: what asks for it, and what an instance looks like."""

    asked: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Claims:
    """Lower-case patterns for comparing statements, beside their words."""

    negators: str = NEVER
    """What turns a part of a sentence into its opposite, words like "closed" and "excluded" among it."""
    no_negators: str = NEVER
    """What looks like one and is none, as "no more than"."""
    parts: str = NEVER
    """Where a part of a sentence begins that is negated by itself."""
    yes: str = NEVER
    """How an answer begins that affirms a question; `no` that denies it."""
    no: str = NEVER
    hedges: str = NEVER
    """What tells that somebody guesses."""
    obliged: str = NEVER
    """What makes something a duty; `free`, what leaves it open."""
    free: str = NEVER
    least_before: str = NEVER
    """What makes a figure after it the least that is meant; the others likewise."""
    least_after: str = NEVER
    most_before: str = NEVER
    most_after: str = NEVER
    before_noon: str = NEVER
    after_noon: str = NEVER
    contrasts: tuple[tuple[str, str], ...] = ()
    """Small words of which one says the contrary of the other."""
    compared: str = NEVER
    """What stands between two things that are compared, as "than"."""
    predicate: str = NEVER
    """The end of a word that carries the sentence and is put in many ways."""
    topic: str = NEVER
    """A word that says what its sentence is about, where it shows; else it is the first that says something."""
    person: str = NEVER
    """A word that is likely somebody's name, where names are not told by a capital."""
    fragments: str = NEVER
    """What stands between the pieces of a list."""
    sources: str = NEVER
    """What a mark calls the passage that it means."""
    places: str = NEVER
    """What stands before a number in brackets that is no mark: a range, a step."""
    speakers: str = NEVER
    """Who is named before a turn that somebody else has in a conversation; `itself`, before the model's own."""
    itself: str = NEVER
    likeness: Callable[[str, str, bool], float] | None = None
    """How surely two terms say the same, from 0 to 1; with whether the first carries its sentence."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Language:
    """One language. All texts are case-insensitive patterns unless noted; omitted fields do not exist in it."""

    tag: str
    script: str = NEVER
    """One of its letters, where it has letters of its own."""
    has_spaces: bool = True
    """Whether its words are written apart."""
    is_written: Callable[[str], bool] = lambda text: False
    """Whether a text is in this language, where another one has the same script."""

    # ---- questions
    asks: str = NEVER
    """What makes a comment a question, beside `asks` of its data."""
    asks_within: int = 1_000_000
    """Characters of a comment above which `asks` proves nothing."""
    asks_nothing: str = NEVER
    """What has a word that asks, and asks nothing, beside `asks_nothing` of its data."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """The kinds of things that are asked for; what they look like is read with regard to case."""
    unit: Callable[[str], str] = lambda question: ""
    """What a number looks like of which a question names the unit."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """What tells two questions apart, by `when`, `where`, `who`, `why`, `amount`, `how` and `not`."""
    moments: str = NEVER
    """Days, seasons and times of day."""
    starts: str = NEVER
    """What a question starts from ("from A to B"), in a group."""

    checks: str = NEVER
    """What asks for yes or no, or for what is not."""
    settles: str = NEVER
    """Words of a text that say yes or no, or leave something out."""
    whole: str = NEVER
    """What asks for all that a page says: a summary, a translation."""
    leans: str = NEVER
    """What points to something that was said before."""

    # ---- sentences
    ends: str = NEVER
    """Ends of sentences beside a full stop before a space."""
    clauses: str = NEVER
    """Where a sentence that is too long is cut."""
    brackets: tuple[str, ...] = ()

    # ---- words
    fold: Callable[[str], tuple[str, ...]] = lambda word: (word,)
    """The terms of a word, which are compared."""
    weigh: Callable[[str, int], float] = lambda term, place: 1.0
    """What a term of a question counts for, by its place among the terms of its word."""
    spellings: Callable[[str], tuple[str, ...]] = lambda term: ()
    """A term's simplest form, and others that stand for the same."""
    signs: Callable[[str], list[str]] = lambda text: []
    """Single characters that have a meaning of their own."""
    telling_signs: Callable[[str], list[str]] = lambda question: []
    """Those of a question that say what it is about."""

    # ---- answers
    reminder: str = ""
    """What a model is told once more after the question; the first language's, where it has none."""
    unsaid: str = NEVER
    """How an answer says that the page does not say."""
    silent: str = NEVER
    """The same, stricter: what can rest on no passage."""
    even_so: str = NEVER
    """What leads from that which is not said to that which is."""
    claims: Claims = Claims()

    # ---- pages
    consent: str = NEVER
    """What a banner says that asks for consent to cookies."""

    def pattern(self, name: str) -> str:
        """A pattern that is partly in the language's data: `asks`, `asks_nothing`."""
        own = getattr(self, name)
        return "|".join(part for part in (own, *data(self.tag).get(name, ())) if part != NEVER) or NEVER

    def words(self, name: str) -> frozenset[str]:
        """A word list of its data: `stop` (stop words), `titles`, `openers`, `attached` (to addresses), …"""
        return frozenset(word for line in data(self.tag).get(name, ()) for word in line.split())


@cache
def data(tag: str) -> Mapping[str, Any]:
    """A language's words from `data/xx.json`, loaded lazily."""
    file = files(__package__) / "data" / f"{tag}.json"
    return MappingProxyType(json.loads(file.read_text("utf-8")) if file.is_file() else {})
