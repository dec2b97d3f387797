# Longer than 400 lines, because one file only imports `databases`, and it holds both kinds of database.
"""The database: held connections, reads, and writes as generators of statements.

A write is a generator that yields statements and receives their rows. It cannot do anything else while it holds the
transaction, so no network call can creep into one; and the same generator runs on SQLite, where all writes that wait
are driven in one hop on the writer's own thread and committed together, and on PostgreSQL, where it is run again
when transactions collide.

    def rename(visitor_id: str, name: str) -> Work[bool]:
        row = yield one("UPDATE visitors SET name = :name WHERE id = :id RETURNING id", id=visitor_id, name=name)
        return row is not None

    renamed = await db.write(lambda: rename("v1", "Mina"))
"""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import databases
from databases.core import Connection

from ..errors import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")
Row = dict[str, Any]
READERS = 4
POSTGRES_WRITERS = 4
BATCH = 256
COLLISIONS = 40
RETRY_SECONDS = 5
CONNECT_SECONDS = 10
TROUBLE = frozenset(
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
     sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
)  # fmt: skip
"""What SQLite says when the file, the disk or another process is to blame, not the statement."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its parameters, and how many of its rows are wanted."""

    sql: str
    params: dict[str, Any]
    wants: Literal["one", "many", "none"]


Work = Generator[Statement, Any, T]


def one(sql: str, **params: Any) -> Statement:
    """A statement of which the first row is wanted, or None."""
    return Statement(sql, params, "one")


def many(sql: str, **params: Any) -> Statement:
    """A statement of which all rows are wanted, as a list."""
    return Statement(sql, params, "many")


def run(sql: str, **params: Any) -> Statement:
    """A statement of which no row is wanted."""
    return Statement(sql, params, "none")


class IntegrityConflict(Exception):
    """A statement broke a unique, foreign-key or check constraint; its write left nothing behind."""


class Database:
    """A database of either kind. `connect()` before use, `close()` after; `time_writes` hears how long each took."""

    def __init__(self, url: str, time_writes: Callable[[float], None] | None = None) -> None:
        self.url = url
        self._time_writes = time_writes
        self.is_sqlite = url.startswith("sqlite")
        self._backend: _SQLite | _Postgres = _SQLite(url) if self.is_sqlite else _Postgres(url)

    async def connect(self) -> None:
        """Open the held connections. Raises Unavailable when the database cannot be reached."""
        try:
            await self._backend.connect()
        except (OSError, sqlite3.Error) as error:
            await self._backend.close()
            raise Unavailable("unavailable", "The database cannot be reached.") from error

    async def close(self) -> None:
        """Finish the writes that wait, then close."""
        await self._backend.close()

    async def fetch_all(self, sql: str, **params: Any) -> list[Row]:
        """All rows of one statement."""

        def work() -> Work[list[Row]]:
            rows: list[Row] = yield many(sql, **params)
            return rows

        return await self._backend.read(work, single=True)

    async def fetch_one(self, sql: str, **params: Any) -> Row | None:
        """The first row of one statement, or None."""

        def work() -> Work[Row | None]:
            row: Row | None = yield one(sql, **params)
            return row

        return await self._backend.read(work, single=True)

    async def read(self, work: Callable[[], Work[T]]) -> T:
        """Run reading statements that all see the same moment. Raises Unavailable when the database is out of order."""
        return await self._backend.read(work, single=False)

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """Run one write, whole or not at all; when this returns, it is on disk.

        `work` makes the generator, and may be called again after a collision. An exception raised in it undoes this
        write alone. Raises IntegrityConflict when a constraint was broken, and Unavailable when the database takes
        nothing: it is locked, full, read-only or gone.
        """
        begun = time.perf_counter()
        result = await self._backend.write(work)
        if self._time_writes is not None:
            self._time_writes(time.perf_counter() - begun)
        return result


def _out_of_order(error: BaseException) -> Unavailable:
    log.error("the database is out of order: %s", error)
    return Unavailable("unavailable", retry_after=RETRY_SECONDS)


async def _hold(database: databases.Database) -> Connection:
    """A connection kept open; one task each, since `databases` hands out one connection a task."""

    async def acquire() -> Connection:
        connection = database.connection()
        await connection.__aenter__()
        return connection

    return await asyncio.create_task(acquire())


# ---- SQLite


class _SQLite:
    def __init__(self, url: str) -> None:
        self._database = databases.Database(url, timeout=10)
        self._connections: list[Connection] = []
        self._readers: asyncio.Queue[Any] = asyncio.Queue()
        self._waiting: list[tuple[Callable[[], Work[Any]], asyncio.Future[Any]]] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._writer: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        await self._database.connect()
        writer = await self._open("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")
        for _ in range(READERS):
            self._readers.put_nowait(await self._open("PRAGMA query_only=ON"))
        self._writer = asyncio.create_task(self._commit_batches(writer))

    async def _open(self, *pragmas: str) -> Any:
        connection = await _hold(self._database)
        self._connections.append(connection)
        raw = connection.raw_connection
        for pragma in ("PRAGMA cache_size=-8192", "PRAGMA temp_store=MEMORY", *pragmas):
            await raw.execute_fetchall(pragma)
        return raw

    async def close(self) -> None:
        self._closing = True
        self._wake.set()
        if self._writer is not None:
            await self._writer
        for connection in self._connections:
            await connection.__aexit__()
        self._connections.clear()
        await self._database.disconnect()

    async def read(self, work: Callable[[], Work[T]], *, single: bool) -> T:
        raw = await self._readers.get()
        try:
            # One hop for the whole read: aiosqlite has no public call that runs a function on its thread.
            result: T = await raw._execute(_read_on_thread, raw._conn, work, single)
            return result
        except sqlite3.Error as error:
            if not _in_trouble(error):
                raise
            raise _out_of_order(error) from error
        finally:
            self._readers.put_nowait(raw)

    async def write(self, work: Callable[[], Work[T]]) -> T:
        if self._closing or self._writer is None:
            raise Unavailable("unavailable", "The server is stopping.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
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
            try:
                results = await raw._execute(_write_on_thread, raw._conn, [work for work, _ in batch])
            except Exception as error:  # the batch as a whole failed: disk full, file locked
                results = [_out_of_order(error) if _in_trouble(error) else error] * len(batch)
            for (_, future), result in zip(batch, results, strict=True):
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
        return _drive(connection, work())
    connection.execute("BEGIN")
    try:
        return _drive(connection, work())
    finally:
        if connection.in_transaction:  # an error of the file has ended it already, and is to be seen itself
            connection.execute("ROLLBACK")


def _write_on_thread(connection: sqlite3.Connection, works: Sequence[Callable[[], Work[Any]]]) -> list[Any]:
    """Run the writes one after the other, each under its own savepoint, and commit them together."""
    results: list[Any] = []
    connection.execute("BEGIN IMMEDIATE")
    try:
        for work in works:
            connection.execute("SAVEPOINT one_write")
            try:
                results.append(_drive(connection, work()))
            except Exception as error:
                if _in_trouble(error):  # then the whole transaction may be gone already
                    raise
                connection.execute("ROLLBACK TO one_write")
                results.append(error)
            connection.execute("RELEASE one_write")
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return results


def _drive(connection: sqlite3.Connection, work: Work[T]) -> T:
    value: Any = None
    try:
        while True:
            statement = work.send(value)
            cursor = connection.execute(statement.sql, statement.params)
            if statement.wants == "none":
                value = None
                continue
            rows = cursor.fetchall()  # all of them, also for one: RETURNING runs to its end only when read to its end
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


# ---- PostgreSQL


class _Postgres:
    def __init__(self, url: str) -> None:
        size = READERS + POSTGRES_WRITERS
        self._database = databases.Database(url, min_size=size, max_size=size)
        self._connections: list[Connection] = []
        self._readers: asyncio.Queue[Connection] = asyncio.Queue()
        self._writers: asyncio.Queue[Connection] = asyncio.Queue()

    async def connect(self) -> None:
        import asyncpg

        try:
            await self._database.connect()
        except asyncpg.PostgresError as error:
            raise Unavailable("unavailable", "The database cannot be reached.") from error
        for queue, count in ((self._readers, READERS), (self._writers, POSTGRES_WRITERS)):
            for _ in range(count):
                connection = await _hold(self._database)
                self._connections.append(connection)
                queue.put_nowait(connection)

    async def close(self) -> None:
        for connection in self._connections:
            # What PostgreSQL has refused leaves `databases` counting one user of the connection too many.
            while connection._connection_counter:
                await connection.__aexit__()
        self._connections.clear()
        await self._database.disconnect()

    async def read(self, work: Callable[[], Work[T]], *, single: bool) -> T:
        try:
            return await self._read(work, single=single)
        except Unavailable:  # the connection was cut off just now: another one may do
            return await self._read(work, single=single)

    async def _read(self, work: Callable[[], Work[T]], *, single: bool) -> T:
        connection = await self._take(self._readers)
        try:
            if single:
                return await _drive_async(connection, work())
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                return await _drive_async(connection, work())
        except Exception as error:
            _blame(connection, error)
            raise
        finally:
            self._readers.put_nowait(connection)

    async def _take(self, queue: asyncio.Queue[Connection]) -> Connection:
        """A held connection, made anew where PostgreSQL has ended it: a restart there is none of ours."""
        import asyncpg

        connection = await queue.get()
        if not _has_ended(connection):
            return connection
        fresh = connection
        try:
            with suppress(asyncpg.InterfaceError):
                connection.raw_connection.terminate()  # so that its place in the pool is free
            async with asyncio.timeout(CONNECT_SECONDS):
                fresh = await _hold(self._database)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise _out_of_order(error) from error
        finally:
            if fresh is connection:
                queue.put_nowait(connection)
        self._connections[self._connections.index(connection)] = fresh
        return fresh

    async def write(self, work: Callable[[], Work[T]]) -> T:
        # In a task of its own: a caller that leaves must not end a transaction half-way.
        return await asyncio.shield(asyncio.create_task(self._write(work)))

    async def _write(self, work: Callable[[], Work[T]]) -> T:
        import asyncpg

        for collisions in range(COLLISIONS):
            connection = await self._take(self._writers)
            try:
                async with connection.transaction(isolation="serializable"):
                    return await _drive_async(connection, work())
            except asyncpg.IntegrityConstraintViolationError as error:
                raise IntegrityConflict(str(error)) from error
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                if collisions == COLLISIONS - 1:
                    raise Unavailable("unavailable") from None
            except Exception as error:
                _blame(connection, error)
                raise
            finally:
                self._writers.put_nowait(connection)
            await asyncio.sleep(random.uniform(0, 0.002 * 2 ** min(collisions, 6)))
        raise AssertionError("unreachable")


def _has_ended(connection: Connection) -> bool:
    import asyncpg

    try:
        return bool(connection.raw_connection.is_closed())
    except asyncpg.InterfaceError:  # its pool has taken it back
        return True


def _blame(connection: Connection, error: Exception) -> None:
    """Raises Unavailable where it was not the statement that failed but the connection."""
    import asyncpg

    trouble = (
        OSError, asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError,
        asyncpg.ReadOnlySQLTransactionError,
    )  # fmt: skip
    if isinstance(error, trouble) or _has_ended(connection):
        raise _out_of_order(error) from error


async def _drive_async(connection: Connection, work: Work[T]) -> T:
    value: Any = None
    try:
        while True:
            statement = work.send(value)
            if statement.wants == "none":
                await connection.execute(statement.sql, statement.params)
                value = None
            elif statement.wants == "many":
                value = [dict(row._mapping) for row in await connection.fetch_all(statement.sql, statement.params)]
            else:
                row = await connection.fetch_one(statement.sql, statement.params)
                value = None if row is None else dict(row._mapping)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        work.close()
