"""The common shape of imported comments, with limits; parents come first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ..core.model import AuthorKind, CommentState
from ..errors import BadRequest

ITEMS_LIMIT = 200_000
TEXT_LIMIT = 50_000
EARLIEST = 631_152_000_000
"""1990: what claims to be older has no date."""


class Reason(StrEnum):
    """Why a comment of a file is left out."""

    DELETED = "deleted"
    SPAM = "spam"
    PRIVATE = "private"
    """Its page is a draft, private, behind a password, or in the trash."""
    PINGBACK = "pingback"
    """No comment, but a pingback, a trackback, or a note of a plugin."""
    ORPHAN = "orphan"
    """Its page is not known."""
    EMPTY = "empty"
    TOO_LONG = "too_long"
    REPEATED = "repeated"
    """Its id stands in the file twice."""


class Mended(StrEnum):
    """What was put right on the way."""

    CONTROL_CHARACTERS = "control_characters"
    BAD_BYTES = "bad_bytes"
    AMPERSANDS = "ampersands"
    NO_DATE = "no_date"
    NO_PARENT = "no_parent"


PLACEHOLDERS = frozenset((Reason.DELETED, Reason.SPAM, Reason.PINGBACK, Reason.EMPTY, Reason.TOO_LONG))
"""What keeps its place, without words, as long as a reply hangs below it."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A comment from elsewhere. `id` (and so `parent`) is one that no other comment of any file of its format has;
    `html` is foreign and not yet safe; where it is empty, it is made from `body`."""

    id: str
    address: str
    """Where its page is read: a whole URL, or a path."""
    page: str = ""
    """The thread's key, where the file has one; else made from the address."""
    created_at: int | None = None
    title: str = ""
    parent: str | None = None
    name: str = ""
    kind: AuthorKind = "guest"
    body: str = ""
    html: str = ""
    state: CommentState = "published"
    edited_at: int | None = None
    up: int = 0
    down: int = 0
    pinned: bool = False
    answer: dict[str, Any] | None = field(default=None, hash=False)
    left_out: Reason | None = None


@dataclass(frozen=True, slots=True)
class IncomingThread:
    """What a page's thread from elsewhere has of its own, beside its comments."""

    address: str
    page: str = ""
    title: str = ""
    locked: bool = False
    ai: str | None = None
    """The page's rule for answers, where it differs from the site's."""
    url_by_owner: bool = False
    """Whether the owner has said where the page is, and what it is called."""


def moment(value: Any) -> int | None:
    """Milliseconds of a time, written in whatever way: ISO 8601, `2020-02-01 10:00:00` (UTC unless it says so), seconds
    or milliseconds; None when it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, int | float):
            return _milliseconds(float(value))
        text = str(value).strip()
        if text.replace(".", "", 1).isdecimal():
            return _milliseconds(float(text))
        parsed = datetime.fromisoformat(_zone_joined(text))
    except (ValueError, OverflowError):
        return None
    parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return int(parsed.timestamp() * 1000)


def _milliseconds(number: float) -> int:
    return int(number if number >= EARLIEST else number * 1000)


def _zone_joined(text: str) -> str:
    """`2021-10-28 20:50:15 +0800` and `… UTC` as ISO 8601 writes them."""
    head, _, zone = text.rpartition(" ")
    if head and zone in ("UTC", "GMT", "Z"):
        return f"{head}Z"
    return head + zone if head and zone[:1] in ("+", "-") else text


def counted(items: Iterable[Incoming | IncomingThread]) -> tuple[list[Incoming], list[IncomingThread]]:
    """All comments, and all threads. Raises BadRequest when there are more than `ITEMS_LIMIT`."""
    comments: list[Incoming] = []
    threads: list[IncomingThread] = []
    for item in items:
        if len(comments) + len(threads) == ITEMS_LIMIT:
            raise BadRequest("body_too_large", f"The file has more than {ITEMS_LIMIT:,} comments.")
        if isinstance(item, Incoming):
            comments.append(item)
        else:
            threads.append(item)
    return comments, threads


def parents_first(items: list[Incoming]) -> Iterator[tuple[Incoming, str | None]]:
    """Each item with its parent's id, after its parent; None where the parent is missing or below itself."""
    known = {item.id: item for item in items}
    below: dict[str | None, list[Incoming]] = {}
    for item in sorted(known.values(), key=lambda item: (item.created_at or 0, item.id)):
        below.setdefault(item.parent if item.parent in known else None, []).append(item)
    waiting: deque[tuple[Incoming, str | None]] = deque((item, None) for item in below.get(None, []))
    given: set[str] = set()
    rest = iter(items)
    while waiting or len(given) < len(known):
        if not waiting:  # the rest are cycles
            waiting.append((next(item for item in rest if item.id not in given), None))
        item, parent = waiting.popleft()
        if item.id in given:
            continue
        given.add(item.id)
        yield item, parent
        waiting.extend((child, item.id) for child in below.get(item.id, []))
