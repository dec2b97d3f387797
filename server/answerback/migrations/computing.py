"""Rows of a revision that SQL cannot derive: computed in Python and inserted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Computed:
    """Queries, statements to run before and after inserting the rows computed from them, all in the revision's own
    transaction."""

    reads: tuple[str, ...]
    before: tuple[str, ...]
    table: str
    rows: Callable[..., Iterable[tuple[Any, ...]]]
    after: tuple[str, ...]

    def made(self, read: list[list[Any]]) -> list[tuple[Any, ...]]:
        """Computes the rows from the query results."""
        return list(self.rows(*read))
