"""A page's text in passages: a few neighbouring blocks under their headings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .answering import Passage
from .sentences import sentences

__all__ = ["Block", "Passage", "split"]

WISHED, MOST = 400, 900
"""Characters of a passage: blocks are joined up to the first, and cut at sentences beyond the second."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item or table row, and the headings above it, outermost first."""

    text: str
    headings: tuple[str, ...] = ()


def split(blocks: Iterable[Block], *, url: str, title: str) -> list[Passage]:
    """The passages of a page, in order. Blocks of one heading are joined while they are short."""
    found: list[Passage] = []
    parts: list[str] = []
    headings: tuple[str, ...] = ()

    def close() -> None:
        if parts:
            found.append(Passage("\n".join(parts), " › ".join(headings), url, title))
            parts.clear()

    for block in blocks:
        for piece in _pieces(block.text):
            size = sum(map(len, parts))
            if parts and (block.headings != headings or size >= WISHED or size + len(piece) > MOST):
                close()
            headings = block.headings
            parts.append(piece)
    close()
    return found


def _pieces(text: str) -> list[str]:
    """A block, cut at sentences where it is long."""
    if len(text) <= MOST:
        return [text] if text.strip() else []
    pieces, current = [], ""
    for sentence in sentences(text):
        if current and len(current) + len(sentence) > WISHED:
            pieces.append(current)
            current = ""
        current = f"{current} {sentence}".strip()
    return [*pieces, current] if current else pieces
