"""Comentario's export (version 3): pages, comments and commenters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.model import CommentState
from ..model import Incoming, IncomingThread, Reason, moment
from ..source import Source
from ..texts import from_html, from_markdown
from .fields import flag, objects, text


def looks(source: Source) -> bool:
    """Whether it has pages, comments and commenters."""
    data = source.records[0] if source.records else {}
    return {"version", "pages", "comments", "commenters"} <= data.keys()


def read(source: Source) -> Iterator[Incoming | IncomingThread]:
    """The comments, and closed pages."""
    data = source.records[0]
    pages = {text(each, "id"): each for each in objects(data.get("pages"))}
    people = {text(each, "id"): each for each in objects(data.get("commenters"))}
    for page in pages.values():
        if flag(page, "isReadonly", "isReadOnly", "isLocked"):
            yield IncomingThread(text(page, "path", "url"), title=text(page, "title"), locked=True)
    for record in objects(data.get("comments")):
        page = pages.get(text(record, "pageId"), {})
        yield _comment(record, page, people.get(text(record, "userCreated", "commenterId"), {}))


def _comment(record: dict[str, Any], page: dict[str, Any], person: dict[str, Any]) -> Incoming:
    words, score = from_html(text(record, "html")), record.get("score")
    source, votes = text(record, "markdown"), score if isinstance(score, int) else 0
    return Incoming(
        id=text(record, "id"), address=text(page, "path", "url"), title=text(page, "title"),
        parent=text(record, "parentId") or None, name=text(record, "authorName") or text(person, "name"),
        kind="owner" if flag(person, "isModerator", "isOwner") else "guest",
        body=from_markdown(source).body if source else words.body, html=words.html, state=_state(record),
        created_at=moment(text(record, "createdTime")), edited_at=moment(text(record, "editedTime")),
        up=max(votes, 0), down=max(-votes, 0), pinned=flag(record, "isSticky"),
        left_out=Reason.DELETED if flag(record, "isDeleted") else None,
    )  # fmt: skip


def _state(record: dict[str, Any]) -> CommentState:
    """A comment that is neither approved nor pending was rejected."""
    if flag(record, "isPending"):
        return "pending"
    return "published" if flag(record, "isApproved") or "isApproved" not in record else "hidden"
