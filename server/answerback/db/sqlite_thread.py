"""A SQLite connection on a thread of its own: the event loop waits for nothing that it does."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Done = Callable[[Any, BaseException | None], None]


class SQLiteThread:
    """Runs functions with its connection, one after the other."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._calls: SimpleQueue[tuple[Callable[[], Any], Done] | None] = SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._thread = threading.Thread(target=self._work, name="sqlite", daemon=True)
        self._thread.start()

    async def open(self, file: Path, seconds: float, *pragmas: str) -> None:
        """Connect; `seconds` is how long a locked file is waited for. Raises sqlite3.Error."""

        def connect() -> None:
            self._connection = sqlite3.connect(file, timeout=seconds, isolation_level=None)
            for pragma in pragmas:
                self._connection.execute(pragma)

        await self._run(connect)

    async def run(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """What the function returns. Raises what it raises."""
        result: T = await self._run(partial(self._with_connection, function))
        return result

    def call(self, function: Callable[[sqlite3.Connection], T], done: Done) -> None:
        """As `run`, but `done` is called on the event loop with what the function returns, and what it raises."""
        self._calls.put((partial(self._with_connection, function), done))

    async def close(self) -> None:
        """Finish what was begun, and disconnect."""

        def disconnect() -> None:
            if self._connection is not None:
                self._connection.close()

        await self._run(disconnect)
        self._calls.put(None)
        await asyncio.to_thread(self._thread.join)

    async def _run(self, function: Callable[[], Any]) -> Any:
        future: asyncio.Future[Any] = self._loop.create_future()
        self._calls.put((function, partial(_settle, future)))
        return await future

    def _with_connection(self, function: Callable[[sqlite3.Connection], T]) -> T:
        assert self._connection is not None, "open() comes first"
        return function(self._connection)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            function, done = call
            result, problem = None, None
            try:
                result = function()
            except BaseException as error:
                problem = error
            self._loop.call_soon_threadsafe(done, result, problem)
            del call, function, done, result, problem  # it may be long until the next one


def _settle(future: asyncio.Future[Any], result: Any, problem: BaseException | None) -> None:
    if future.done():  # nobody waits any more
        return
    if problem is None:
        future.set_result(result)
    else:
        future.set_exception(problem)
