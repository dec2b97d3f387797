"""Updates comment counts from the recorded changes."""

from __future__ import annotations

from functools import partial

from ..jobs.model import Job, Kind
from ..runtime import Runtime
from . import changes_store

EVERY_MS = 60_000
AT_ONCE = 500


class ThreadCounts:
    """Counts changes recorded before the last run, so that each stays visible to others for a while."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._before = 0

    def kind(self) -> Kind:
        """The kind of its job."""
        return Kind("thread_counts", self._count, every_ms=EVERY_MS)

    async def _count(self, _: Job) -> None:
        before, self._before = self._before, await self._db.read(changes_store.newest_change)
        while await self._db.write(partial(changes_store.count_changes, before, AT_ONCE)):
            pass
