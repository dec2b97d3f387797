"""How much of a model's budget a text takes."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)
def estimate_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few: 4 letters each, and each Hangul, Kana or Han one of its own.

    Measured on Wikipedia's articles, that is 20 % more than o200k_base counts in English and in Korean, 5 % more in
    Chinese; the older cl100k_base counts a third more than this in Korean.
    """
    wide = sum(map("\u1100".__le__, text))
    return wide + (len(text) - wide + 3) // 4
