"""Detects text that a page repeats from its own address, such as a search query."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlsplit

WORDS = 2
"""So many words of a query in a row are a repetition; a query of one word is one as a whole."""
LETTERS = 8
"""So many letters in a row are one too, however words are cut: `lastorders` for `last orders`."""
DENSE_LETTERS = 4
"""The same where words stand without spaces (Korean, Chinese, Japanese, Thai)."""
MOST = 2_000
"""Characters of a query that are looked at; an address has no more."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Echoes:
    """The parts of addresses' queries that a page might repeat."""

    runs: frozenset[str]
    letters: frozenset[str]
    lengths: frozenset[int]

    @classmethod
    def of(cls, urls: Iterable[str]) -> Echoes:
        """Collects the queries of these addresses."""
        runs: set[str] = set()
        letters: set[str] = set()
        for url in urls:
            for part in _parts(urlsplit(url).query[:MOST]):
                words = _words(part)
                size = min(WORDS, len(words))
                runs.update(f" {' '.join(words[at : at + size])} " for at in range(len(words) - size + 1) if size)
                joined = "".join(words)
                size = LETTERS if joined.isascii() else DENSE_LETTERS
                letters.update(joined[at : at + size] for at in range(len(joined) - size + 1))
        return cls(frozenset(runs), frozenset(letters), frozenset(map(len, letters)))

    def are_in(self, text: str) -> bool:
        """Whether a text repeats a part of a query."""
        if not self.runs:
            return False
        words = _words(text)
        line, joined = f" {' '.join(words)} ", "".join(words)
        return any(run in line for run in self.runs) or any(
            joined[at : at + size] in self.letters for size in self.lengths for at in range(len(joined) - size + 1)
        )

    def without(self, text: str) -> str:
        """The text without lines that repeat part of a query; empty if all of it does."""
        if not self.are_in(text):
            return text
        kept = "\n".join(line for line in text.splitlines() if not self.are_in(line))
        return "" if self.are_in(kept) else kept


def _parts(query: str) -> Iterable[str]:
    """Names and values of a query; a name without a value counts too."""
    for pair in query.replace(";", "&").split("&"):
        name, _, value = pair.partition("=")
        yield unquote_plus(value)
        if not value or len(_words(unquote_plus(name))) > 1:
            yield unquote_plus(name)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("_", " "))
