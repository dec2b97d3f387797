"""Index entries of a page's passages."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.answering import Passage
from ...core.grounding.terms import terms
from .store import Entry

PASSAGE_LIMIT = 4_000
"""Passages of one page that are kept."""


def entries(passages: Sequence[Passage]) -> list[Entry]:
    """Index entries of a page's passages."""
    return [
        Entry(passage, position, " ".join(terms(f"{passage.title} {passage.heading}")), " ".join(terms(passage.text)))
        for position, passage in enumerate(passages[:PASSAGE_LIMIT])
    ]
