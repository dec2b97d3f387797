"""A thread's response bytes: built once per change, shared by all readers, with their compressed forms."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import brotli
import orjson

from ..clock import Clock
from ..core.comments import BODY_LIMIT, answer_rule
from ..core.model import Comment
from ..db.database import Database
from ..db.work import Work
from ..errors import BadRequest
from ..live.bus import START_OVER, Bus, page_channel, page_of
from ..net.encoding import accepted_encoding
from ..sites.edge import read_page
from ..sites.settings import Site
from ..sites.store import SiteDirectory
from . import changes_store, thread_store
from .cursors import BACK, REPLIES, read_cursor, write_cursor
from .thread_store import Position

KEPT_BYTES = 32 * 1024 * 1024
LEAST_BYTES = 2_048
"""A snapshot's overhead beyond its bytes: anybody can request any number of nonexistent threads."""
ENCODINGS = 3
"""A body's encodings: plain, gzip, brotli."""
MOST_QUERIES, LONGEST_KEPT_QUERY = 5_000, 500
FRESH_MS = 10_000
"""How long an unannounced change (an import on the command line) may stay unnoticed."""
LATE_CHANGES = 500
ROOTS, MOST_ROOTS = 50, 100
AROUND = "@"
"""The prefix of a pseudo-cursor for the page of a comment, followed by its id."""
Key = tuple[str, str, str, str, int]
RawHeaders = list[tuple[bytes, bytes]]


class Snapshot:
    """One page of a thread as bytes."""

    __slots__ = (
        "_br",
        "_gzip",
        "_head_bytes",
        "_of",
        "_rule",
        "_settings",
        "body",
        "etag",
        "last_event",
        "page",
        "site",
        "size",
    )

    def __init__(self, key: Key, thread: dict[str, Any], rule: str | None, last_event: str) -> None:
        self.site, self.page = key[:2]
        self._rule = rule
        self._of: Site | None = None
        self._settings = b""
        self.body = orjson.dumps(thread)[:-1]
        self._head_bytes = len(self.body)
        self.size = ENCODINGS * self._head_bytes + LEAST_BYTES
        """An upper bound of its memory, in bytes."""
        self.go_on_from(last_event)

    def on(self, site: Site, about: Mapping[str, Any]) -> Snapshot:
        """The same page with the site's current settings and the server's."""
        if self._of is not site:
            self._of = site
            told = {"settings": page_settings(site, self._rule), **about}
            settings = b",%s" % orjson.dumps(told)[1:-1]
            if settings != self._settings:
                self._settings = settings
                self.go_on_from(self.last_event)
        return self

    def go_on_from(self, last_event: str) -> None:
        """The same page, for readers who resume after this event."""
        self.last_event = last_event
        head = self.body[: self._head_bytes]
        self.body = b'%s%s,"last_event":%s}' % (head, self._settings, orjson.dumps(last_event))
        self.etag = b'"%s"' % hashlib.blake2b(self.body, digest_size=12).hexdigest().encode()
        self._gzip: bytes | None = None
        self._br: bytes | None = None

    def encoded(self, accept: bytes) -> tuple[bytes, bytes | None]:
        """The smallest encoding that the client accepts, with its Content-Encoding."""
        encoding = accepted_encoding(accept) if len(self.body) >= 512 else None
        if encoding == b"br":
            if self._br is None:
                self._br = brotli.compress(self.body, quality=5)
            return self._br, encoding
        if encoding == b"gzip":
            if self._gzip is None:
                self._gzip = gzip.compress(self.body, 6, mtime=0)
            return self._gzip, encoding
        return self.body, None


class Snapshots:
    """An LRU cache of snapshots, limited to `most` bytes. A thread's change invalidates its snapshots: changes by any
    process are announced on the bus, and unannounced ones (an import on the command line) are found in the recorded
    changes."""

    def __init__(
        self, db: Database, bus: Bus, clock: Clock, most: int = KEPT_BYTES, about: Mapping[str, Any] | None = None
    ) -> None:
        self.about = about or {}
        """What every thread says about the server: who answers."""
        self._db = db
        self._bus = bus
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[Key, Snapshot] = OrderedDict()
        self._keys: dict[tuple[str, str], set[Key]] = {}
        self._size = 0
        self._flights: dict[Key, asyncio.Task[Snapshot]] = {}
        """Reads in progress; further requests for the same snapshot wait for them."""
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = -FRESH_MS
        self._seen: set[int] = set()
        self._seen_after = 0
        """The newest changes seen, and the id after which they begin."""
        bus.observe(self._hear)

    def known(self, key: Key) -> Snapshot | None:
        """The cached snapshot; None also when the recorded changes are due to be checked."""
        if not 0 <= self._clock.now() - self._looked_at < FRESH_MS:
            return None
        snapshot = self._kept.get(key)
        if snapshot is None:
            return None
        channel = page_channel(snapshot.site, snapshot.page)
        if not self._bus.holds(channel, snapshot.last_event):  # old, but nothing has changed since
            snapshot.go_on_from(self._bus.latest(channel))
        self._kept.move_to_end(key)
        return snapshot

    async def get(self, key: Key) -> Snapshot:
        """The snapshot, built if necessary. Raises BadRequest for a bad cursor."""
        known = self.known(key)
        if known is not None:
            return known
        _reading(key)
        await self._look()
        known = self.known(key)
        if known is not None:
            return known
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._read(key))
            flight.add_done_callback(partial(self._land, key))
        return await asyncio.shield(flight)

    async def _read(self, key: Key) -> Snapshot:
        site, page, sort, _, _ = key
        last_event = self._bus.latest(page_channel(site, page))  # before reading: a repeated event does no harm
        found = await self._db.read(_reading(key))
        data = {
            "page": page,
            "comments": [_root(comment, found.more.get(comment.id)) for comment in found.comments],
            "next": None if found.next is None else write_cursor(found.next, sort),
            "previous": None if found.previous is None else write_cursor(found.previous, BACK + sort),
            "total": found.thread.total,
            "locked": found.thread.locked,
        }
        return Snapshot(key, data, found.thread.rule, last_event)

    def _land(self, key: Key, flight: asyncio.Task[Snapshot]) -> None:
        failed = flight.cancelled() or flight.exception() is not None
        if self._flights.get(key) is flight:  # otherwise the thread has changed since
            del self._flights[key]
            if not failed:
                self._keep(key, flight.result())

    async def _look(self) -> None:
        """Checks the recorded changes, at most every `FRESH_MS`."""
        if 0 <= self._clock.now() - self._looked_at < FRESH_MS:
            return
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._see_changes())
        await asyncio.shield(self._looking)

    async def _see_changes(self) -> None:
        now, most = self._clock.now(), 4 * LATE_CHANGES
        changes, oldest, newest = await self._db.read(partial(changes_store.changes_after, self._seen_after, most))
        if len(changes) == most or oldest > max(self._seen, default=self._seen_after) + 1:
            self._forget_all()  # changes have been missed
        for change in changes:
            if change.id not in self._seen:
                self._drop(change.site, change.page)
        # On PostgreSQL a change may become visible after later-numbered ones.
        self._seen_after = max(self._seen_after, newest - LATE_CHANGES)
        self._seen = {change.id for change in changes if change.id > self._seen_after}
        self._looked_at = now

    def _hear(self, channel: str, event: str, data: dict[str, Any]) -> None:
        """Invalidates a thread's snapshots on any process's events except pieces of answers."""
        if event == START_OVER:
            self._forget_all()
        elif event != "answer.delta" and (thread := page_of(channel)):
            self._drop(*thread)

    def _forget_all(self) -> None:
        self._kept.clear()
        self._keys.clear()
        self._flights.clear()
        self._size = 0

    def _drop(self, site: str, page: str) -> None:
        for flight in [key for key in self._flights if key[:2] == (site, page)]:
            del self._flights[flight]
        for key in self._keys.pop((site, page), ()):
            snapshot = self._kept.pop(key, None)
            if snapshot is not None:
                self._size -= snapshot.size

    def _keep(self, key: Key, snapshot: Snapshot) -> None:
        old = self._kept.pop(key, None)
        self._size += snapshot.size - (old.size if old else 0)
        self._kept[key] = snapshot
        self._keys.setdefault(key[:2], set()).add(key)
        while self._size > self._most and len(self._kept) > 1:
            first, dropped = self._kept.popitem(last=False)
            self._size -= dropped.size
            keys = self._keys[first[:2]]
            keys.discard(first)
            if not keys:
                del self._keys[first[:2]]


def _root(comment: Comment, more: Position | None) -> dict[str, Any]:
    """A root in its API form, with the cursor of its further replies."""
    return comment.public() | ({} if more is None else {"replies_next": write_cursor(more, REPLIES, comment.id)})


def _reading(key: Key) -> Callable[[], Work[thread_store.Page]]:
    """The read for a key. Raises BadRequest for a bad cursor."""
    site, page, sort, text, limit = key
    if text.startswith(AROUND):
        return partial(thread_store.thread_around, site, page, sort, text.removeprefix(AROUND), limit)
    cursor = read_cursor(text, sort)
    if cursor.position is not None and cursor.root:
        return partial(thread_store.replies_of, site, page, cursor.root, cursor.position)
    return partial(thread_store.page_of_thread, site, page, sort, cursor.position, limit, back=cursor.back)


def page_settings(site: Site, rule: str | None) -> dict[str, Any]:
    """The site's settings as they apply to a page with that answer rule."""
    return {**site.public(), "ai": answer_rule(site.ai, rule), "max_body": BODY_LIMIT}


def read_key(site: Site, query: Any) -> Key:
    """Site, page, sort, cursor (or the comment to find) and limit of a query. Raises BadRequest."""
    page, sort = read_page(query.get("page"), site), query.get("sort") or "oldest"
    cursor = query.get("cursor") or (AROUND + query["around"] if query.get("around") else "")
    if sort not in thread_store.SORTS:
        raise BadRequest("validation_failed", "sort: must be newest, oldest or best.")
    text = query.get("limit") or str(ROOTS)
    limit = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    if not 1 <= limit <= MOST_ROOTS or len(cursor) > 200 or "\x00" in cursor:
        raise BadRequest("validation_failed", f"limit: must be a number from 1 to {MOST_ROOTS}.")
    return site.key, page, sort, cursor, limit


class ThreadReads:
    """The fast path of `GET /api/comments/`: a plain ASGI callable that serves cached snapshots. It handles only calls
    with a known site, an allowed origin and a fresh snapshot, and leaves all others, including errors, to the ordinary
    handler. A Starlette route costs more than twice as much."""

    def __init__(self, snapshots: Snapshots, sites: SiteDirectory, own_origin: str) -> None:
        self._snapshots = snapshots
        self._sites = sites
        self._own = own_origin
        self._queries: dict[bytes, Key] = {}
        self._version = sites.version

    async def serve(self, scope: Any, send: Any, header: tuple[bytes, bytes]) -> int:
        """Serves the call with this additional header and returns the status, or returns 0 and does nothing."""
        query = scope["query_string"]
        if self._version != self._sites.version:  # changed settings may give other page keys
            self._queries.clear()
            self._version = self._sites.version
        key = self._queries.get(query)
        if key is None:
            key = self._parse(query)
            if key is None:
                return 0
        site = None if self._sites.stale else self._sites.known(key[0])
        snapshot = self._snapshots.known(key)
        if site is None or snapshot is None:
            return 0
        origin = match = None
        accept = b""
        for name, value in scope["headers"]:
            if name == b"origin":
                origin = value
            elif name == b"accept-encoding":
                accept = value
            elif name == b"if-none-match":
                match = value
        if origin is not None and not self._allowed(site, origin):
            return 0
        status, headers, body = respond(snapshot.on(site, self._snapshots.about), accept, match)
        headers.append(header)
        if origin is not None:
            headers.append((b"access-control-allow-origin", origin))
            headers.append((b"access-control-allow-credentials", b"true"))
            headers.append((b"access-control-expose-headers", b"ETag, Retry-After, X-Request-Id"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return status

    def _allowed(self, site: Site, origin: bytes) -> bool:
        text = origin.decode("latin-1")
        return text in site.origins or text == self._own

    def _parse(self, query: bytes) -> Key | None:
        try:
            parsed = {name: values[-1] for name, values in parse_qs(query.decode("ascii"), max_num_fields=8).items()}
            site = self._sites.known(parsed["site"])
            key = None if site is None else read_key(site, parsed)
        except (KeyError, ValueError, BadRequest):
            return None
        if key is None:
            return None
        if len(self._queries) >= MOST_QUERIES:
            self._queries.clear()
        if len(query) <= LONGEST_KEPT_QUERY:
            self._queries[query] = key
        return key


def respond(snapshot: Snapshot, accept: bytes, match: bytes | None) -> tuple[int, RawHeaders, bytes]:
    """Status, headers and body of a snapshot."""
    headers: RawHeaders = [
        (b"etag", b"W/" + snapshot.etag),  # weak, because all Content-Encodings share it
        (b"cache-control", b"public, max-age=0, must-revalidate"),
        (b"vary", b"Origin, Accept-Encoding"),
    ]
    if match is not None and (snapshot.etag in match or match == b"*"):
        return 304, headers, b""
    body, encoding = snapshot.encoded(accept)
    headers.append((b"content-type", b"application/json"))
    headers.append((b"content-length", b"%d" % len(body)))
    if encoding is not None:
        headers.append((b"content-encoding", encoding))
    return 200, headers, body
