"""What is kept at hand of threads stays within bounds, whoever asks for what (threat 12)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import pytest
from answerback.clock import SteppedClock
from answerback.comments.changes_store import count_changes, newest_change
from answerback.comments.snapshot import LEAST_BYTES, Snapshots, ThreadReads, respond
from answerback.comments.store import add_comment, keep_thread
from answerback.comments.thread_store import page_of_thread, replies_of
from answerback.core.model import Comment
from answerback.db.database import Database
from answerback.db.work import Work
from answerback.live.bus import MemoryBus, page_channel
from answerback.live.events_store import CHANGED
from answerback.sites.store import SiteDirectory, add_site

pytestmark = pytest.mark.anyio
T = TypeVar("T")
KEY = ("demo", "/a", "oldest", "", 50)
COMMENT = Comment(
    id="c", site="demo", page="/a", parent_id=None, root_id="c", depth=0, author_id=None, author_name="Mina",
    author_kind="guest", avatar_url=None, body="Hello", html="<p>Hello</p>", state="published", created_at=1,
)  # fmt: skip


async def test_missing_threads_are_not_cached(database: Database) -> None:
    snapshots = Snapshots(database, MemoryBus("epoch", SteppedClock()), SteppedClock(), most=4 * LEAST_BYTES)
    keys = [("demo", f"/{number}", "oldest", "", 50) for number in range(8)]
    for key in keys:
        await snapshots.get(key)
    assert [snapshots.known(key) is not None for key in keys] == [False] * 5 + [True] * 3


class Reads(Database):
    """Counts the reads of threads."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.threads = 0
        self.begun = asyncio.Event()

    async def read(self, work: Callable[[], Work[T]]) -> T:
        if isinstance(work, partial) and work.func in (page_of_thread, replies_of):
            self.threads += 1
            self.begun.set()
        return await super().read(work)


@pytest.fixture
async def reads(database: Database) -> AsyncIterator[Reads]:
    """The same database, as another process sees it."""
    other = Reads(database.url)
    await other.connect()
    yield other
    await other.close()


def write_comment(page: str, id: str, now: int) -> Work[None]:
    yield from add_site("demo", {"origins": "https://blog.example"}, 1)
    yield from keep_thread("demo", page, "", "", now)
    yield from add_comment(replace(COMMENT, id=id, root_id=id, page=page, created_at=now), key=None, address_key=None)


async def test_a_crowd_shares_one_read_of_a_cold_thread(reads: Reads) -> None:
    snapshots = Snapshots(reads, MemoryBus("epoch", SteppedClock()), SteppedClock())
    found = await asyncio.gather(*(snapshots.get(KEY) for _ in range(100)))
    assert (reads.threads, len({id(each) for each in found})) == (1, 1)


async def test_reader_who_leaves_does_not_end_the_read(reads: Reads) -> None:
    snapshots = Snapshots(reads, MemoryBus("epoch", SteppedClock()), SteppedClock())
    leaving, staying = asyncio.create_task(snapshots.get(KEY)), asyncio.create_task(snapshots.get(KEY))
    await reads.begun.wait()
    leaving.cancel()
    assert json.loads((await staying).body)["comments"] == []
    assert reads.threads == 1


async def test_only_its_own_changes_make_a_thread_stale(database: Database, reads: Reads) -> None:
    """Another process changes other threads all the time, and tells nobody."""
    clock = SteppedClock()
    snapshots, bus = Snapshots(reads, MemoryBus("epoch", clock), clock), MemoryBus("other", clock)
    for number in range(60):
        await database.write(partial(write_comment, "/b", f"b{number}", clock.now()))
        bus.publish(page_channel("demo", "/b"), CHANGED, {})
        await snapshots.get(KEY)
        clock.advance(seconds=7)
    assert reads.threads == 1
    await database.write(partial(write_comment, "/a", "a", clock.now()))
    clock.advance(seconds=10)
    assert b'"id":"a"' in (await snapshots.get(KEY)).body


async def test_counted_changes_are_seen_by_others(database: Database, reads: Reads) -> None:
    clock = SteppedClock()
    snapshots = Snapshots(reads, MemoryBus("epoch", clock), clock)
    await snapshots.get(KEY)
    for number in range(3):
        await database.write(partial(write_comment, "/a", f"a{number}", clock.now()))
    while await database.write(partial(count_changes, await database.read(newest_change), 2)):
        pass
    clock.advance(seconds=10)
    assert b'"id":"a0"' in (await snapshots.get(KEY)).body


async def test_quiet_thread_goes_on_from_the_newest_event(database: Database) -> None:
    """What it was made after is forgotten by and by, and a reader who begins there would begin anew for ever."""
    clock = SteppedClock()
    bus = MemoryBus("epoch", clock, most=1_000)
    snapshots, channel = Snapshots(database, bus, clock), page_channel("demo", "/a")
    first = await snapshots.get(KEY)
    before = first.body
    for number in range(100):
        bus.publish(page_channel("demo", f"/{number}"), "comment.changed", {"id": "c"})
    assert not bus.holds(channel, first.last_event)
    second = await snapshots.get(KEY)
    assert second is first
    assert bus.holds(channel, second.last_event)
    assert second.body != before


async def test_encoded_forms_fit_the_bounds(database: Database) -> None:
    snapshots = Snapshots(database, MemoryBus("epoch", SteppedClock()), SteppedClock())
    await database.write(partial(write_comment, "/a", "a" * 600, 1))
    snapshot = await snapshots.get(KEY)
    forms = [snapshot.encoded(accept)[0] for accept in (b"", b"gzip", b"br")]
    assert len({bytes(form) for form in forms}) == 3
    assert sum(map(len, forms)) <= snapshot.size


async def test_repeated_parameters_agree_on_both_paths(database: Database) -> None:
    clock = SteppedClock()
    await database.write(lambda: add_site("demo", {"origins": "https://blog.example"}, clock.now()))
    snapshots, sites = Snapshots(database, MemoryBus("epoch", SteppedClock()), clock), SiteDirectory(database, clock, 5)
    await sites.refresh(force=True)
    await snapshots.get(("demo", "/first/", "oldest", "", 50))
    reads = ThreadReads(snapshots, sites, "https://comments.example")
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def status(query: bytes) -> int:
        return await reads.serve({"query_string": query, "headers": []}, send, (b"x-request-id", b"1"))

    assert await status(b"site=demo&page=/second&page=/first") == 200
    assert await status(b"site=demo&page=/first&page=/second") == 0, "left to the handler, which reads the last"


async def test_change_gives_only_its_thread_a_new_etag(database: Database) -> None:
    bus = MemoryBus("epoch", SteppedClock())
    snapshots, key, other = Snapshots(database, bus, SteppedClock()), KEY, (*KEY[:1], "/b", *KEY[2:])
    before, beside = await snapshots.get(key), await snapshots.get(other)
    etag = dict(respond(before, b"", None)[1])[b"etag"]
    assert respond(before, b"", etag)[0] == 304

    def comment() -> Work[None]:
        yield from add_site("demo", {"origins": "https://blog.example"}, 1)
        yield from keep_thread("demo", "/a", "", "", 1)
        yield from add_comment(COMMENT, key=None, address_key=None)

    await database.write(comment)
    bus.publish(page_channel("demo", "/a"), CHANGED, {})
    after = await snapshots.get(key)
    status, headers, body = respond(after, b"", etag)
    assert (status, b"Hello" in body, dict(headers)[b"etag"] != etag) == (200, True, True)
    assert snapshots.known(other) is beside


async def test_stale_read_is_not_cached(database: Database) -> None:
    bus = MemoryBus("epoch", SteppedClock())
    snapshots = Snapshots(database, bus, SteppedClock())
    await snapshots.get((*KEY[:1], "/b", *KEY[2:]))
    reading = asyncio.create_task(snapshots.get(KEY))
    await asyncio.sleep(0)  # it waits for the database now
    bus.publish(page_channel("demo", "/a"), CHANGED, {})
    await reading
    assert snapshots.known(KEY) is None
    kept = await snapshots.get(KEY)
    assert snapshots.known(KEY) is kept
