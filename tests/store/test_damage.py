"""A SQLite file that is damaged under a running server: it is said as it is, and nothing else breaks."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from answerback.db.connections import READERS
from answerback.db.database import Database
from answerback.db.sqlite import WAL_BYTES
from answerback.db.sqlite_file import at_one_moment
from answerback.db.work import Work, many, run
from answerback.errors import Unavailable

from tests.commands import alone
from tests.postgres import Postgres
from tests.services import migrated_sqlite
from tests.store.test_database import opened

pytestmark = pytest.mark.anyio


def _add(key: str) -> Work[None]:
    yield run(
        "INSERT INTO sites (key, settings, created_at, updated_at) VALUES (:key, :long, 1, 1)", key=key, long="x" * 9000
    )


def _keys() -> Work[list[str]]:
    rows = yield many("SELECT key, settings FROM sites ORDER BY key")
    return [row["key"] for row in rows]


def _grow(number: int) -> Work[None]:
    yield run(
        """INSERT INTO sites (key, settings, created_at, updated_at) VALUES ('long', :long, 1, 1)
        ON CONFLICT (key) DO UPDATE SET settings = excluded.settings""",
        long=f"{number:02}" * 500_000,
    )


async def test_wal_is_small_again_after_a_long_read(tmp_path: Path) -> None:
    """A backup sees one moment of the file for as long as it takes, and nothing is checkpointed meanwhile."""
    file = tmp_path / "answerback.db"
    shutil.copy(migrated_sqlite(), file)
    wal = file.with_name("answerback.db-wal")

    async with opened(f"sqlite:///{file}") as db:
        with at_one_moment(file):
            for number in range(24):
                await db.write(lambda number=number: _grow(number))
            assert wal.stat().st_size > 20_000_000
        for key in "abc":
            await db.write(lambda key=key: _add(key))
        assert wal.stat().st_size <= WAL_BYTES


async def test_moved_file_takes_no_writes(tmp_path: Path) -> None:
    data, away = tmp_path / "data", tmp_path / "away"
    data.mkdir()
    file = data / "answerback.db"
    shutil.copy(migrated_sqlite(), file)
    async with opened(f"sqlite:///{file}") as db:
        await db.probe()
        await db.write(lambda: _add("a"))
        data.rename(away)
        await _nothing_is_taken(db)
        data.mkdir()
        shutil.copy(migrated_sqlite(), file)  # a file, and a whole one, but another
        await _nothing_is_taken(db)
        shutil.rmtree(data)
        away.rename(data)
        await db.probe()
        await db.write(lambda: _add("b"))
        assert await db.read(_keys) == ["a", "b"]


async def _nothing_is_taken(db: Database) -> None:
    with pytest.raises(Unavailable):
        await db.probe()
    with pytest.raises(Unavailable):
        await db.write(lambda: _add("lost"))


@pytest.mark.parametrize("length", [0, 100, 4096])
async def test_truncated_file_is_not_ready_though_cached(tmp_path: Path, length: int) -> None:
    file = tmp_path / "answerback.db"
    shutil.copy(migrated_sqlite(), file)
    async with opened(f"sqlite:///{file}") as db:
        await db.probe()
        os.truncate(file, length)
        with pytest.raises(Unavailable):
            await db.probe()


async def test_read_only_postgresql_is_not_ready(postgres: Postgres) -> None:
    url = postgres.fresh()
    name = url.rpartition("/")[2]
    async with opened(url) as db:
        await db.probe()
        await db.write(lambda: _set(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    async with opened(url) as db:
        with pytest.raises(Unavailable):
            await db.probe()


def test_stop_after_postgresql_dropped_connections(postgres: Postgres) -> None:
    async def stop() -> None:
        db = Database(url)
        await db.connect()
        postgres.drop_connections(url)
        with pytest.raises(Unavailable):
            await db.probe()
        await db.close()

    url = postgres.fresh()
    alone(lambda: asyncio.run(stop()))


def _set(sql: str) -> Work[None]:
    yield run(sql)


async def test_truncated_wal_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "answerback.db"
    shutil.copy(migrated_sqlite(), file)
    async with opened(f"sqlite:///{file}") as db:
        await db.write(lambda: _add("a"))
        os.truncate(f"{file}-wal", 0)
        for _ in range(2 * READERS):
            with pytest.raises(Unavailable):
                await db.read(_keys)
