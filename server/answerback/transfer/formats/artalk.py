"""Artalk's "Artrans": a list of comments in which every value is a string."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Incoming, IncomingThread, moment
from ..source import Source
from ..texts import from_mixed, line
from .fields import count, flag, text


def looks(source: Source) -> bool:
    """Whether comments have a page key and a parent id."""
    return any({"page_key", "content", "rid"} <= each.keys() for each in source.records)


def read(source: Source) -> Iterator[Incoming | IncomingThread]:
    """The comments, and pages that only administrators may comment on. Ids are unique within one Artalk only."""
    closed: set[str] = set()
    for record in source.records:
        address, title, parent = text(record, "page_key"), text(record, "page_title"), text(record, "rid")
        if flag(record, "page_admin_only") and address not in closed:
            closed.add(address)
            yield IncomingThread(address, title=title, locked=True)
        body, html = from_mixed(text(record, "content"))
        yield Incoming(
            id=f"{address} {text(record, 'id')}", address=address, title=title, name=line(text(record, "nick")),
            parent=None if parent in ("", "0") else f"{address} {parent}", body=body, html=html,
            state="pending" if flag(record, "is_pending") else "published",
            created_at=moment(text(record, "created_at")), up=count(record, "vote_up"), down=count(record, "vote_down"),
            pinned=flag(record, "is_pinned"),
        )  # fmt: skip
