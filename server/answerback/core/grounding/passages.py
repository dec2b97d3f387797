"""Splits a page's text into passages: a few neighbouring blocks under their headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..answering import Passage
from .sentences import sentences

__all__ = ["Block", "Passage", "columns_of", "own_words", "split", "with_columns"]

BETWEEN = " › "
"""Between a passage's headings."""

WISHED, MOST = 400, 900
"""Characters of a passage: blocks are joined up to the first, and cut at sentences beyond the second."""
QUESTION_LIMIT = 200
TEXT_LIMIT = 400_000
"""Characters of a page that are read; a book's worth."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table row or piece of code under its headings, outermost first. A row's last heading is its
    tab-separated column names."""

    text: str
    headings: tuple[str, ...] = ()
    repeated: bool = False
    """Whether it stands on many pages of its site and another one stands for it."""


def own_words(blocks: Sequence[Block]) -> Sequence[Block]:
    """A page's own content, without repeats of other pages; all of it if nothing else is left."""
    return [block for block in blocks if not block.repeated] or blocks


def split(blocks: Iterable[Block], *, url: str, title: str) -> list[Passage]:
    """A page's passages in order. Short blocks under one heading are joined; a question stays with what follows it."""
    found: list[Passage] = []
    parts: list[str] = []
    size, left = 0, TEXT_LIMIT
    headings: tuple[str, ...] = ()

    def close() -> None:
        if parts:
            found.append(Passage("\n".join(parts), BETWEEN.join(headings), url, title))
            parts.clear()

    for block in blocks:
        for piece in _pieces(block.text[:left]):
            cost = len(piece)
            if parts and (block.headings != headings or size >= WISHED or size + cost > MOST):
                question = parts.pop() if len(parts) > 1 and _leads_on(parts[-1], headings, block) else ""
                close()
                if question:
                    parts.append(question)
                    size = len(question)
            size = size + cost if parts else cost
            headings = block.headings
            parts.append(piece)
        left = max(0, left - len(block.text))
    close()
    return found


def columns_of(passage: Passage) -> str:
    """The column names of a passage's rows; empty if there are none."""
    last = passage.heading.rpartition(BETWEEN)[2]
    return last if "\t" in last else ""


def with_columns(text: str, passage: Passage) -> str:
    """A passage's rows under their column names."""
    columns = columns_of(passage)
    return f"{columns}\n{text}" if columns else text


def _leads_on(text: str, headings: tuple[str, ...], block: Block) -> bool:
    """Whether a short text introduces the next block under the same headings: a question of an FAQ, or a line that ends
    with a colon."""
    return block.headings == headings and len(text) <= QUESTION_LIMIT and text.endswith(("?", "？", ":", "："))


def _pieces(text: str) -> list[str]:
    """Splits a long block at sentence ends, verbatim but for whitespace at the cuts."""
    if len(text) <= MOST:
        return [text] if text.strip() else []
    pieces: list[str] = []
    begin = end = size = 0
    for sentence in sentences(text):
        at = text.index(sentence, end)
        cost = len(sentence)
        if size and size + cost > WISHED:
            pieces.append(text[begin:end])
            begin, size = at, 0
        elif not size:
            begin = at
        size += cost
        end = at + len(sentence)
    return [*pieces, text[begin:end]] if size else pieces
