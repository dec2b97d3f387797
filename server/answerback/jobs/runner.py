"""Runs due jobs under a renewed lease and records their outcomes."""

from __future__ import annotations

import asyncio
import logging
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ..clock import Clock
from ..core.times import CLOCKS_DIFFER_MS
from ..db.database import Database
from ..db.work import Work
from ..errors import Unavailable
from ..logs import Fault, bind
from . import store
from .model import Job, JobFailed, JobPostponed, Kind
from .queue import JobQueue

log = logging.getLogger(__name__)

LEASE_MS = 30_000
KEEP_SECONDS = 8.0
"""How often leases are renewed: a database may be out of order for a while before somebody else takes a job up."""
POLL_SECONDS = 2.0
"""How soon a job is seen that another process has put; those of this one are seen at once."""
LONGEST_WAIT_MS = 6 * 3_600_000
LONGEST_ASKED_MS = 24 * 3_600_000
"""The longest `Retry-After` that counts."""
LEASES_LOST = 2
"""How many runs more than its kind allows a job may have lost with their process, before it is what ends them."""


@dataclass(frozen=True, slots=True)
class _Running:
    job: Job
    task: asyncio.Task[None]


class JobRunner:
    """Runs jobs of these kinds until closed. `chance` returns numbers from 0 to 1 for the jitter of retries."""

    def __init__(
        self, db: Database, clock: Clock, jobs: JobQueue, name: str, kinds: Sequence[Kind],
        chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._db = db
        self._clock = clock
        self._jobs = jobs
        self._name = name
        self._kinds = {kind.name: kind for kind in kinds}
        self._chance = chance
        self._running: dict[str, _Running] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._failures = {kind.name: Fault(log, f"a {kind.name} job failed", level=logging.WARNING) for kind in kinds}
        self._reading = Fault(log, "jobs could not be read")
        self._saving = Fault(log, "the outcome of a job could not be saved")
        self._keeping = Fault(log, "job leases could not be renewed")

    def start(self) -> None:
        """Starts with what is due."""
        self._tasks = [asyncio.create_task(self._work()), asyncio.create_task(self._keep_leases())]

    async def close(self) -> None:
        """Stops; unfinished jobs are released."""
        running = dict(self._running)
        tasks = [*self._tasks, *(each.task for each in running.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if running:
            now = self._clock.now()
            try:
                await self._db.write(lambda: store.give_back(self._name, list(running), now))
            except Exception as error:  # their leases expire
                self._saving.raised(error)

    async def _work(self) -> None:
        last = sys.maxsize  # the earlier time is unknown
        while True:
            try:
                now = self._clock.now()
                if now < last - CLOCKS_DIFFER_MS:
                    longest = now + LEASE_MS + CLOCKS_DIFFER_MS
                    await self._db.write(lambda: store.forgive_clock(now, longest))  # noqa: B023  awaited here
                last = now
                pause = await self._take_up()
                self._reading.worked()
            except Exception as error:
                self._reading.raised(error)
                pause = POLL_SECONDS
            await self._jobs.woken.wait(pause)

    async def _take_up(self) -> float:
        """Starts due jobs as far as there is room; returns the seconds to wait."""
        count = Counter(each.job.kind for each in self._running.values())
        room = {name: kind.at_once - count[name] for name, kind in self._kinds.items() if kind.at_once > count[name]}
        if not room:
            return POLL_SECONDS
        now = self._clock.now()
        due_at = await self._db.read(lambda: store.next_due(room))
        if due_at is None or due_at > now:
            return POLL_SECONDS if due_at is None else min(POLL_SECONDS, max(0.01, (due_at - now) / 1000))
        full = self._full()
        # One at a time where sites have a share: the next claim knows what this one has taken.
        room = {name: 1 if self._kinds[name].of_site else places for name, places in room.items()}
        claimed = await self._db.write(lambda: store.claim(self._name, now, now + LEASE_MS, room, full))
        for job in claimed:
            if job.id not in self._running:
                self._running[job.id] = _Running(job, asyncio.create_task(self._run(job)))
        return 0 if claimed or not full else POLL_SECONDS

    def _full(self) -> dict[str, list[str]]:
        """The sites that have reached their share of a kind's running jobs; the server's own jobs have no limit."""
        full: dict[str, list[str]] = {}
        counted = Counter((each.job.kind, each.job.site) for each in self._running.values() if each.job.site)
        for (name, site), count in counted.items():
            share = self._kinds[name].of_site
            if share is not None and count >= share:
                full.setdefault(name, []).append(site)
        return full

    async def _run(self, job: Job) -> None:
        bind(site=job.site, kind=job.kind, job=job.id)
        try:
            ending = await self._outcome(job)
            await asyncio.shield(asyncio.create_task(self._db.write(ending)))
        except Exception as error:  # its lease expires, then it runs again
            self._saving.raised(error)
        finally:
            self._running.pop(job.id, None)
            self._jobs.woken.set()

    async def _outcome(self, job: Job) -> Callable[[], Work[None]]:
        """Runs a job and returns what to store: done, a retry with doubled delay, or dead."""
        kind, failure, reason, for_good = self._kinds[job.kind], self._failures[job.kind], "", False
        asked = 0.0
        raised: Exception | None = None
        try:
            if job.tries > kind.tries + LEASES_LOST:
                raise JobFailed("The server ended each time this job ran.", for_good=True)
            async with asyncio.timeout(kind.seconds):
                await kind.run(job)
            failure.worked()
            return partial(store.finish, self._name, job.id)
        except JobPostponed as later:
            return partial(store.postpone, self._name, job.id, self._clock.now() + round(1000 * later.seconds))
        except JobFailed as error:
            reason, for_good, asked = error.reason, error.for_good, error.retry_after
        except Exception as error:
            reason, raised = type(error).__name__, error
        now = self._clock.now()
        given_up = for_good or job.tries >= kind.tries
        if not isinstance(raised, Unavailable):  # the database has logged it
            ending = "given up, see answerback jobs list" if given_up else "to be retried"
            failure.failed(f"{reason.rstrip('.')}; {ending}", raised)
        if given_up:
            return partial(store.give_up, self._name, job.id, now, reason)
        wait = min(LONGEST_WAIT_MS, kind.retry_ms * 2 ** (job.tries - 1))
        wait = max(round(wait * (0.75 + self._chance() / 2)), min(LONGEST_ASKED_MS, round(1000 * asked)))
        return partial(store.try_again, self._name, job.id, now + wait, reason)

    async def keep_leases(self) -> None:
        """Renews the leases of running jobs and cancels those that another process has taken."""
        ids, until = list(self._running), self._clock.now() + LEASE_MS
        if not ids:
            return
        kept = await self._db.write(lambda: store.keep(self._name, ids, until))
        for id in set(ids) - kept:
            if id in self._running:
                self._running[id].task.cancel()

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            try:
                await self.keep_leases()
            except Exception as error:
                self._keeping.raised(error)
