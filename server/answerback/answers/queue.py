"""This process's view of the answer queue, between those who add answers and the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ..clock import Clock
from ..db.work import Work
from ..jobs.waking import Wake
from . import store

LEASE_MS = 10_000
AT_ONCE = 64


class AnswerQueue:
    """Claims answers under this process's name; claimed ones wait here for the worker."""

    def __init__(self, clock: Clock, name: str, at_once: int = AT_ONCE) -> None:
        self.name = name
        self._clock = clock
        self._at_once = at_once
        self._held: dict[str, Callable[[], None] | None] = {}
        """Claimed answers, and how each is stopped once it is being written."""
        self._claimed: asyncio.Queue[store.QueuedAnswer] = asyncio.Queue()
        self.woken = Wake()

    @property
    def full(self) -> bool:
        """Whether this process writes as many answers as it may."""
        return len(self._held) >= self._at_once

    def claim(self) -> Work[list[store.QueuedAnswer]]:
        """Within a transaction that queues answers: what is due, as far as there is room, for `begin` after it."""
        if self.full:
            return []
        now = self._clock.now()
        return (yield from store.claim(self.name, now, now + LEASE_MS, self._at_once))

    def begin(self, claimed: Sequence[store.QueuedAnswer]) -> None:
        """After it: have these written."""
        for job in claimed:
            if job.id not in self._held:
                self._held[job.id] = None
                self._claimed.put_nowait(job)

    async def next(self) -> store.QueuedAnswer:
        """The next answer to write."""
        return await self._claimed.get()

    def unbegun(self) -> list[store.QueuedAnswer]:
        """Claimed answers that nobody has begun to write; they are handed back with this."""
        left = []
        while not self._claimed.empty():
            left.append(self._claimed.get_nowait())
            self.end(left[-1].id)
        return left

    def writing(self, id: str, stop: Callable[[], None]) -> None:
        """An answer is being written, and this stops it."""
        self._held[id] = stop

    def end(self, id: str) -> None:
        """An answer is written, or given back: there is room for another."""
        self._held.pop(id, None)
        self.woken.set()

    def stop(self, id: str) -> None:
        """Stop an answer that is written here, keeping what has come."""
        stop = self._held.get(id)
        if stop is not None:
            stop()
