"""Waline's export (JSON), and those of the systems that it comes from: Valine on LeanCloud, and Twikoo on MongoDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Incoming, Reason, moment
from ..source import Source
from ..texts import from_mixed, line
from .fields import count, flag, inner, objects, text


def looks(source: Source) -> bool:
    """Whether it declares itself as Waline's."""
    return bool(source.records) and source.records[0].get("type") == "waline"


def read(source: Source) -> Iterator[Incoming]:
    """The comments; administrators' are the owner's."""
    data = inner(source.records[0], "data")
    owners = {
        text(each, "objectId", "id") for each in objects(data.get("Users")) if text(each, "type") == "administrator"
    }
    for record in objects(data.get("Comment")):
        yield comment(record, text(record, "url"), owner=text(record, "user_id") in owners)


def comment(record: dict[str, Any], address: str, *, owner: bool) -> Incoming:
    """A comment of this family of formats. Numeric ids are unique within one database only."""
    body, html = from_mixed(text(record, "comment"))
    created, status = text(record, "created", "insertedAt", "createdAt"), text(record, "status")
    scope = f"{address} " if text(record, "objectId", "_id", "id").isdecimal() else ""
    parent = text(record, "pid", "rid")
    return Incoming(
        id=scope + text(record, "objectId", "_id", "id"), address=address, name=line(text(record, "nick")),
        parent=scope + parent if parent not in ("", "0") else None, kind="owner" if owner else "guest",
        body=body, html=html, state="pending" if status == "waiting" else "published", created_at=moment(created),
        up=count(record, "ups", "like"), down=count(record, "downs"), pinned=flag(record, "sticky", "top"),
        left_out=Reason.SPAM if status == "spam" or flag(record, "isSpam") else None,
    )  # fmt: skip
