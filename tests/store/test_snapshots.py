"""What is kept at hand of threads stays within bounds, whoever asks for what (threat 12)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from answerback.clock import SteppedClock
from answerback.comments.snapshot import LEAST_BYTES, Snapshots, ThreadReads, respond
from answerback.comments.store import add_comment, keep_thread
from answerback.core.model import Comment
from answerback.db.database import Database
from answerback.db.work import Work
from answerback.live.bus import MemoryBus
from answerback.sites.store import SiteDirectory, add_site

pytestmark = pytest.mark.anyio
KEY = ("demo", "/a", "oldest", "", 50)
COMMENT = Comment(
    id="c", site="demo", page="/a", parent_id=None, root_id="c", depth=0, author_id=None, author_name="Mina",
    author_kind="guest", avatar_url=None, body="Hello", html="<p>Hello</p>", state="published", created_at=1,
)  # fmt: skip


async def test_missing_threads_are_not_cached(database: Database) -> None:
    snapshots = Snapshots(database, MemoryBus("epoch"), SteppedClock(), most=4 * LEAST_BYTES)
    keys = [("demo", f"/{number}", "oldest", "", 50) for number in range(8)]
    for key in keys:
        await snapshots.get(key)
    assert [snapshots.known(key) is not None for key in keys] == [False] * 5 + [True] * 3


async def test_repeated_parameters_agree_on_both_paths(database: Database) -> None:
    clock = SteppedClock()
    await database.write(lambda: add_site("demo", {"origins": "https://blog.example"}, clock.now()))
    snapshots, sites = Snapshots(database, MemoryBus("epoch"), clock), SiteDirectory(database, clock, 5)
    await sites.refresh(force=True)
    await snapshots.get(("demo", "/first", "oldest", "", 50))
    reads = ThreadReads(snapshots, sites, "https://comments.example")
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def status(query: bytes) -> int:
        return await reads.serve({"query_string": query, "headers": []}, send, (b"x-request-id", b"1"))

    assert await status(b"site=demo&page=/second&page=/first") == 200
    assert await status(b"site=demo&page=/first&page=/second") == 0, "left to the handler, which reads the last"


async def test_change_gives_only_its_thread_a_new_etag(database: Database) -> None:
    snapshots, key, other = Snapshots(database, MemoryBus("epoch"), SteppedClock()), KEY, (*KEY[:1], "/b", *KEY[2:])
    before, beside = await snapshots.get(key), await snapshots.get(other)
    etag = dict(respond(before, b"", None)[1])[b"etag"]
    assert respond(before, b"", etag)[0] == 304

    def comment() -> Work[None]:
        yield from add_site("demo", {"origins": "https://blog.example"}, 1)
        yield from keep_thread("demo", "/a", "", "", 1)
        yield from add_comment(COMMENT, key=None, address_key=None)

    await database.write(comment)
    snapshots.forget("demo", "/a")
    after = await snapshots.get(key)
    status, headers, body = respond(after, b"", etag)
    assert (status, b"Hello" in body, dict(headers)[b"etag"] != etag) == (200, True, True)
    assert snapshots.known(other) is beside


async def test_stale_read_is_not_cached(database: Database) -> None:
    snapshots = Snapshots(database, MemoryBus("epoch"), SteppedClock())
    reading = asyncio.create_task(snapshots.get(KEY))
    await asyncio.sleep(0)  # it waits for the database now
    snapshots.forget("demo", "/a")
    await reading
    assert snapshots.known(KEY) is None
    kept = await snapshots.get(KEY)
    assert snapshots.known(KEY) is kept
