"""A fair lock: one holder at a time, round-robin among the addresses that wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """A fair lock: a crowd at one address does not keep out everybody else."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Waits for a turn and holds it."""
        if self._taken:
            called = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(address, deque()).append(called)
            try:
                await called
            except asyncio.CancelledError:
                if called.done() and not called.cancelled():
                    self._next()
                raise
        self._taken = True
        try:
            yield
        finally:
            self._next()

    def _next(self) -> None:
        while self._waiting:
            address = next(iter(self._waiting))
            queue = self._waiting.pop(address)
            called = queue.popleft()
            if queue:
                self._waiting[address] = queue  # at the end of the round-robin
            if not called.done():
                called.set_result(None)
                return
        self._taken = False
