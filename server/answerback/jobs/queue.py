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
    """Adds jobs within others' writes and wakes this process's runner after the commit."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self.woken = Wake()

    def put(
        self, kind: str, data: Mapping[str, Any] | None = None, *, site: str = "", key: str = "", at: int | None = None
    ) -> Work[None]:
        """Adds a job to run after the commit, or `at` a later time. There is at most one job per kind and `key`: adding
        it again brings it forward, revives a dead one, and makes a running one run once more."""
        now = self._clock.now()
        if len(key) > KEY_LIMIT:
            key = hashlib.sha256(key.encode()).hexdigest()
        yield from store.add(self._ids.new(), kind, key or None, site, data or {}, now, now if at is None else at)
        yield after(self.woken.set)
