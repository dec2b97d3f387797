"""Deletes expired fingerprints."""

from __future__ import annotations

from ...jobs.model import Kind
from ...runtime import Runtime
from . import spam_store as store

EVERY_MS, ROWS, MOST_TURNS = 3_600_000, 5_000, 20


class SpamUpkeep:
    """Runs hourly, a few thousand rows at a time."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._clock = runtime.clock

    def kind(self) -> Kind:
        """The kind of its job."""
        return Kind("forgetting", lambda _: self.once(), every_ms=EVERY_MS)

    async def once(self) -> None:
        """Deletes expired rows in batches, so that no other write waits long."""
        now = self._clock.now()
        for _ in range(MOST_TURNS):
            if await self._db.write(lambda: store.forget_prints(now, ROWS)) < ROWS:
                break
