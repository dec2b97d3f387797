"""Isso's SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Incoming, Reason, moment
from ..source import Source
from ..texts import from_mixed
from .foreign_store import isso_comments, tables

_PENDING, _DELETED = 2, 4


def looks(source: Source) -> bool:
    """Whether it has Isso's tables."""
    return source.kind == "sqlite" and {"threads", "comments"} <= tables(source.path)


def read(source: Source) -> Iterator[Incoming]:
    """Isso's comments; those that it imported from Disqus are HTML. Email and IP addresses are left behind."""
    for row in isso_comments(source.path):
        address = _text(row["uri"])
        body, html = from_mixed(_text(row["text"]))
        yield Incoming(
            id=f"{address} {row['id']}", address=address, title=_text(row["title"]), name=_text(row["author"]),
            parent=None if row["parent"] is None else f"{address} {row['parent']}", body=body, html=html,
            state="pending" if row["mode"] == _PENDING else "published", up=int(row["likes"] or 0),
            down=int(row["dislikes"] or 0), created_at=moment(row["created"]), edited_at=moment(row["modified"]),
            left_out=Reason.DELETED if row["mode"] == _DELETED else None,
        )  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else str(value)
