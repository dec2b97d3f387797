"""Runs whole functions on an aiosqlite connection's thread, so that the event loop never waits."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")
Done = Callable[[Any, BaseException | None], None]
_Turns = SimpleQueue[tuple[asyncio.Future[Any] | None, Callable[[], Any]]]


class SQLiteThread:
    """Runs functions with its connection, one after the other."""

    def __init__(self, held: aiosqlite.Connection, turns: _Turns, connection: sqlite3.Connection) -> None:
        self._held = held
        self._turns = turns
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._calls: deque[tuple[Callable[[sqlite3.Connection], Any], Done]] = deque()

    @classmethod
    async def open(cls, file: Path, seconds: float, *pragmas: str) -> Self:
        """Connects; `seconds` is the time-out for a locked file. Raises sqlite3.Error."""
        held = aiosqlite.connect(file, timeout=seconds, isolation_level=None)
        # Private names, here only: aiosqlite has no public call that runs a function on its thread, so each statement
        # would take a hop there and back; and a process that has failed before it could close its connections does not
        # end while there are threads that are no daemons.
        held._thread.daemon = True
        await held
        thread = cls(held, held._tx, held._conn)
        try:
            for pragma in pragmas:
                await thread.run(partial(_execute, statement=pragma))
        except BaseException:
            await thread.close()
            raise
        return thread

    async def run(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Runs a function and returns its result. Exceptions propagate."""
        future: asyncio.Future[T] = self._loop.create_future()
        self.call(function, partial(_settle, future))
        return await future

    def call(self, function: Callable[[sqlite3.Connection], T], done: Done) -> None:
        """Like `run`, but calls `done` on the event loop with the result and the exception."""
        self._calls.append((function, done))
        self._turns.put_nowait((None, self._work))

    async def close(self) -> None:
        """Finishes running work and disconnects."""
        await self._held.close()

    def _work(self) -> None:
        """Runs the next function; the thread keeps a reference to what it called last, so that is only this method."""
        function, done = self._calls.popleft()
        try:
            result = function(self._connection)
        except BaseException as error:
            self._loop.call_soon_threadsafe(done, None, error)
        else:
            self._loop.call_soon_threadsafe(done, result, None)


def _execute(connection: sqlite3.Connection, statement: str) -> None:
    connection.execute(statement)


def _settle(future: asyncio.Future[Any], result: Any, problem: BaseException | None) -> None:
    if future.done():  # nobody waits any more
        return
    if problem is None:
        future.set_result(result)
    else:
        future.set_exception(problem)
