"""What differs from language to language: a file for each, and what they say together.

A new language is a module with a `Language` and a place in `LANGUAGES`; lists of its words are `data/xx.json`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from .de import GERMAN
from .en import ENGLISH
from .fr import FRENCH
from .ja import JAPANESE
from .ko import KOREAN
from .language import NEVER, Kind, Language, data
from .zh import CHINESE

LANGUAGES: tuple[Language, ...] = (ENGLISH, KOREAN, CHINESE, JAPANESE, GERMAN, FRENCH)
"""The first is taken where no other is: for words of any script, and for texts."""
SHARE = 0.2
"""Of the letters of a text, from which on it is in their language."""


def either(patterns: Iterable[str]) -> str:
    """A regular expression for any of some others, in their order."""
    return "|".join(dict.fromkeys(pattern for pattern in patterns if pattern != NEVER)) or NEVER


@cache
def words(name: str) -> frozenset[str]:
    """A list of words of all languages."""
    return frozenset().union(*(language.words(name) for language in LANGUAGES))


@cache
def thesaurus() -> tuple[tuple[str, ...], ...]:
    """Words that visitors and pages use for the same thing, in groups."""
    return tuple(tuple(line.split()) for language in LANGUAGES for line in data(language.tag).get("thesaurus", ()))


@cache
def kinds() -> tuple[Kind, ...]:
    """The kinds of things that questions ask for, each as all languages ask for it and show it."""
    names = dict.fromkeys(name for language in LANGUAGES for name in language.kinds)
    of = {name: [language.kinds[name] for language in LANGUAGES if name in language.kinds] for name in names}
    return tuple(
        Kind(either(kind.asked for kind in found), either(kind.shown for kind in found)) for found in of.values()
    )


@cache
def marks() -> tuple[tuple[str, str], ...]:
    """What tells questions apart that are else alike, by name."""
    names = dict.fromkeys(name for language in LANGUAGES for name in language.marks)
    return tuple((name, either(language.marks.get(name, NEVER) for language in LANGUAGES)) for name in names)


@cache
def writers(character: str) -> tuple[Language, ...]:
    """The languages that have this letter as one of their own; the first language for any other."""
    found = tuple(language for language in LANGUAGES if re.match(language.script, character))
    return found or LANGUAGES[:1]


def writer(character: str, text: str) -> Language:
    """The language that a letter of a text is of."""
    found = writers(character)
    return next((language for language in found if language.is_written(text)), found[0])


def language_of(text: str) -> str:
    """The tag of the language that a text is in, told from a good share of its letters; else of the first language."""
    letters = [character for character in text if character.isalpha()]
    scripts = Counter(writers(character) for character in letters)
    for found, count in scripts.most_common():
        if found != LANGUAGES[:1] and count / len(letters) > SHARE:
            return next((language for language in found if language.is_written(text)), found[0]).tag
    return LANGUAGES[0].tag


def signs(text: str) -> list[str]:
    """Characters of a text that have a meaning of their own."""
    return [sign for language in LANGUAGES for sign in language.signs(text)]


def telling_signs(question: str) -> list[str]:
    """Those of a question that say what it is about."""
    return [sign for language in LANGUAGES for sign in language.telling_signs(question)]
