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
    """Claims answers for this process and holds them for its worker."""

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
        """Within a transaction that queues answers: claims due ones as far as there is room, for `begin` after the
        commit."""
        if self.full:
            return []
        now = self._clock.now()
        return (yield from store.claim(self.name, now, now + LEASE_MS, self._at_once))

    def begin(self, claimed: Sequence[store.QueuedAnswer]) -> None:
        """After the commit: hands claimed answers to the worker."""
        for job in claimed:
            if job.id not in self._held:
                self._held[job.id] = None
                self._claimed.put_nowait(job)

    async def next(self) -> store.QueuedAnswer:
        """The next answer to write."""
        return await self._claimed.get()

    def unbegun(self) -> list[store.QueuedAnswer]:
        """Takes back claimed answers that have not started."""
        left = []
        while not self._claimed.empty():
            left.append(self._claimed.get_nowait())
            self.end(left[-1].id)
        return left

    def writing(self, id: str, stop: Callable[[], None]) -> None:
        """Registers a running answer and its stop function."""
        self._held[id] = stop

    def end(self, id: str) -> None:
        """Ends an answer, which makes room for another."""
        self._held.pop(id, None)
        self.woken.set()

    def stop(self, id: str) -> None:
        """Stops an answer that is written here and keeps its text so far."""
        stop = self._held.get(id)
        if stop is not None:
            stop()
