"""Compares this server with others that share its database: their keys must agree, and their clocks should."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from ..clock import DatabaseClock
from ..db.database import Database
from ..db.work import Work
from ..logs import Fault
from ..runtime import Runtime
from . import servers_store as store
from .servers_store import ServerRow

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
LONGEST_ROUND_TRIP = 2.0
"""Seconds; a slower response says too little about the database's clock."""
CLOCK_MS = 2_000
"""The difference of clocks from which on it is reported."""


def fingerprint(key: str) -> str:
    """A secret key's fingerprint: enough to tell two keys apart, useless for signing."""
    return hashlib.sha256(f"answerback key\0{key}".encode()).hexdigest()[:12]


def differences(keys: Sequence[str], servers: Iterable[ServerRow]) -> list[str]:
    """The conflicts between a process with these fingerprints and the running servers, one sentence each."""
    found = []
    for server in servers:
        who = f"{server.host}, process {server.pid}"
        if server.keys[-1] not in keys or keys[-1] not in server.keys:
            found.append(f"ANSWERBACK_SECRET_KEY differs from that of another server ({who}).")
        if abs(server.ahead) >= CLOCK_MS:
            where = "ahead of" if server.ahead > 0 else "behind"
            found.append(f"The clock of {who} is {abs(server.ahead) / 1000:.0f} s {where} the database's.")
    return found


async def clock_ahead(db: Database, own: DatabaseClock) -> int | None:
    """How many milliseconds this machine's clock is ahead of the database's; None if the query took too long."""
    begun, before = time.monotonic(), own.own.now()
    now = await db.read(store.database_time)
    return None if time.monotonic() - begun > LONGEST_ROUND_TRIP else (before + own.own.now()) // 2 - now


class Servers:
    """Registers this server, corrects its clock by the database's, and compares it with the other servers. Does nothing
    of this on SQLite."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._keys = tuple(map(fingerprint, runtime.settings.secret_key))
        self._id = runtime.ids.new()
        self._ahead = 0
        self._task: asyncio.Task[None] | None = None
        self._differs: dict[str, Fault] = {}
        self._asking = Fault(log, "servers could not be compared", level=logging.WARNING)
        self.problems: list[str] = []
        """The differences found by the last comparison."""

    async def open(self) -> None:
        """Compares now, then once a minute. Raises Unavailable."""
        if not self._db.is_sqlite:
            await self.compare()
            self._task = asyncio.create_task(self._go_on())

    async def close(self) -> None:
        """Stops comparing, and removes this server's registration."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            with suppress(Exception):
                await self._db.write(lambda: store.remove(self._id))

    async def compare(self) -> None:
        """Compares once. Raises Unavailable."""
        if isinstance(self._clock, DatabaseClock):
            ahead = await clock_ahead(self._db, self._clock)
            if ahead is not None:
                self._ahead = ahead
                self._clock.correct(ahead)
        me = ServerRow(self._id, socket.gethostname(), os.getpid(), self._keys, self._ahead)

        def work() -> Work[list[ServerRow]]:
            now = yield from store.database_time()
            yield from store.keep(me, now)
            return (yield from store.running(now))

        self.problems = differences(self._keys, await self._db.write(work))
        for problem in self.problems:
            self._differs.setdefault(problem, Fault(log, "servers differ", level=logging.WARNING)).failed(problem)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.compare()
                self._asking.worked()
            except Exception as error:
                self._asking.raised(error)
