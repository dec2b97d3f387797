"""Remark42's backup: a line about users and posts, then a comment a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Incoming, IncomingThread, Reason, moment
from ..source import Source
from ..texts import from_html, from_markdown
from .fields import flag, inner, objects, text


def looks(source: Source) -> bool:
    """Whether comments have a locator, or the first line holds users and posts."""
    return any("locator" in each or {"version", "users", "posts"} <= each.keys() for each in source.records[:2])


def read(source: Source) -> Iterator[Incoming | IncomingThread]:
    """The comments, and closed posts."""
    for record in source.records:
        if "locator" in record:
            yield _comment(record)
        for post in objects(record.get("posts")):
            if flag(post, "read_only"):
                yield IncomingThread(text(post, "url"), locked=True)


def _comment(record: dict[str, Any]) -> Incoming:
    user, votes = inner(record, "user"), inner(record, "votes")
    words, score = from_html(text(record, "text")), record.get("score")
    up, down = sum(vote is True for vote in votes.values()), sum(vote is False for vote in votes.values())
    if not votes and isinstance(score, int):  # imported comments have only a total
        up, down = max(score, 0), max(-score, 0)
    source = text(record, "orig")
    return Incoming(
        id=text(record, "id"), address=text(inner(record, "locator"), "url"), title=text(record, "title"),
        parent=text(record, "pid") or None, name=text(user, "name"), kind="owner" if flag(user, "admin") else "guest",
        body=from_markdown(source).body if source else words.body, html=words.html,
        created_at=moment(text(record, "time")), edited_at=moment(text(inner(record, "edit"), "time")), up=up,
        down=down, pinned=flag(record, "pin"), left_out=Reason.DELETED if flag(record, "delete") else None,
    )  # fmt: skip
