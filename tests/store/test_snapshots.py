"""What is kept at hand of threads stays within bounds, whoever asks for what (threat 12)."""

from __future__ import annotations

from typing import Any

import pytest
from answerback.db import Database
from answerback.live.bus import MemoryBus
from answerback.seams import SteppedClock
from answerback.sites.store import SiteDirectory, add_site
from answerback.threads.snapshot import LEAST_BYTES, Snapshots, ThreadReads

pytestmark = pytest.mark.anyio


async def test_threads_that_are_not_there_do_not_pile_up(database: Database) -> None:
    snapshots = Snapshots(database, MemoryBus("epoch"), SteppedClock(), most=4 * LEAST_BYTES)
    keys = [("demo", f"/{number}", "oldest", "", 50) for number in range(8)]
    for key in keys:
        await snapshots.get(key)
    assert [snapshots.known(key) is not None for key in keys] == [False] * 5 + [True] * 3


async def test_a_query_that_says_something_twice_means_the_same_on_both_ways(database: Database) -> None:
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
        return await reads.serve({"query_string": query, "headers": []}, send)

    assert await status(b"site=demo&page=/second&page=/first") == 200
    assert await status(b"site=demo&page=/first&page=/second") == 0, "left to the handler, which reads the last"
