"""Terms of a text, folded by the rules of its language."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain, zip_longest
from typing import NamedTuple

from ..languages import LANGUAGES, telling_signs, thesaurus, words, writer, writers
from ..languages.language import NEVER

_SCRIPTS = dict.fromkeys(language.script for language in LANGUAGES if language.script != NEVER)
_WORD = re.compile(
    r"\d+(?:,\d{3})+|[a-z0-9]+(?:['’][a-z]+)?|" + "".join(f"{script}+|" for script in _SCRIPTS) + r"[^\W\d_]+"
)
_CAMEL = re.compile(r"\b(?=[A-Za-z]++\b)[A-Za-z]*[a-z][A-Z][A-Za-z]*")
_HUMPS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_ACCENTS = {
    ord(letter): base[0]
    for letter in map(chr, range(0xC0, 0x250))
    if len(base := unicodedata.normalize("NFD", letter)) > 1 and base[0].isascii()
} | {ord("ß"): "ss", ord("æ"): "ae", ord("ø"): "o", ord("œ"): "oe", ord("ł"): "l"}
"""Letters with accents, which visitors leave out."""
LETTERS_LIMIT = 40
"""A longer run of letters is no word; it is read up to here, which bounds the work."""
SIGN = 0.5
"""What a character by itself weighs beside a pair of them."""
WEAK = 0.35
"""What a word weighs that only names the kind of answer."""


@lru_cache(maxsize=20_000)
def fold_word(word: str) -> tuple[str, ...]:
    """The terms of a lower-case word; none for a stop word."""
    if word in words("stop"):
        return ()
    if word[0].isdigit():
        word = word.replace(",", "")
    found = writers(word[0])[0].fold(word)
    return () if found and found[0] in words("stop") else found


def _folded(text: str) -> str:
    """The normalised text; the words of a name such as `PoolExhausted` are appended to it."""
    text = unicodedata.normalize("NFKC", text)
    if not text.islower():
        text = _CAMEL.sub(lambda name: f"{name[0]} {' '.join(_HUMPS.findall(name[0]))}", text)
    return text.lower().translate(_ACCENTS)


def terms(text: str) -> list[str]:
    """The terms of a text, in order, without stop words."""
    return [term for word in _WORD.findall(_folded(text)) for term in fold_word(word[:LETTERS_LIMIT])]


def word_count(text: str) -> int:
    """The number of content words; without spaces, four characters count as one."""
    found = [word for word in _WORD.findall(_folded(text)) if fold_word(word[:LETTERS_LIMIT])]
    return sum(1 if writers(word[0])[0].has_spaces else 1 + len(word) // 4 for word in found)


class QueryTerms(NamedTuple):
    """A question's weighted terms, each with the words that may replace it."""

    weights: dict[str, float]
    relatives: dict[str, frozenset[str]]


def wanted_terms(question: str, *, alone: bool = False) -> QueryTerms:
    """A question's terms; those that only name the kind of answer weigh less, and so do parts of words. `alone`:
    include single characters, which no index has."""
    weights: dict[str, float] = {}
    for word in _WORD.findall(_folded(question)):
        for place, term in enumerate(fold_word(word[:LETTERS_LIMIT])):
            weight = WEAK if term in words("weak") else writer(term[0], question).weigh(term, place)
            weights[term] = max(weight, weights.get(term, 0.0))
    for sign in telling_signs(question) if alone else ():
        weights.setdefault(sign, SIGN)
    relatives = {term: relatives_of(term) - weights.keys() for term in weights}
    return QueryTerms(weights, {term: others for term, others in relatives.items() if others})


def relatives_of(term: str) -> frozenset[str]:
    """The terms that may replace one."""
    found = _relatives().get(term, frozenset())
    spellings = writers(term[0])[0].spellings(term)
    return found.union(_relatives().get(spellings[0], ()), spellings) if spellings else found


@lru_cache(maxsize=1)
def _relatives() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in thesaurus():
        stems = {term for word in group for term in fold_word(_folded(word))[:1]}
        for term in stems:
            found.setdefault(term, set()).update(stems - {term})
    return {term: frozenset(others) for term, others in found.items()}


def search_terms(question: str, context: str, most: int) -> list[str]:
    """Terms to search an index for: the question's, the context's, then relatives in turn, up to the limit."""
    wanted = wanted_terms(question)
    own = [*wanted.weights, *wanted_terms(context).weights]
    relatives = zip_longest(*(sorted(others) for others in wanted.relatives.values()))
    return list(dict.fromkeys([*own, *filter(None, chain.from_iterable(relatives))]))[:most]
