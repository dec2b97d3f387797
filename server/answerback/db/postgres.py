"""PostgreSQL: pooled connections, and serializable transactions that are retried on conflict."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import databases
from databases.core import Connection

from ..errors import Unavailable, Unreachable
from .connections import READERS, follow_up
from .health import Health
from .work import IntegrityConflict, Work

T = TypeVar("T")
WRITERS = 4
COLLISIONS = 40
CONNECT_SECONDS = 10


async def hold(database: databases.Database) -> Connection:
    """Keeps a connection open in a task of its own, because `databases` binds connections to tasks."""

    async def acquire() -> Connection:
        connection = database.connection()
        await connection.__aenter__()
        return connection

    return await asyncio.create_task(acquire())


class Standby(Exception):
    """The server is read-only: a standby, or a primary that was demoted."""


class Postgres:
    """A database on a PostgreSQL server."""

    def __init__(self, url: str, health: Health) -> None:
        self._health = health
        size = READERS + WRITERS
        self._database = databases.Database(url, min_size=size, max_size=size)
        self._connections: list[Connection] = []
        self._readers: asyncio.Queue[Connection] = asyncio.Queue()
        self._writers: asyncio.Queue[Connection] = asyncio.Queue()
        self._running: set[asyncio.Task[Any]] = set()

    async def connect(self) -> None:
        """Opens all connections. Raises Unavailable."""
        import asyncpg

        try:
            await self._database.connect()
        except asyncpg.PostgresError as error:
            raise Unavailable("unavailable", "The database cannot be reached.") from error
        for queue, count in ((self._readers, READERS), (self._writers, WRITERS)):
            for _ in range(count):
                connection = await hold(self._database)
                self._connections.append(connection)
                queue.put_nowait(connection)

    async def close(self) -> None:
        """Waits for running work, then closes all connections."""
        import asyncpg

        if self._running:
            await asyncio.wait(self._running)  # including those whose callers are gone
        for connection in self._connections:
            # After a refused connection, `databases` counts one user of it too many.
            while connection._connection_counter:
                # Drop connections that PostgreSQL has closed.
                with suppress(asyncpg.InternalClientError, asyncpg.PostgresError, OSError):
                    await connection.__aexit__()
        self._connections.clear()
        await self._database.disconnect()

    async def read(self, work: Callable[[], Work[T]], *, single: bool) -> T:
        """Runs a read; `single` is one statement, without a transaction. Raises Unavailable."""
        return await self._in_a_task(self._read_at_last(work, single=single))

    async def _in_a_task(self, running: Coroutine[Any, Any, T]) -> T:
        """Shields a transaction from the caller's cancellation, which would leave it open on the connection."""
        task = asyncio.create_task(running)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _read_at_last(self, work: Callable[[], Work[T]], *, single: bool) -> T:
        try:
            result = await self._read(work, single=single)
        except Unavailable:  # this connection was just cut; try another
            result = await self._read(work, single=single)
        self._health.worked("read")
        return result

    async def _read(self, work: Callable[[], Work[T]], *, single: bool) -> T:
        connection = await self._take("read")
        try:
            if single:
                return await _drive_async(connection, work(), [])
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                return await _drive_async(connection, work(), [])
        except Exception as error:
            self._blame("read", connection, error)
            raise
        finally:
            self._readers.put_nowait(connection)

    async def probe(self) -> None:
        """Raises Unavailable unless it can be read and written; a standby cannot."""
        connection = await self._take("write")
        try:
            await connection.fetch_one("TABLE alembic_version")
            row = await connection.fetch_one("SHOW transaction_read_only")
        except Exception as error:
            raise self._health.refused("write", error) from error
        finally:
            self._writers.put_nowait(connection)
        if row is None or row[0] != "off":
            raise self._health.refused("write", Standby())

    async def _take(self, kind: str) -> Connection:
        """A pooled connection, reopened if PostgreSQL has closed it."""
        import asyncpg

        queue, begun = self._readers if kind == "read" else self._writers, time.perf_counter()
        connection = await queue.get()
        self._health.watch.waited(kind, time.perf_counter() - begun)
        if not _has_ended(connection):
            return connection
        fresh = connection
        try:
            with suppress(asyncpg.InterfaceError):
                connection.raw_connection.terminate()  # frees its place in the pool
            async with asyncio.timeout(CONNECT_SECONDS):
                fresh = await hold(self._database)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise self._health.refused(kind, error) from error
        finally:
            if fresh is connection:
                queue.put_nowait(connection)
        self._connections[self._connections.index(connection)] = fresh
        return fresh

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """Runs a serializable transaction, with retries on conflict. Raises Unavailable."""
        return await self._in_a_task(self._write(work))

    async def _write(self, work: Callable[[], Work[T]]) -> T:
        import asyncpg

        for collisions in range(COLLISIONS):
            connection = await self._take("write")
            calls: list[Callable[[], None]] = []
            try:
                async with connection.transaction(isolation="serializable"):
                    result = await _drive_async(connection, work(), calls)
                self._health.worked("write")
                follow_up(calls)
                return result
            except asyncpg.IntegrityConstraintViolationError as error:
                raise IntegrityConflict(str(error)) from error
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                if collisions == COLLISIONS - 1:
                    raise Unavailable("unavailable") from None
            except Exception as error:
                self._blame("write", connection, error)
                raise
            finally:
                self._writers.put_nowait(connection)
            await asyncio.sleep(random.uniform(0, 0.002 * 2 ** min(collisions, 6)))
        raise AssertionError("unreachable")

    def _blame(self, kind: str, connection: Connection, error: Exception) -> None:
        """Raises Unavailable if the connection failed rather than the statement."""
        import asyncpg

        trouble = (
            OSError, asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError,
            asyncpg.ReadOnlySQLTransactionError,
        )  # fmt: skip
        if isinstance(error, trouble) or _has_ended(connection):
            raise self._health.refused(kind, error) from error


@asynccontextmanager
async def lone_connection(url: str) -> AsyncIterator[Any]:
    """A separate asyncpg connection, for migrations. Raises Unavailable."""
    import asyncpg

    database = databases.Database(url, min_size=1, max_size=1)
    try:
        await database.connect()
    except (OSError, asyncpg.PostgresError) as error:  # its message may contain the URL with the password
        raise Unreachable("unavailable", f"The database cannot be reached ({type(error).__name__}).") from error
    try:
        async with database.connection() as connection:
            yield connection.raw_connection
    finally:
        await database.disconnect()


def _has_ended(connection: Connection) -> bool:
    import asyncpg

    try:
        return bool(connection.raw_connection.is_closed())
    except asyncpg.InterfaceError:  # already returned to the pool
        return True


async def _drive_async(connection: Connection, work: Work[T], calls: list[Callable[[], None]]) -> T:
    value: Any = None
    try:
        while True:
            statement = work.send(value)
            if statement.wants == "none":
                await connection.execute(statement.sql, statement.params)
                value = None
            elif statement.wants == "after":
                calls.append(statement.params["call"])
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
