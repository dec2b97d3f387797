"""Jobs: put into a write, run once it is on disk, tried again, given up, taken over. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import anyio
import pytest
from answerback.clock import SteppedClock
from answerback.db.database import Database
from answerback.db.work import Work
from answerback.ids import CountedIds
from answerback.jobs import store
from answerback.jobs.model import Job, JobFailed, JobPostponed, Kind
from answerback.jobs.queue import JobQueue
from answerback.jobs.runner import LEASE_MS, LEASES_LOST, JobRunner
from anyio.lowlevel import checkpoint

pytestmark = pytest.mark.anyio


class Undone(Exception):
    """A write of the tests' own has failed."""


@dataclass
class Desk:
    """A process with its runner, and what its jobs did."""

    db: Database
    clock: SteppedClock
    jobs: JobQueue
    runs: list[Job] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    """What the next runs raise."""
    hold: asyncio.Event | None = None
    """What runs wait for."""
    at_once: int = 0
    most_at_once: int = 0

    async def run(self, job: Job) -> None:
        self.runs.append(job)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.hold is not None:
                await self.hold.wait()
            if self.fails:
                raise self.fails.pop(0)
        finally:
            self.at_once -= 1

    def runner(
        self, name: str, *, at_once: int = 1, seconds: float | None = 5, of_site: int | None = None
    ) -> JobRunner:
        kind = Kind("note", self.run, at_once=at_once, tries=3, retry_ms=1_000, seconds=seconds, of_site=of_site)
        return JobRunner(self.db, self.clock, self.jobs, name, [kind], chance=lambda: 0.5)

    async def put(self, **options: object) -> None:
        await self.db.write(lambda: self.jobs.put("note", {"n": 1}, **options))  # type: ignore[arg-type]  # as named

    async def rows(self) -> list[Job]:
        return await self.db.read(lambda: store.listed_jobs(100))

    async def first(self) -> Job | None:
        rows = await self.rows()
        return rows[0] if rows else None

    async def states(self) -> list[tuple[str, int]]:
        return [(job.state, job.tries) for job in await self.rows()]


async def until(condition: Callable[[], object]) -> None:
    """Let the others work until it is true."""
    with anyio.fail_after(10):
        while not condition():
            await checkpoint()


async def row(desk: Desk, condition: Callable[[Job], object]) -> Job:
    """The first job, once something is true of it."""
    with anyio.fail_after(10):
        while (job := await desk.first()) is None or not condition(job):
            await checkpoint()
    return job


async def gone(desk: Desk) -> None:
    """Wait until nothing is left to do."""
    with anyio.fail_after(10):
        while await desk.rows():
            await checkpoint()


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    clock = SteppedClock()
    yield Desk(database, clock, JobQueue(clock, CountedIds()))


async def closed(*runners: JobRunner) -> None:
    for runner in runners:
        await runner.close()


async def test_a_job_runs_once_its_write_is_on_disk(desk: Desk) -> None:
    runner = desk.runner("one")
    runner.start()
    await desk.put(site="demo")
    await until(lambda: desk.runs)
    assert [(job.kind, job.site, job.data, job.tries) for job in desk.runs] == [("note", "demo", {"n": 1}, 1)]
    await gone(desk)
    await closed(runner)


async def test_a_job_of_a_write_that_is_undone_is_not_there(desk: Desk) -> None:
    def work() -> Work[None]:
        yield from desk.jobs.put("note")
        raise Undone

    with pytest.raises(Undone):
        await desk.db.write(work)
    assert await desk.rows() == []


async def test_a_later_job_waits_for_its_time(desk: Desk) -> None:
    runner = desk.runner("one")
    await desk.put(at=desk.clock.now() + 60_000)
    runner.start()
    await desk.put()
    await until(lambda: desk.runs)
    desk.clock.advance(seconds=60)
    desk.jobs.woken.set()
    await until(lambda: len(desk.runs) == 2)
    await gone(desk)
    await closed(runner)


async def test_a_failed_job_is_tried_again_after_a_while_that_doubles(desk: Desk) -> None:
    runner = desk.runner("one")
    desk.fails = [OSError("away"), JobFailed("later")]
    runner.start()
    await desk.put()
    for tries, wait, error in ((1, 1_000, "OSError"), (2, 2_000, "later")):
        await until(lambda tries=tries: len(desk.runs) == tries and not desk.at_once)
        job = await row(desk, lambda job: job.worker is None)
        assert (job.due_at, job.error) == (desk.clock.now() + wait, error)
        desk.clock.advance(seconds=wait / 1000 - 0.001)
        desk.jobs.woken.set()
        await checkpoint()
        assert len(desk.runs) == tries
        desk.clock.advance(seconds=0.001)
        desk.jobs.woken.set()
    await until(lambda: len(desk.runs) == 3)
    await gone(desk)
    await closed(runner)


async def test_a_postponed_job_comes_again_and_its_try_does_not_count(desk: Desk) -> None:
    runner = desk.runner("a")
    runner.start()
    desk.fails = [JobPostponed(90)]
    await desk.put()
    waiting = await row(desk, lambda job: job.state == "waiting" and (job.due_at or 0) > desk.clock.now())
    assert (waiting.tries, waiting.due_at, len(desk.runs)) == (0, desk.clock.now() + 90_000, 1)
    await runner.close()


async def test_waits_are_spread(desk: Desk) -> None:
    waits = []
    for chance in (0.0, 1.0):
        desk.fails = [OSError()]
        kind = Kind("note", desk.run, tries=3, retry_ms=1_000)
        runner = JobRunner(desk.db, desk.clock, desk.jobs, "one", [kind], chance=lambda c=chance: c)
        await desk.put(key="same")
        runner.start()
        job = await row(desk, lambda job: job.error)
        waits.append((job.due_at or 0) - desk.clock.now())
        await closed(runner)
        desk.clock.advance(hours=1)
        runner.start()
        await gone(desk)
        await closed(runner)
    assert waits == [750, 1_250]


@pytest.mark.parametrize("fails", [[OSError()] * 3, [JobFailed("no such mailbox", for_good=True)]])
async def test_a_job_that_fails_for_good_stays_and_can_be_run_again(desk: Desk, fails: list[Exception]) -> None:
    runner = desk.runner("one")
    desk.fails = list(fails)
    runner.start()
    await desk.put(site="demo")
    with anyio.fail_after(10):
        while await desk.states() != [("dead", len(fails))]:
            desk.clock.advance(seconds=10)
            desk.jobs.woken.set()
            await checkpoint()
    (dead,) = await desk.db.read(lambda: store.dead_jobs(["demo"], 10))
    assert (dead.error, dead.failed_at is not None) == ("no such mailbox" if len(fails) == 1 else "OSError", True)
    assert await desk.db.read(lambda: store.dead_jobs(["other", ""], 10)) == []
    now = desk.clock.now()
    assert await desk.db.write(lambda: store.revive([dead.id], ["other"], now)) == []
    assert [job.id for job in await desk.db.write(lambda: store.revive([dead.id], ["demo"], now))] == [dead.id]
    desk.jobs.woken.set()
    await gone(desk)
    assert desk.runs[-1].tries == 1
    await closed(runner)


async def test_a_dead_job_can_be_discarded(desk: Desk) -> None:
    await desk.put(site="demo")
    (job,) = await desk.db.write(lambda: store.claim("one", desk.clock.now(), 1, {"note": 1}))
    assert await desk.db.write(lambda: store.discard([job.id], None)) == 0
    await desk.db.write(lambda: store.give_up("one", job.id, 1, "no"))
    assert await desk.db.write(lambda: store.discard([job.id], ["other"])) == 0
    assert await desk.db.write(lambda: store.discard([job.id], ["demo"])) == 1
    assert await desk.rows() == []


async def test_a_job_of_a_killed_process_runs_elsewhere_in_time(desk: Desk) -> None:
    desk.hold = asyncio.Event()
    one, two = desk.runner("one"), desk.runner("two")
    await desk.put()
    now = desk.clock.now()
    (lost,) = await desk.db.write(lambda: store.claim("killed", now, now + LEASE_MS, {"note": 1}))
    one.start()
    two.start()
    desk.clock.advance(seconds=LEASE_MS / 1000 - 1)
    desk.jobs.woken.set()
    await checkpoint()
    assert desk.runs == []
    desk.clock.advance(seconds=1)
    desk.jobs.woken.set()
    await until(lambda: desk.runs)
    desk.hold.set()
    await gone(desk)
    assert [(job.id, job.tries) for job in desk.runs] == [(lost.id, 2)]
    await closed(one, two)


async def test_a_job_that_kills_each_process_is_given_up(desk: Desk) -> None:
    await desk.put()
    for number in range(3 + LEASES_LOST):
        now = desk.clock.now()
        claimed = await desk.db.write(lambda: store.claim(f"killed {number}", now, now + LEASE_MS, {"note": 1}))  # noqa: B023  awaited here
        assert len(claimed) == 1
        desk.clock.advance(seconds=LEASE_MS / 1000)
    runner = desk.runner("alive")
    runner.start()
    dead = await row(desk, lambda job: job.state == "dead")
    assert (dead.error, desk.runs) == ("The server ended each time this job ran.", [])
    await closed(runner)


async def test_a_clock_that_is_put_back_delays_nothing(desk: Desk) -> None:
    now = desk.clock.now()
    await desk.put()
    await desk.db.write(lambda: store.claim("killed", now, now + LEASE_MS, {"note": 1}))
    await desk.put()
    await desk.put(at=now - 3_600_000)
    runner = desk.runner("one")
    desk.clock.time -= 3 * 3_600_000
    runner.start()
    await gone(desk)
    await desk.put()
    await gone(desk)
    desk.hold = asyncio.Event()
    await desk.put()
    await until(lambda: desk.at_once)
    desk.hold.set()
    await gone(desk)
    await closed(runner)


async def test_a_job_that_was_taken_over_ends_here(desk: Desk) -> None:
    desk.hold = asyncio.Event()
    runner = desk.runner("one")
    runner.start()
    await desk.put()
    await until(lambda: desk.at_once)
    desk.clock.advance(seconds=LEASE_MS / 1000)
    now = desk.clock.now()
    (taken,) = await desk.db.write(lambda: store.claim("two", now, now + LEASE_MS, {"note": 1}))
    await runner.keep_leases()
    await until(lambda: not desk.at_once)
    assert [(job.worker, job.tries) for job in await desk.rows()] == [("two", 2)]
    await closed(runner)
    assert (await desk.rows())[0].worker == "two"
    await desk.db.write(lambda: store.finish("two", taken.id))


async def test_a_job_that_takes_too_long_has_failed(desk: Desk) -> None:
    desk.hold = asyncio.Event()
    runner = desk.runner("one", seconds=0.01)
    runner.start()
    await desk.put()
    job = await row(desk, lambda job: job.error)
    assert (job.state, job.error) == ("waiting", "TimeoutError")
    await closed(runner)


async def test_a_process_that_stops_gives_its_jobs_back(desk: Desk) -> None:
    desk.hold = asyncio.Event()
    runner = desk.runner("one")
    runner.start()
    await desk.put()
    await until(lambda: desk.at_once)
    await closed(runner)
    assert await desk.states() == [("waiting", 0)]


async def test_one_process_runs_so_many_of_a_kind_at_once(desk: Desk) -> None:
    desk.hold = asyncio.Event()
    runner = desk.runner("one", at_once=2)
    for _ in range(5):
        await desk.put()
    runner.start()
    await until(lambda: desk.at_once == 2)
    assert sorted(await desk.states()) == [("running", 1)] * 2 + [("waiting", 0)] * 3
    desk.hold.set()
    await gone(desk)
    assert (len(desk.runs), desk.most_at_once) == (5, 2)
    await closed(runner)


async def test_two_processes_share_the_work_and_run_nothing_twice(desk: Desk) -> None:
    runners = [desk.runner(name, at_once=3) for name in ("one", "two")]
    for runner in runners:
        runner.start()
    for _ in range(30):
        await desk.put()
    await gone(desk)
    assert len({job.id for job in desk.runs}) == len(desk.runs) == 30
    await closed(*runners)


async def test_a_key_is_there_once(desk: Desk) -> None:
    now = desk.clock.now()
    await desk.put(key="k" * 300, at=now + 5_000)
    await desk.put(key="k" * 300, at=now + 1_000)
    await desk.put(key="k" * 300, at=now + 9_000)
    await desk.put(key="other", at=now + 2_000)
    assert [job.due_at for job in await desk.rows()] == [now + 1_000, now + 2_000]


async def test_a_key_that_is_put_while_it_runs_runs_once_more(desk: Desk) -> None:
    desk.hold = asyncio.Event()
    runner = desk.runner("one")
    runner.start()
    await desk.put(key="k")
    await until(lambda: desk.at_once)
    await desk.put(key="k")
    desk.hold.set()
    await gone(desk)
    assert [job.tries for job in desk.runs] == [1, 1]
    await closed(runner)


async def test_a_key_that_has_failed_for_good_is_revived(desk: Desk) -> None:
    await desk.put(key="k")
    (job,) = await desk.db.write(lambda: store.claim("one", desk.clock.now(), 1, {"note": 1}))
    await desk.db.write(lambda: store.give_up("one", job.id, 1, "no"))
    await desk.put(key="k")
    assert await desk.states() == [("waiting", 0)]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_runs_all_the_time_walks_an_index(desk: Desk) -> None:
    room = {"note": 2, "mail": 1}
    for work in (
        store.next_due(room),
        store.claim("one", 1, 2, room),
        store.keep("one", ["a", "b"], 1),
        store.dead_jobs(["demo", ""], 10),
        store.revive(["a"], ["demo"], 1),
    ):
        statement = next(work)
        plan = await desk.db.fetch_all(f"EXPLAIN QUERY PLAN {statement.sql}", **statement.params)
        steps = [row["detail"] for row in plan]
        assert [step for step in steps if step.startswith("SEARCH jobs USING")], steps
        assert [step for step in steps if step.startswith("SCAN jobs")] == [], steps
