"""What an importer reads, whatever it comes from: one shape, with limits, in an order in which parents come first."""

from __future__ import annotations

import gzip
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, BinaryIO

import nh3

from ..core.model import AuthorKind, CommentState
from ..errors import BadRequest

BYTES_LIMIT = 256 * 1024 * 1024
ITEMS_LIMIT = 200_000
TEXT_LIMIT = 50_000
_BREAK = re.compile(r"<br\s*/?>\n?|</(?:p|div|li|blockquote|pre|h[1-6])>\s*", re.I)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A comment from elsewhere. `html` is foreign and not yet safe; empty, it is made from `body`."""

    id: str
    page: str
    created_at: int
    url: str = ""
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


@dataclass(frozen=True, slots=True)
class IncomingThread:
    """What a page's thread from elsewhere has of its own, beside its comments."""

    page: str
    url: str = ""
    title: str = ""
    locked: bool = False
    ai: str | None = None
    """The page's rule for answers, where it differs from the site's."""


class _Capped:
    """A file of which only so many bytes are given out."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = file
        self._left = limit

    def read(self, size: int = -1) -> bytes:
        """As any file's; raises BadRequest beyond the limit, so that what is packed small stays small."""
        try:
            data = self._file.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        except (OSError, EOFError) as error:
            raise BadRequest("validation_failed", f"The file cannot be read ({type(error).__name__}).") from None
        self._left -= len(data)
        if self._left < 0:
            raise BadRequest("body_too_large", "The file is too large.")
        return data

    def close(self) -> None:
        self._file.close()


def open_capped(path: Path, limit: int = BYTES_LIMIT) -> _Capped:
    """The file at `path`, unpacked when it is gzip. Raises BadRequest when it is not there."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        # Any: what gzip opens for reading bytes is one, though not in so many types.
        opened: Any = gzip.open(path, "rb") if packed else path.open("rb")  # noqa: SIM115  the caller closes it
    except OSError as error:
        raise BadRequest("validation_failed", f"{path} cannot be read ({error.strerror}).") from None
    return _Capped(opened, limit)


def moment(text: str, now: int) -> int:
    """Milliseconds of a time such as `2020-02-01T10:00:00Z` or `2020-02-01 10:00:00` (UTC); `now` when it is none."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        return now
    parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return within(int(parsed.timestamp() * 1000), now)


def within(milliseconds: int, now: int) -> int:
    """The moment, if it is one between 1990 and now; else now."""
    return milliseconds if 631_152_000_000 <= milliseconds <= now else now


def text_of(html: str) -> str:
    """The words of foreign HTML, with its line breaks."""
    lines = unescape(nh3.clean(_BREAK.sub("\n", html), tags=set())).splitlines()
    return "\n".join(line.strip() for line in lines).strip()


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
    for item in sorted(known.values(), key=lambda item: (item.created_at, item.id)):
        below.setdefault(item.parent if item.parent in known else None, []).append(item)
    waiting: deque[tuple[Incoming, str | None]] = deque((item, None) for item in below.get(None, []))
    given: set[str] = set()
    rest = iter(items)
    while waiting or len(given) < len(known):
        if not waiting:  # what is left goes round in circles
            waiting.append((next(item for item in rest if item.id not in given), None))
        item, parent = waiting.popleft()
        if item.id in given:
            continue
        given.add(item.id)
        yield item, parent
        waiting.extend((child, item.id) for child in below.get(item.id, []))
