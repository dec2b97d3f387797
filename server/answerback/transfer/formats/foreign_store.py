"""SQLite files of other comment systems, opened read-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ...errors import BadRequest

ForeignRow = dict[str, Any]


def tables(path: Path) -> set[str]:
    """The table names. Raises BadRequest if the file is damaged."""
    return {row["name"] for row in _rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}


def isso_comments(path: Path) -> Iterator[ForeignRow]:
    """Isso's comments, each with its thread."""
    return _rows(
        path,
        """SELECT c.id, c.parent, c.created, c.modified, c.mode, c.text, c.author, c.likes, c.dislikes, t.uri,
        t.title FROM comments c LEFT JOIN threads t ON t.id = c.tid ORDER BY c.id""",
    )


def cusdis_comments(path: Path) -> Iterator[ForeignRow]:
    """Cusdis's comments, each with its page."""
    return _rows(
        path,
        """SELECT c.*, p.slug AS page_slug, p.url AS page_url, p.title AS page_title
        FROM comments c LEFT JOIN pages p ON p.id = c.pageId ORDER BY c.created_at""",
    )


def _rows(path: Path, sql: str) -> Iterator[ForeignRow]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            for row in connection.execute(sql):
                yield dict(row)
    except (sqlite3.Error, ValueError) as error:
        raise BadRequest("validation_failed", f"The SQLite file cannot be read ({error}).") from None
