"""A comment as a row of named values, for generic JSON and CSV."""

from __future__ import annotations

import hashlib
from typing import Any

from ..model import Incoming, moment
from ..texts import from_html, from_markdown
from .fields import count, flag, text

WORDS = ("body", "html", "text", "content", "message")
_KINDS = ("guest", "user", "owner", "ai")
_STATES = ("published", "pending", "hidden", "deleted")


def comment(row: dict[str, Any], place: dict[str, Any]) -> Incoming:
    """The comment of a row, on the page `place`. Without an id it is identified by page, author, time and text."""
    page, url = text(place, "page"), text(place, "url")
    markdown = text(row, "body", "text", "content", "message")
    words = from_html(text(row, "html"))
    created = text(row, "created_at", "created", "date")
    author = row.get("author")
    name = text(author, "name") if isinstance(author, dict) else text(row, "author", "name")
    id, parent, scope = text(row, "id"), text(row, "parent_id", "parent"), page or url
    if not id:
        id = hashlib.sha256("\0".join((name, created, markdown or words.body)).encode(errors="replace")).hexdigest()[
            :32
        ]
    kind, state = text(row, "kind"), text(row, "state")
    return Incoming(
        id=f"{scope} {id}", address=url or page, page=page or url, title=text(place, "title"),
        parent=f"{scope} {parent}" if parent not in ("", "0") else None, name=name,
        kind=kind if kind in _KINDS else "guest",  # type: ignore[arg-type]  # checked in the same line
        body=from_markdown(markdown).body if markdown else words.body, html=words.html,
        state=state if state in _STATES else "published",  # type: ignore[arg-type]  # likewise
        created_at=moment(created), edited_at=moment(text(row, "edited_at", "modified")),
        up=count(row, "up", "likes"), down=count(row, "down", "dislikes"), pinned=flag(row, "pinned"),
    )  # fmt: skip
