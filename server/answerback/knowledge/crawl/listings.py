"""Listings by month, category or author, which repeat articles and never stand for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...core.grounding.passages import Block
from .links import Teaser

REPEATED, SHORT = 0.7, 60
"""How much of a section another page must say, and what needs no proof beside it: "Read more", a date."""


def own_blocks(
    blocks: Sequence[Block], teasers: Sequence[Teaser], others: Mapping[str, Sequence[Block]]
) -> tuple[Block, ...]:
    """A page's own blocks: without sections whose heading links to a page that says the same. `others` are those pages'
    blocks by address."""
    said = {url: folded(" ".join(block.text for block in blocks)) for url, blocks in others.items()}
    repeated: set[int] = set()
    for teaser in teasers:
        if teaser.url in said:
            section = _section(blocks, folded(teaser.heading))
            if _is_repeated([blocks[number] for number in section], said[teaser.url]):
                repeated.update(section)
    return tuple(block for number, block in enumerate(blocks) if number not in repeated)


def _section(blocks: Sequence[Block], heading: str) -> list[int]:
    """The blocks under a heading, or the heading itself if there are none."""
    return [
        number
        for number, block in enumerate(blocks)
        if folded(block.text) == heading or any(folded(above) == heading for above in block.headings)
    ]


def _is_repeated(section: Sequence[Block], said: str) -> bool:
    told = [folded(block.text) for block in section]
    long = [text for text in told if len(text) > SHORT] or told
    shared = sum(len(text) for text in long if text in said)
    return shared >= REPEATED * sum(map(len, long))


def folded(text: str) -> str:
    """Letters and digits only, since excerpts end in dots and headings carry link signs."""
    return "".join(character for character in text.casefold() if character.isalnum())
