"""Cusdis's SQLite file."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Incoming, Reason, moment
from ..source import Source
from ..texts import from_markdown
from .fields import flag, text
from .foreign_store import cusdis_comments, tables


def looks(source: Source) -> bool:
    """Whether it has Cusdis's tables."""
    return source.kind == "sqlite" and {"comments", "pages", "projects"} <= tables(source.path)


def read(source: Source) -> Iterator[Incoming]:
    """The comments; moderators' are the owner's."""
    for row in cusdis_comments(source.path):
        yield Incoming(
            id=text(row, "id"), address=text(row, "page_url", "page_slug"), title=text(row, "page_title"),
            parent=text(row, "parentId") or None, name=text(row, "by_nickname"),
            kind="owner" if text(row, "moderatorId") else "guest", body=from_markdown(text(row, "content")).body,
            state="published" if flag(row, "approved") else "pending", created_at=moment(text(row, "created_at")),
            left_out=Reason.DELETED if text(row, "deletedAt", "deleted_at") else None,
        )  # fmt: skip
