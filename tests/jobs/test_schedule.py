"""What recurs is put once each time, by one process. On both databases."""

from __future__ import annotations

import asyncio

import pytest
from answerback.clock import SteppedClock
from answerback.db.database import Database
from answerback.ids import CountedIds
from answerback.jobs import store
from answerback.jobs.model import Job, Kind
from answerback.jobs.queue import JobQueue
from answerback.jobs.schedule import ASK_MS, LEASE_MS, Schedule
from anyio.lowlevel import checkpoint

pytestmark = pytest.mark.anyio


async def nothing(_: Job) -> None:
    """These jobs are only put."""


KINDS = [Kind("sweep", nothing, every_ms=60_000), Kind("digest", nothing, every_ms=86_400_000), Kind("mail", nothing)]


def schedules(db: Database, clock: SteppedClock, *names: str) -> list[Schedule]:
    jobs = JobQueue(clock, CountedIds())
    return [Schedule(db, clock, jobs, name, KINDS) for name in names]


async def taken(db: Database, clock: SteppedClock) -> list[str]:
    """The kinds of what has been put, done at once."""
    now = clock.now()
    found = await db.write(lambda: store.claim("test", now, now + 1, {kind.name: 9 for kind in KINDS}))
    for job in found:
        await db.write(lambda job=job: store.finish("test", job.id))
    return sorted(job.kind for job in found)


async def test_what_recurs_is_put_when_it_is_due(database: Database) -> None:
    clock = SteppedClock()
    (one,) = schedules(database, clock, "one")
    assert await one.once() == clock.now() + LEASE_MS // 2
    assert await taken(database, clock) == ["digest", "sweep"]
    clock.advance(seconds=59)
    await one.once()
    assert await taken(database, clock) == []
    clock.advance(seconds=1)
    await one.once()
    assert await taken(database, clock) == ["sweep"]
    clock.advance(days=1)
    await one.once()
    assert await taken(database, clock) == ["digest", "sweep"]


async def test_one_process_holds_the_schedule(database: Database) -> None:
    clock = SteppedClock()
    one, two = schedules(database, clock, "one", "two")
    await asyncio.gather(one.once(), two.once())
    assert await taken(database, clock) == ["digest", "sweep"]
    first, second = (one, two) if await two.once() == clock.now() + ASK_MS else (two, one)
    for _ in range(5):
        clock.advance(minutes=1)
        await asyncio.gather(second.once(), first.once())
        assert await taken(database, clock) == ["sweep"]


async def test_another_process_goes_on_after_the_lease(database: Database) -> None:
    clock = SteppedClock()
    one, two = schedules(database, clock, "one", "two")
    await one.once()  # and is killed
    await taken(database, clock)
    clock.advance(seconds=LEASE_MS / 1000 - 1)
    await two.once()
    assert await taken(database, clock) == []
    clock.advance(seconds=1)
    await two.once()
    assert await taken(database, clock) == ["sweep"]
    clock.advance(minutes=1)
    await one.once()  # it was only slow, and has lost it
    assert await taken(database, clock) == []


async def test_a_schedule_goes_on_when_the_clock_is_put_back(database: Database) -> None:
    clock = SteppedClock()
    one, two = schedules(database, clock, "one", "two")
    await one.once()
    await taken(database, clock)
    clock.time -= 3 * 86_400_000
    await two.once()
    assert await taken(database, clock) == ["digest", "sweep"]
    await one.once()
    assert await taken(database, clock) == []


async def test_a_process_that_stops_lets_another_go_on(database: Database) -> None:
    clock = SteppedClock()
    one, two = schedules(database, clock, "one", "two")
    one.start()
    while not await taken(database, clock):
        await checkpoint()
    await one.close()
    clock.advance(minutes=1)
    await two.once()
    assert await taken(database, clock) == ["sweep"]
