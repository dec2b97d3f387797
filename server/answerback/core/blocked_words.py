"""The owner's blocked words, for questions and answers."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from .invisible import strip_hidden

# Scripts from here on have no spaces between words, or particles attached (Thai, Hangul, Kana, Han).
_RUN_TOGETHER = "\u0e00"
_LETTER = rf"[^\W_{_RUN_TOGETHER}-\U0010ffff]"


class BlockedWords:
    """Finds an owner's words in texts, regardless of case and hidden characters. Words of scripts with spaces match
    only as whole words, optionally followed by a Korean particle; words of other scripts match anywhere."""

    def __init__(self, words: Sequence[str]) -> None:
        wanted = {_plain(word): word for word in words}
        wanted.pop("", None)
        self._patterns = [(plain, _pattern(plain), word) for plain, word in wanted.items()]
        self._sorted = sorted(wanted)
        self.longest = max(map(len, wanted), default=0)
        """Characters of the longest word."""

    def first(self, text: str) -> str | None:
        """The first blocked word in the text, or None."""
        plain = _plain(text)
        return next((word for part, pattern, word in self._patterns if part in plain and pattern.search(plain)), None)

    def passes(self, before: str, text: str, after: str) -> bool:
        """Whether no word ends in this piece of a longer text; a word that only begins in it is left to the next
        piece."""
        plain = _plain(before + text + after)
        seen, end = len(_plain(before)), len(_plain(before + text))
        near = (pattern for part, pattern, _ in self._patterns if part in plain)
        return not any(seen < found.end() <= end for pattern in near for found in pattern.finditer(plain))

    def held(self, text: str) -> int:
        """The number of characters at the end of a text that may begin a word."""
        near = text[-2 * self.longest - 16 :]
        plain = _plain(near)
        if not any(self._begins(plain[at:]) for at in range(max(0, len(plain) - self.longest), len(plain))):
            return 0
        return next((len(near) - at for at in range(len(near)) if self._begins(_plain(near[at:]))), 0)

    def _begins(self, plain: str) -> bool:
        at = bisect_left(self._sorted, plain)
        return bool(plain) and at < len(self._sorted) and self._sorted[at].startswith(plain)


class BlockedWordFilter:
    """Passes a streamed text on as far as it certainly contains no blocked word."""

    def __init__(self, words: BlockedWords) -> None:
        self._words = words
        self._before = ""
        self.held = ""
        """What has not passed: it may be the beginning of a word, or has one in it when it is `blocked`."""
        self.blocked = False

    def hear(self, piece: str) -> str:
        """Takes the next piece and returns what may pass; after a blocked word, nothing."""
        text = self.held + piece
        cut = len(text) - self._words.held(text)
        if self.blocked or not self._words.passes(self._before, text[:cut], text[cut:]):
            self.blocked, self.held = True, text
            return ""
        self.held = text[cut:]
        self._before = (self._before + text[:cut])[-4 * self._words.longest - 16 :]
        return text[:cut]


@lru_cache(maxsize=64)
def blocked_words(words: tuple[str, ...]) -> BlockedWords:
    """The compiled words of a site (cached)."""
    return BlockedWords(words)


def _pattern(plain: str) -> re.Pattern[str]:
    if max(plain[0], plain[-1]) >= _RUN_TOGETHER:
        return re.compile(re.escape(plain))
    return re.compile(rf"(?<!{_LETTER}){re.escape(plain)}(?!{_LETTER})")


def _plain(text: str) -> str:
    return " ".join(strip_hidden(unicodedata.normalize("NFKC", text)).casefold().split())
