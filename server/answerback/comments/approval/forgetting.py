"""Deletes what is kept for a limited time: fingerprints of texts, and decisions past their retention."""

from __future__ import annotations

from functools import partial

from ...accounts import audit_store
from ...jobs.model import Kind
from ...runtime import Runtime
from . import spam_store as store

EVERY_MS, ROWS, MOST_TURNS = 3_600_000, 5_000, 20
DAY_MS = 86_400_000


class SpamUpkeep:
    """Runs hourly, a few thousand rows at a time."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._audit_days = runtime.settings.audit_days

    def kind(self) -> Kind:
        """The kind of its job."""
        return Kind("forgetting", lambda _: self.once(), every_ms=EVERY_MS)

    async def once(self) -> None:
        """Deletes expired rows in batches, so that no other write waits long."""
        now = self._clock.now()
        works = [partial(store.forget_prints, now, ROWS)]
        if self._audit_days is not None:
            works.append(partial(audit_store.forget, now - self._audit_days * DAY_MS, now, ROWS))
        for work in works:
            for _ in range(MOST_TURNS):
                if await self._db.write(work) < ROWS:
                    break
