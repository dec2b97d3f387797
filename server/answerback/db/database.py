"""The database: reads, and writes as generators of statements (`db/work.py`)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import Unavailable
from .health import Health, Unwatched, Watch
from .sqlite import SQLite
from .work import Row, Work, many, one

if TYPE_CHECKING:
    from .postgres import Postgres

T = TypeVar("T")


def _postgres(url: str, health: Health) -> Postgres:
    """Imports `databases` lazily: it takes 12 MB and a fifth of a second."""
    from .postgres import Postgres

    return Postgres(url, health)


class Database:
    """A database of either kind. Call `connect()` before use and `close()` after; `watch` observes its health."""

    def __init__(self, url: str, watch: Watch | None = None) -> None:
        self.url = url
        health = Health(watch or Unwatched())
        self._watch = health.watch
        self.is_sqlite = url.startswith("sqlite")
        self._backend = SQLite(url, health) if self.is_sqlite else _postgres(url, health)

    async def connect(self) -> None:
        """Opens the connections. Raises Unavailable."""
        try:
            await self._backend.connect()
        except (OSError, sqlite3.Error) as error:
            await self._backend.close()
            raise Unavailable("unavailable", "The database cannot be reached.") from error

    async def close(self) -> None:
        """Finishes waiting writes, then closes."""
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
        """Runs reading statements in one snapshot. Raises Unavailable."""
        return await self._backend.read(work, single=False)

    async def probe(self) -> None:
        """Raises Unavailable unless rows can be read from storage and written."""
        await self._backend.probe()

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """Runs one write atomically; it is durable on return. `work` creates the generator and may be called again
        after a conflict. An exception inside it rolls back this write alone. Raises IntegrityConflict if a constraint
        is violated, and Unavailable if the database is locked, full, read-only or gone."""
        begun = time.perf_counter()
        result = await self._backend.write(work)
        self._watch.wrote(time.perf_counter() - begun)
        return result
