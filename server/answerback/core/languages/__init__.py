"""Language rules: a file for each language, and their union.

A new language is a module with a `Language` and a place in `LANGUAGES`; lists of its words are `data/xx.json`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from .ar import ARABIC
from .de import GERMAN
from .en import ENGLISH
from .es import SPANISH
from .fr import FRENCH
from .he import HEBREW
from .id import INDONESIAN
from .ja import JAPANESE
from .ko import KOREAN
from .language import NEVER, Kind, Language, data
from .pt import PORTUGUESE
from .zh import CHINESE

LANGUAGES: tuple[Language, ...] = (
    ENGLISH, KOREAN, CHINESE, JAPANESE, GERMAN, FRENCH, SPANISH, PORTUGUESE, INDONESIAN, ARABIC, HEBREW,
)  # fmt: skip
"""The first is taken where no other is: for words of any script, and for texts."""
SHARED = "shared"
"""The data of no single language: words that mean the same across languages."""
SHARE = 0.2
"""Of the letters of a text, from which on it is in their language."""


_QUOTED = re.compile(r"^ {0,3}>.*", re.MULTILINE)


def either(patterns: Iterable[str]) -> str:
    """A pattern that matches any of these, in order."""
    return "|".join(dict.fromkeys(pattern for pattern in patterns if pattern != NEVER)) or NEVER


@cache
def words(name: str) -> frozenset[str]:
    """A word list of all languages, including those without a file."""
    listed = frozenset(word for line in data(SHARED).get(name, ()) for word in line.split())
    return listed.union(*(language.words(name) for language in LANGUAGES))


@cache
def phrases(name: str) -> frozenset[str]:
    """`words` for a list with phrases, which use `_` for a space."""
    return frozenset(phrase.replace("_", " ") for phrase in words(name))


@cache
def thesaurus() -> tuple[tuple[str, ...], ...]:
    """Groups of synonyms, within and across languages."""
    tags = [*(language.tag for language in LANGUAGES), SHARED]
    return tuple(tuple(line.split()) for tag in tags for line in data(tag).get("thesaurus", ()))


@cache
def kinds() -> tuple[Kind, ...]:
    """The kinds of things that questions ask for, with each language's patterns."""
    names = dict.fromkeys(name for language in LANGUAGES for name in language.kinds)
    of = {name: [language.kinds[name] for language in LANGUAGES if name in language.kinds] for name in names}
    return tuple(
        Kind(either(kind.asked for kind in found), either(kind.shown for kind in found)) for found in of.values()
    )


@cache
def units() -> Mapping[str, str]:
    """The canonical unit of each unit word or sign."""
    rows = [line.split() for language in LANGUAGES for line in data(language.tag).get("units", ())]
    return {word: row[0] for row in rows for word in row}


@cache
def numerals() -> Mapping[str, str]:
    """Numbers written as words."""
    return {
        word: number for language in LANGUAGES for number, listed in data(language.tag).get("numerals", {}).items()
        for word in listed.split()
    }  # fmt: skip


@cache
def marks() -> tuple[tuple[str, str], ...]:
    """Patterns that distinguish similar questions, by name."""
    names = dict.fromkeys(name for language in LANGUAGES for name in language.marks)
    return tuple((name, either(language.marks.get(name, NEVER) for language in LANGUAGES)) for name in names)


@cache
def writers(character: str) -> tuple[Language, ...]:
    """The languages whose alphabet has this letter; the first language for any other."""
    found = tuple(language for language in LANGUAGES if re.match(language.script, character))
    return found or LANGUAGES[:1]


def writer(character: str, text: str) -> Language:
    """The language that a letter belongs to in a text."""
    found = writers(character)
    return next((language for language in found if language.is_written(text)), found[0])


def own_words(question: str) -> str:
    """A question without what it quotes (lines that begin with `>`), unless nothing else has letters."""
    said = _QUOTED.sub("", question)
    return said if any(character.isalpha() for character in said) else question


def language_of(text: str) -> str:
    """The tag of a text's language, detected from its letters; by default the first language's."""
    letters = [character for character in text if character.isalpha()]
    scripts = Counter(writers(character) for character in letters)
    for found, count in scripts.most_common():
        if found != LANGUAGES[:1] and count / len(letters) > SHARE:
            return next((language for language in found if language.is_written(text)), found[0]).tag
    return LANGUAGES[0].tag


def spoken(text: str) -> str:
    """`language_of`, but distinguishes languages of the Latin script by their function words."""
    tag = language_of(text)
    if tag != LANGUAGES[0].tag:
        return tag
    said = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text.casefold())
    counts = {each.tag: sum(word in each.words("common") for word in said) for each in LANGUAGES}
    own = LANGUAGES[0].words("stop") | LANGUAGES[0].words("common")  # "do" and "was" are also words of others
    counts[tag] = sum(word in own for word in said)
    return max(counts, key=lambda each: (counts[each], each == tag))


def certain_language(text: str) -> str:
    """`language_of`, but empty for Latin text with more function words of other languages."""
    tag = language_of(text)
    if tag != LANGUAGES[0].tag:
        return tag
    said = re.findall(r"[^\W\d_]+", text.casefold())
    own = LANGUAGES[0].words("stop")
    theirs = sum(word in words("stop") and word not in own for word in said)
    return "" if theirs > 0 and theirs >= sum(word in own for word in said) else tag


def language_named(tag: str) -> Language:
    """The language with this tag if it has texts for models; else the first."""
    return next((language for language in LANGUAGES if language.tag == tag and language.reminder), LANGUAGES[0])


def signs(text: str) -> list[str]:
    """Characters of a text that carry meaning by themselves."""
    return [sign for language in LANGUAGES for sign in language.signs(text)]


def telling_signs(question: str) -> list[str]:
    """The meaningful characters of a question that tell its topic."""
    return [sign for language in LANGUAGES for sign in language.telling_signs(question)]
