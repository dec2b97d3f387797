"""Deletes expired rows: sessions, codes, links, counts, dead jobs, and guests without any content."""

from __future__ import annotations

from functools import partial

from ...clock import Clock
from ...core.times import day_of
from ...db.database import Database
from ...jobs.model import Kind
from ..sign_in.attempts import FORGET_MS
from .sweeping_store import SWEEPS, sweep

EVERY_MS, ROWS = 60_000, 500
DAY_MS = 86_400_000
ENDED_MS, IDLE_MS = DAY_MS, 30 * DAY_MS
TOLD_MS = 100 * DAY_MS
"""Longer than any visitor news is kept (`notify/visitor_news.py`)."""


class Sweeping:
    """Deletes expired rows: every minute the next stretch of each table, from the start again after its end."""

    def __init__(self, db: Database, clock: Clock, rows: int = ROWS) -> None:
        self._db = db
        self._clock = clock
        self._rows = rows
        self._places = dict.fromkeys((of.table for of in SWEEPS), "")

    def kind(self) -> Kind:
        """The job that sweeps."""
        return Kind("sweep", lambda _: self.once(), every_ms=EVERY_MS)

    async def once(self) -> None:
        """Sweeps one stretch of every table."""
        now = self._clock.now()
        past_day = day_of(now - 2 * DAY_MS, "UTC")
        times: dict[str, int | str] = {
            "ended_before": now - ENDED_MS,
            "forgotten_before": now - FORGET_MS,
            "idle_before": now - IDLE_MS,
            "known_before": now - TOLD_MS,
            "past_day": past_day,
        }
        for of in SWEEPS:
            work = partial(sweep, of, self._places[of.table], self._rows, times)
            self._places[of.table] = await self._db.write(work)
