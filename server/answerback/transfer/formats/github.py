"""Shared by giscus and utterances: which page a discussion or issue belongs to, and its comments, from the APIs or the
`gh` command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..model import Incoming, Reason, moment
from ..texts import from_html, from_markdown
from .fields import count, flag, inner, objects, text

_BOTS = frozenset(("giscus", "giscus[bot]", "utterances-bot", "utterances[bot]"))
_LINK = re.compile(r"^[ \t]*(?:\[(https?://[^\]\s]+)\]\(\s*\1\s*\)|<?(https?://[^\s<>]+)>?)[ \t]*$", re.MULTILINE)
_UP, _DOWN = frozenset(("THUMBS_UP", "HEART", "+1", "heart")), frozenset(("THUMBS_DOWN", "-1"))


def nodes(connection: Any) -> list[dict[str, Any]]:
    """The objects of a GraphQL connection, or of a plain list."""
    if isinstance(connection, dict):
        edges = [edge.get("node") for edge in objects(connection.get("edges"))]
        return objects(connection.get("nodes")) or objects(edges)
    return objects(connection)


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """All objects of a document, outermost first, however nested."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(part)


def address_of(topic: dict[str, Any]) -> str:
    """The address of a topic's page: both programs write it into the topics they create; else the title may be the
    page's path (without extension, `index` for the root) or address."""
    found = list(_LINK.finditer(text(topic, "body")))
    if found:
        return found[-1][1] or found[-1][2]
    title, author = text(topic, "title").strip(), inner(topic, "author") or inner(topic, "user")
    if title.startswith(("/", "http://", "https://")):
        return title
    if not re.search(r"\s", title) and ("/" in title or text(author, "login") in _BOTS):
        return "/" if title == "index" else f"/{title}"
    return ""


def comment(topic: dict[str, Any], record: dict[str, Any], parent: str | None = None) -> Incoming:
    """A comment from GraphQL, REST or `gh`."""
    author = inner(record, "author") or inner(record, "user")
    words = from_html(text(record, "bodyHTML", "body_html"))
    source = text(record, "body")
    created, edited = text(record, "createdAt", "created_at"), text(record, "lastEditedAt", "updated_at")
    minimized = flag(record, "isMinimized")
    spam = minimized and text(record, "minimizedReason").lower() in ("spam", "abuse")
    up, down = _reactions(record)
    return Incoming(
        id=text(record, "node_id", "id"), address=address_of(topic), title=text(topic, "title"), parent=parent,
        name=text(author, "login") or "ghost",
        kind="owner" if text(record, "authorAssociation", "author_association") == "OWNER" else "guest",
        body=from_markdown(source).body if source else words.body, html=words.html,
        state="hidden" if minimized else "published", created_at=moment(created),
        edited_at=moment(edited) if edited != created else None, up=max(up, count(record, "upvoteCount")), down=down,
        left_out=Reason.DELETED if text(record, "deletedAt") else Reason.SPAM if spam else None,
    )  # fmt: skip


def _reactions(record: dict[str, Any]) -> tuple[int, int]:
    """Thumbs up and hearts as upvotes, thumbs down as downvotes."""
    counts: dict[str, int] = {}
    for group in objects(record.get("reactionGroups")):
        who = inner(group, "users") or inner(group, "reactors")
        counts[text(group, "content")] = count(who, "totalCount")
    plain = inner(record, "reactions")
    counts |= {name: count(plain, name) for name in _UP | _DOWN if name in plain}
    return sum(counts.get(name, 0) for name in _UP), sum(counts.get(name, 0) for name in _DOWN)
