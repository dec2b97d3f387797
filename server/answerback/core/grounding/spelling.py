"""Corrects misspelt words by edit distance to words on the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LEAST_LETTERS = 4
"""A shorter word is another word with one letter changed."""
LONG = 8
"""Letters from which on two of them may be wrong."""
MOST = 3
"""So many words are taken for what was meant."""


def corrected(word: str, said: Iterable[str]) -> frozenset[str]:
    """The words on the page that a word may be a misspelling of."""
    letters = _letters(word)
    if len(letters) < LEAST_LETTERS or not word.isalpha():
        return frozenset()
    most = 2 if len(letters) >= LONG else 1
    found = []
    for other in said:
        if abs(len(other) - len(word)) > most or not other.isalpha():
            continue
        theirs = _letters(other)
        if abs(len(theirs) - len(letters)) <= most and (letters[0] == theirs[0] or letters[1:3] == theirs[1:3]):
            wrong = _distance(letters, theirs, most)
            if wrong <= most:
                found.append((wrong, other))
    found.sort()
    return frozenset(other for wrong, other in found[:MOST] if wrong == found[0][0])


@lru_cache(maxsize=4_096)
def _letters(word: str) -> str:
    """A word's letters, with Hangul syllables decomposed."""
    return unicodedata.normalize("NFD", word)


def _distance(one: str, other: str, most: int) -> int:
    """Damerau–Levenshtein distance (1964); above `most`, any larger number."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, theirs in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
