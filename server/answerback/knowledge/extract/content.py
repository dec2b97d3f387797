"""An extracted page as data; the one part of extraction that the server itself imports."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from operator import eq

from ...core.grounding.passages import Block


@dataclass(frozen=True, slots=True)
class Content:
    """An extracted page."""

    title: str
    lang: str
    blocks: tuple[Block, ...]
    is_cut: bool = False
    """Whether there is more than is kept of a page."""

    @property
    def text(self) -> str:
        """Its whole text, each heading once above its content."""
        lines: list[str] = []
        above: tuple[str, ...] = ()
        for block in self.blocks:
            same = sum(takewhile(bool, map(eq, block.headings, above)))
            lines += [*block.headings[same:], block.text]
            above = block.headings
        return "\n".join(lines)
