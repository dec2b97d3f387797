"""Blocks that stand on many pages of a site: its frame.

A block of the frame is not lost: of the pages that have it, the one with the shortest address stands for all. Rows, and
terms with their meaning, are no frame however many pages have them: products are alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b

from ...core.grounding.passages import Block

LEAST_PAGES, LEAST_SHARE = 3, 0.3
"""On so many pages, and of all pages such a share, a block stands at least that is of the frame."""
SAMPLE = 40
"""Pages in which all blocks are looked at: what stands on a good part of a site stands on two of them."""


def sample(urls: Sequence[str]) -> list[str]:
    """A sample of pages from all over the site."""
    return list(urls[:: max(1, len(urls) // SAMPLE)])


class Repeats:
    """Counts blocks over a sample of a site's pages."""

    def __init__(self, sampled: Iterable[Sequence[Block]]) -> None:
        often = Counter(print for blocks in sampled for print in _prints(blocks))
        self._likely = {print for print, count in often.items() if count > 1}
        self._pages: Counter[bytes] = Counter()
        self._holders: dict[bytes, str] = {}
        self._count = 0

    def add(self, url: str, blocks: Sequence[Block]) -> None:
        """Counts a page's blocks."""
        self._count += 1
        for print in _prints(blocks) & self._likely:
            self._pages[print] += 1
            holder = self._holders.setdefault(print, url)
            if (len(url), url) < (len(holder), holder):
                self._holders[print] = url

    def marked(self, url: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """A page's blocks, marking those that another page represents."""
        return tuple(replace(block, repeated=self._is_repeated(_print(block), url)) for block in blocks)

    def _is_repeated(self, print: bytes, url: str) -> bool:
        often = self._pages[print]
        return often >= max(LEAST_PAGES, LEAST_SHARE * self._count) and self._holders[print] != url


def marked_as(blocks: Sequence[Block], before: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of a page read again, marked as before."""
    repeated = {block.text for block in before if block.repeated}
    return tuple(replace(block, repeated=block.text in repeated) for block in blocks)


def _prints(blocks: Sequence[Block]) -> set[bytes]:
    return {_print(block) for block in blocks if "\t" not in block.text}


def _print(block: Block) -> bytes:
    return blake2b(" ".join(block.text.split()).casefold().encode(), digest_size=8).digest()
