"""SQLite: one held writer that commits waiting writes together, and a small pool of held readers."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from ..errors import Unavailable
from .connections import READERS, follow_up
from .health import Health
from .sqlite_file import BUSY_SECONDS, Place, revision
from .work import IntegrityConflict, Work

T = TypeVar("T")
_Written = tuple[Any, Sequence[Callable[[], None]]]
BATCH = 256
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
        self._connections: list[aiosqlite.Connection] = []
        self._readers: asyncio.Queue[Any] = asyncio.Queue()
        self._waiting: list[tuple[Callable[[], Work[Any]], asyncio.Future[Any], float]] = []
        """Writes, who waits for them, and since when."""
        self._wake = asyncio.Event()
        self._closing = False
        self._writer: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Open the writer and the readers. Raises Unavailable if the file cannot be opened."""
        writer = await self._open(
            "PRAGMA cache_size=-8192", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON"
        )
        self._place = Place(self._file)
        for _ in range(READERS):
            # Per connection; the system caches the file anyway.
            self._readers.put_nowait(await self._open("PRAGMA cache_size=-2048", "PRAGMA query_only=ON"))
        self._writer = asyncio.create_task(self._commit_batches(writer))

    async def _open(self, *pragmas: str) -> Any:
        raw = await aiosqlite.connect(self._file, timeout=BUSY_SECONDS, isolation_level=None)
        self._connections.append(raw)
        for pragma in ("PRAGMA temp_store=MEMORY", *pragmas):
            await raw.execute_fetchall(pragma)
        return raw

    async def close(self) -> None:
        """Finish the writes that wait, then close all connections."""
        self._closing = True
        self._wake.set()
        if self._writer is not None:
            await self._writer
        for connection in self._connections:
            await connection.close()
        self._connections.clear()

    async def read(self, work: Callable[[], Work[T]], *, single: bool) -> T:
        """Run a read on a free connection; `single` means one statement, without a transaction. Raises Unavailable."""
        raw = await self._take()
        try:
            # One hop for the whole read: aiosqlite has no public call that runs a function on its thread.
            result: T = await raw._execute(_read_on_thread, raw._conn, work, single)
            self._health.worked("read")
            return result
        except sqlite3.Error as error:
            if not _in_trouble(error):
                raise
            raise self._health.refused("read", error) from error
        finally:
            self._readers.put_nowait(raw)

    async def _take(self) -> Any:
        begun = time.perf_counter()
        raw = await self._readers.get()
        self._health.watch.waited("read", time.perf_counter() - begun)
        return raw

    async def probe(self) -> None:
        """Raises Unavailable where the file cannot be read, or is not where it was."""
        raw, place = await self._readers.get(), self._place
        assert place is not None
        try:
            await raw._execute(revision, raw._conn)
            await asyncio.to_thread(place.read)
        except sqlite3.Error as error:
            raise self._health.refused("read", error) from error
        finally:
            self._readers.put_nowait(raw)

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """Queue a write, which is committed together with others that wait. Raises Unavailable."""
        if self._closing or self._writer is None:
            raise Unavailable("unavailable", "The server is stopping.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future, time.perf_counter()))
        self._wake.set()
        return await future

    async def _commit_batches(self, raw: Any) -> None:
        while True:
            await self._wake.wait()
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            if not batch:
                if self._closing:
                    return
                self._wake.clear()
                continue
            now = time.perf_counter()
            for _, _, since in batch:
                self._health.watch.waited("write", now - since)
            try:
                assert self._place is not None
                results = await raw._execute(_write_on_thread, raw._conn, self._place, [work for work, _, _ in batch])
                self._health.worked("write")
            except Exception as error:  # the whole batch failed: disk full, file locked
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
    """Run the writes one after the other, each under a savepoint of its own unless it is alone, and commit them
    together; the result or error of each, and what is to be called after that."""
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
