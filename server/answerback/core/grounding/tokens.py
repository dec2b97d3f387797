"""Estimates the tokens of a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

STEP = 0.5
"""How far a measure moves to what was counted: what stands around a text is counted too."""
LEAST, MOST = 0.5, 4.0
"""A model takes no more and no less than this of what we estimate, whatever its server counts."""


@lru_cache(maxsize=1024)
def estimate_tokens(text: str) -> int:
    """Estimates the tokens of a text, rather too high than too low: 4 letters each, and one for each Hangul, Kana or
    Han character. On Wikipedia articles this is 20 % more than o200k_base counts in English and Korean and 5 % more in
    Chinese; the older cl100k_base counts a third more than this in Korean."""
    wide = _wide(text)
    return wide + (len(text) - wide + 3) // 4


def _wide(text: str) -> int:
    return sum(map("\u1100".__le__, text))


@dataclass(frozen=True, slots=True)
class Measure:
    """A model's tokens per estimated token, for letters and for syllables or characters: small models use three for a
    Korean syllable."""

    narrow: float = 1.0
    wide: float = 1.0

    def of(self, texts: Iterable[str]) -> float:
        """The model's tokens for some texts."""
        narrow, wide = _counted(texts)
        return narrow * self.narrow + wide * self.wide

    def ratio(self, texts: Iterable[str]) -> float:
        """The model's tokens per estimated token in texts like these."""
        narrow, wide = _counted(texts)
        return (narrow * self.narrow + wide * self.wide) / (narrow + wide) if narrow + wide else 1.0

    def learned(self, texts: Iterable[str], counted: int) -> Measure:
        """The measure after its server has counted some texts."""
        narrow, wide = _counted(texts)
        expected = narrow * self.narrow + wide * self.wide
        if not expected or counted <= 0:
            return self
        wrong, share = counted / expected - 1, wide * self.wide / expected
        return Measure(_bounded(self.narrow * (1 + STEP * (1 - share) * wrong)),
                       _bounded(self.wide * (1 + STEP * share * wrong)))  # fmt: skip


def _counted(texts: Iterable[str]) -> tuple[float, int]:
    every = tuple(texts)
    wide = sum(map(_wide, every))
    return (sum(map(len, every)) - wide) / 4, wide


def _bounded(number: float) -> float:
    return min(MOST, max(LEAST, number))
