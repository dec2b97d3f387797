"""The schedule of recurring jobs: adds a job each time one is due. One process at a time holds it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from ..clock import Clock
from ..core.times import CLOCKS_DIFFER_MS
from ..db.database import Database
from ..db.work import Work
from ..errors import Unavailable
from ..logs import Fault
from . import schedule_store as store
from .model import Kind
from .queue import JobQueue

log = logging.getLogger(__name__)

NAME = "schedule"
LEASE_MS = 120_000
LONGEST_MS = LEASE_MS + CLOCKS_DIFFER_MS
ASK_MS = 15_000
"""How often a process that does not hold the schedule asks whether nobody does any more."""
LOOK_SECONDS = 1.0
"""How often the clock is looked at; the database is asked only when something is due."""


class Schedule:
    """Adds recurring jobs."""

    def __init__(self, db: Database, clock: Clock, jobs: JobQueue, holder: str, kinds: Sequence[Kind]) -> None:
        self._db = db
        self._clock = clock
        self._jobs = jobs
        self._holder = holder
        self._every = {kind.name: kind.every_ms for kind in kinds if kind.every_ms is not None}
        self._mine = False
        self._task: asyncio.Task[None] | None = None
        self._running = Fault(log, "the schedule could not be run")

    def start(self) -> None:
        """Starts as soon as no other process holds the schedule."""
        self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Releases the schedule."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            try:
                await self._db.write(lambda: store.let_go(NAME, self._holder))
            except Unavailable:  # the lease expires
                log.warning("the schedule could not be handed over")

    async def once(self) -> int:
        """Adds due jobs unless another process does; returns when to look again."""
        now = self._clock.now()
        if not self._mine:
            until = await self._db.read(lambda: store.lease_end(NAME, now + LONGEST_MS))
            if until > now:
                return min(until, now + ASK_MS)
        due_at = await self._db.write(lambda: self._put_due(now))
        self._mine = due_at is not None
        return now + ASK_MS if due_at is None else min(due_at, now + LEASE_MS // 2)

    def _put_due(self, now: int) -> Work[int | None]:
        """When the next job is due; None while another process holds the schedule."""
        if not (yield from store.hold(NAME, self._holder, now, now + LEASE_MS, now + LONGEST_MS)):
            return None
        due = yield from store.due_times()
        for kind, every in self._every.items():
            if not now < due.get(kind, 0) <= now + every:  # or the clock has been set back
                yield from self._jobs.put(kind, key=kind)
                yield from store.set_due(kind, now + every)
                due[kind] = now + every
        return min((due[kind] for kind in self._every), default=now + LEASE_MS)

    async def _work(self) -> None:
        look_at = 0
        while True:
            if not look_at - LEASE_MS <= self._clock.now() < look_at:  # or the clock has been set back
                try:
                    look_at = await self.once()
                    self._running.worked()
                except Exception as error:
                    self._running.raised(error)
            await asyncio.sleep(LOOK_SECONDS)
