"""Adds jobs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ..clock import Clock
from ..db.work import Work, after
from ..ids import Ids
from . import store
from .waking import Wake

KEY_LIMIT = 100


class JobQueue:
    """Puts jobs into the writes of others; the runner of this process is woken once such a write is on disk."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self.woken = Wake()

    def put(
        self, kind: str, data: Mapping[str, Any] | None = None, *, site: str = "", key: str = "", at: int | None = None
    ) -> Work[None]:
        """Have a job done once the write that this is part of is committed, or `at` a later moment.

        Of a kind there is at most one job with a `key`: putting it again brings it forward, revives it when it has
        failed for good, and has it run once more when it is running.
        """
        now = self._clock.now()
        if len(key) > KEY_LIMIT:
            key = hashlib.sha256(key.encode()).hexdigest()
        yield from store.add(self._ids.new(), kind, key or None, site, data or {}, now, now if at is None else at)
        yield after(self.woken.set)
