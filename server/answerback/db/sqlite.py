"""SQLite: one writer that commits waiting writes together, and a small pool of readers."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ..errors import Unavailable
from .connections import READERS, follow_up
from .health import Health
from .sqlite_file import BUSY_SECONDS, Place, revision
from .sqlite_thread import SQLiteThread
from .work import IntegrityConflict, Work

T = TypeVar("T")
_Written = tuple[Any, Sequence[Callable[[], None]]]
_Waiting = tuple[Callable[[], Work[Any]], asyncio.Future[Any], float]
"""A write, who waits for it, and since when."""
BATCH = 256
WAL_BYTES = 16 * 1024 * 1024
"""Room that the write-ahead log keeps on disk, once a long read that it grew under is over."""
TROUBLE = frozenset(
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
     sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
)  # fmt: skip
"""SQLite's error codes for trouble with the file, the disk or another process."""


class SQLite:
    """A database in a file."""

    def __init__(self, url: str, health: Health) -> None:
        self._health = health
        self._file = Path(url.removeprefix("sqlite:///"))
        self._place: Place | None = None
        self._threads: list[SQLiteThread] = []
        self._readers: asyncio.Queue[SQLiteThread] = asyncio.Queue()
        self._writer: SQLiteThread | None = None
        self._waiting: list[_Waiting] = []
        self._idle = asyncio.Event()
        """Whether nothing is being written."""
        self._idle.set()
        self._closing = False

    async def connect(self) -> None:
        """Opens the writer and the readers. Raises Unavailable."""
        writer = await self._open(
            "PRAGMA cache_size=-4096",
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "PRAGMA foreign_keys=ON",
            f"PRAGMA journal_size_limit={WAL_BYTES}",
        )
        self._place = Place(self._file)
        for _ in range(READERS):
            # Per connection; the system caches the file anyway.
            self._readers.put_nowait(await self._open("PRAGMA cache_size=-2048", "PRAGMA query_only=ON"))
        self._writer = writer

    async def _open(self, *pragmas: str) -> SQLiteThread:
        thread = await SQLiteThread.open(self._file, BUSY_SECONDS, "PRAGMA temp_store=MEMORY", *pragmas)
        self._threads.append(thread)
        return thread

    async def close(self) -> None:
        """Finishes waiting writes, then closes all connections."""
        self._closing = True
        await self._idle.wait()
        for thread in self._threads:
            await thread.close()
        self._threads.clear()

    async def read(self, work: Callable[[], Work[T]], *, single: bool) -> T:
        """Runs a read on a free connection; `single` means one statement, without a transaction. Raises Unavailable."""
        thread = await self._take()
        try:
            result: T = await thread.run(partial(_read_on_thread, work=work, single=single))
            self._health.worked("read")
            return result
        except sqlite3.Error as error:
            if not _in_trouble(error):
                raise
            raise self._health.refused("read", error) from error
        finally:
            self._readers.put_nowait(thread)

    async def _take(self) -> SQLiteThread:
        begun = time.perf_counter()
        thread = await self._readers.get()
        self._health.watch.waited("read", time.perf_counter() - begun)
        return thread

    async def probe(self) -> None:
        """Raises Unavailable if the file cannot be read or has moved."""
        thread, place = await self._readers.get(), self._place
        assert place is not None
        try:
            await thread.run(revision)
            await asyncio.to_thread(place.read)
        except sqlite3.Error as error:
            raise self._health.refused("read", error) from error
        finally:
            self._readers.put_nowait(thread)

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """Queues a write, committed together with others that wait. Raises Unavailable."""
        if self._closing or self._writer is None:
            raise Unavailable("unavailable", "The server is stopping.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future, time.perf_counter()))
        if self._idle.is_set():
            self._begin(self._writer)
        return await future

    def _begin(self, writer: SQLiteThread) -> None:
        """Starts a batch of the waiting writes."""
        assert self._place is not None
        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        self._idle.clear()
        now = time.perf_counter()
        for _, _, since in batch:
            self._health.watch.waited("write", now - since)
        works = [work for work, _, _ in batch]
        writer.call(partial(_write_on_thread, place=self._place, works=works), partial(self._written, writer, batch))

    def _written(
        self, writer: SQLiteThread, batch: list[_Waiting], results: list[_Written] | None, error: BaseException | None
    ) -> None:
        """Completes a batch, which is durable as a whole or not at all."""
        if self._waiting:
            self._begin(writer)
        else:
            self._idle.set()
        if results is not None:
            self._health.worked("write")
        else:  # the batch as a whole failed: disk full, file locked
            assert error is not None
            problem = self._health.refused("write", error) if _in_trouble(error) else error
            results = [(problem, ())] * len(batch)
        for (_, future, _), (result, calls) in zip(batch, results, strict=True):
            follow_up(calls)
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)


def _in_trouble(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in TROUBLE


def _read_on_thread(connection: sqlite3.Connection, work: Callable[[], Work[T]], single: bool) -> T:
    if single:
        return _drive(connection, work(), [])
    connection.execute("BEGIN")
    try:
        return _drive(connection, work(), [])
    finally:
        if connection.in_transaction:  # an I/O error has ended it already, and must surface itself
            connection.execute("ROLLBACK")


def _write_on_thread(
    connection: sqlite3.Connection, place: Place, works: Sequence[Callable[[], Work[Any]]]
) -> list[_Written]:
    """Runs writes in turn, each under its own savepoint unless alone, and commits them together; returns each one's
    result or error, and the callbacks for after the commit."""
    results: list[_Written] = []
    alone = len(works) == 1
    place.check()
    connection.execute("BEGIN IMMEDIATE")
    try:
        for work in works:
            if not alone:
                connection.execute("SAVEPOINT one_write")
            calls: list[Callable[[], None]] = []
            try:
                results.append((_drive(connection, work(), calls), calls))
            except Exception as error:
                if _in_trouble(error):  # the whole transaction may be gone
                    raise
                connection.execute("ROLLBACK" if alone else "ROLLBACK TO one_write")
                results.append((error, ()))
            if not alone:
                connection.execute("RELEASE one_write")
        if connection.in_transaction:
            connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return results


def _drive(connection: sqlite3.Connection, work: Work[T], calls: list[Callable[[], None]]) -> T:
    value: Any = None
    try:
        while True:
            statement = work.send(value)
            if statement.wants == "after":
                calls.append(statement.params["call"])
                value = None
                continue
            cursor = connection.execute(statement.sql, statement.params)
            if statement.wants == "none":
                value = None
                continue
            rows = cursor.fetchall()  # always all: RETURNING completes only when read to its end
            names = [column[0] for column in cursor.description]
            if statement.wants == "many":
                value = [dict(zip(names, row, strict=True)) for row in rows]
            else:
                value = dict(zip(names, rows[0], strict=True)) if rows else None
    except StopIteration as end:
        result: T = end.value
        return result
    except sqlite3.IntegrityError as error:
        raise IntegrityConflict(str(error)) from error
    finally:
        work.close()
