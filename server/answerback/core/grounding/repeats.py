"""Detects endless repetition and echoed instructions in a model's output."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["Rules", "repeats_itself", "without_loop"]

_WORD = re.compile(r"\w+")
LONGEST_LOOP, TIMES, LEAST = 40, 4, 12
"""Words of what is said again and again at most, how often it has to be, and in how many words altogether."""
RUN, SHORTEST = 4, 7
"""So many words in a row that are the rules' own are an echo of them, when most of a sentence is made of such.
A shorter sentence may say by chance what they say."""
MOST_OF_IT = 0.5


def without_loop(text: str) -> str:
    """The text up to where it starts to repeat itself endlessly."""
    found = [(match.start(), match[0].casefold()) for match in _WORD.finditer(text)]
    words = [word for _, word in found]
    cut = len(text)
    for period in range(1, min(LONGEST_LOOP, len(words) // TIMES) + 1):
        run = 0
        for at in range(period, len(words)):
            run = run + 1 if words[at] == words[at - period] else 0
            if run >= max((TIMES - 1) * period, LEAST - period):
                cut = min(cut, found[at - run + 1][0])
                break
    return text[:cut].rstrip()


def repeats_itself(words: str, seen: dict[str, int]) -> bool:
    """Whether a sentence occurred twice before; `seen` counts them."""
    key = " ".join(_WORD.findall(words.casefold()))
    if not key:
        return False
    seen[key] = seen.get(key, 0) + 1
    return seen[key] > 1 and len(key) > 3


class Rules:
    """The prompt's rules, which an answer must not echo."""

    def __init__(self, text: str) -> None:
        self._runs = _runs(text)
        self._text = f" {' '.join(_WORD.findall(text.casefold()))} "

    def hold(self, sentence: str) -> bool:
        """Whether a sentence is one of the rules, verbatim."""
        words = _WORD.findall(sentence.casefold())
        return len(words) > 2 and f" {' '.join(words)} " in self._text

    def are_in(self, sentence: str) -> bool:
        """Whether a sentence consists mostly of rules."""
        found = _WORD.findall(sentence.casefold())
        if len(found) < SHORTEST or not self._runs:
            return False
        own = [tuple(found[at : at + RUN]) in self._runs for at in range(len(found) - RUN + 1)]
        return sum(own) >= MOST_OF_IT * len(own)


@lru_cache(maxsize=64)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    found = _WORD.findall(text.casefold())
    return frozenset(tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1))
