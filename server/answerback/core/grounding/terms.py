"""The words of a text as they are compared: each folded as its language does."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from ..languages import LANGUAGES, telling_signs, thesaurus, words, writer, writers
from ..languages.language import NEVER

_SCRIPTS = dict.fromkeys(language.script for language in LANGUAGES if language.script != NEVER)
_WORD = re.compile(
    r"\d+(?:,\d{3})+|[a-z0-9]+(?:['’][a-z]+)?|" + "".join(f"{script}+|" for script in _SCRIPTS) + r"[^\W\d_]+"
)
LETTERS_LIMIT = 40
"""A longer run of letters is no word; it is read up to here, which bounds the work."""
SIGN = 0.5
"""What a character by itself weighs beside a pair of them."""
WEAK = 0.35
"""What a word weighs that only names the kind of answer."""


@lru_cache(maxsize=20_000)
def _terms_of(word: str) -> tuple[str, ...]:
    if word in words("stop"):
        return ()
    if word[0].isdigit():
        word = word.replace(",", "")
    found = writers(word[0])[0].fold(word)
    return () if found and found[0] in words("stop") else found


def terms(text: str) -> list[str]:
    """The terms of a text, in order, without those that say nothing."""
    text = unicodedata.normalize("NFKC", text).lower()
    return [term for word in _WORD.findall(text) for term in _terms_of(word[:LETTERS_LIMIT])]


class QueryTerms(NamedTuple):
    """What a question looks for: its terms with their weights, and for each the words that may stand in for it."""

    weights: dict[str, float]
    relatives: dict[str, frozenset[str]]


def wanted_terms(question: str, *, alone: bool = False) -> QueryTerms:
    """A question's terms: those that only name the kind of answer weigh less, and so do parts of words; `alone`:
    characters by themselves, too, which no index has."""
    weights: dict[str, float] = {}
    for word in _WORD.findall(unicodedata.normalize("NFKC", question).lower()):
        for place, term in enumerate(_terms_of(word[:LETTERS_LIMIT])):
            weight = WEAK if term in words("weak") else writer(term[0], question).weigh(term, place)
            weights[term] = max(weight, weights.get(term, 0.0))
    for sign in telling_signs(question) if alone else ():
        weights.setdefault(sign, SIGN)
    relatives = {term: _relatives_of(term) - weights.keys() for term in weights}
    return QueryTerms(weights, {term: others for term, others in relatives.items() if others})


def _relatives_of(term: str) -> frozenset[str]:
    found = _relatives().get(term, frozenset())
    spellings = writers(term[0])[0].spellings(term)
    return found.union(_relatives().get(spellings[0], ()), spellings) if spellings else found


@lru_cache(maxsize=1)
def _relatives() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in thesaurus():
        stems = {term for word in group for term in _terms_of(word)[:1]}
        for term in stems:
            found.setdefault(term, set()).update(stems - {term})
    return {term: frozenset(others) for term, others in found.items()}


def search_terms(question: str, most: int) -> list[str]:
    """What to look for in an index: a question's own terms, then their relatives, at most so many."""
    wanted = wanted_terms(question)
    relatives = [other for others in wanted.relatives.values() for other in sorted(others)]
    return list(dict.fromkeys([*wanted.weights, *relatives]))[:most]
