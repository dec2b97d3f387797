"""Isso's SQLite file, opened for reading only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ...core.pages import page_of_path
from ...errors import BadRequest
from ..model import Incoming, within

_PENDING, _DELETED = 2, 4


def read(path: Path, now: int) -> Iterator[Incoming]:
    """The comments of Isso. E-mail addresses and IP addresses stay behind."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                """SELECT c.id, c.parent, c.created, c.modified, c.mode, c.text, c.author, c.likes, c.dislikes, t.uri,
                t.title FROM comments c JOIN threads t ON t.id = c.tid ORDER BY c.id"""
            )
            for id, parent, created, modified, mode, words, author, likes, dislikes, uri, title in rows:
                if mode == _DELETED:
                    continue
                yield Incoming(
                    id=str(id), page=page_of_path(str(uri)), title=str(title or ""), name=str(author or ""),
                    parent=None if parent is None else str(parent), body=str(words or ""),
                    state="pending" if mode == _PENDING else "published", up=int(likes or 0), down=int(dislikes or 0),
                    created_at=within(int(float(created) * 1000), now),
                    edited_at=None if modified is None else within(int(float(modified) * 1000), now),
                )  # fmt: skip
    except (sqlite3.Error, ValueError) as error:
        raise BadRequest("validation_failed", f"{path} is not an Isso database ({error}).") from None
