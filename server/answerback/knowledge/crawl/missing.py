"""Soft 404s, recognised by the site's response to an address that cannot exist."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ..extract.content import Content

PROBE = "/answerback-0b6e7c41d9"
"""An address that no site has."""
ALIKE, MOST_WORDS = 0.85, 3_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Missing:
    """An origin's response to a missing page: its words, or its redirect target."""

    words: Counter[str]
    leads_to: str = ""

    def is_like(self, content: Content, url: str) -> bool:
        """Whether a page says the same, apart from its own address."""
        words = words_of(content, url)
        shared = (words & self.words).total()
        return 0 < words.total() <= MOST_WORDS and shared >= ALIKE * max(words.total(), self.words.total())


def words_of(content: Content, url: str) -> Counter[str]:
    """Word counts of a page, without those of its address."""
    text = " ".join((content.title, *(block.text for block in content.blocks)))
    own = set(_WORD.findall(unquote(urlsplit(url).path).lower()))
    return Counter(word for word in _WORD.findall(text.lower()) if word not in own)
