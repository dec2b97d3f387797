"""Damage is found where it is looked for, and said in words."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from answerback.db import sqlite_file
from answerback.db.integrity_store import check_integrity
from answerback.db.work import Work, run
from answerback.errors import Unavailable

from tests.commands import run_command
from tests.postgres import Postgres
from tests.services import migrated_sqlite
from tests.store.test_database import opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database of some pages, in a data folder."""
    path = tmp_path / "answerback.db"
    shutil.copy(migrated_sqlite(), path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO sites VALUES (?, ?, 1, 1)", [(f"{number}", "x" * 900) for number in range(200)]
        )
    return path


def flip_page(path: Path) -> None:
    """Turn every bit of a page near the end."""
    number = path.stat().st_size // 4096 - 20
    with path.open("r+b") as database:
        database.seek(number * 4096)
        page = database.read(4096)
        database.seek(number * 4096)
        database.write(bytes(byte ^ 0xFF for byte in page))


def test_sqlite_that_is_too_old_is_named() -> None:
    """Python brings the system's: Debian 11 has 3.34, which fails in the middle of a statement."""
    with pytest.raises(Unavailable, match=r"SQLite 3\.35 or newer is needed; this Python has 3\.34\.1"):
        sqlite_file.check_version((3, 34, 1))


async def test_flipped_page_is_found(file: Path) -> None:
    async with opened(f"sqlite:///{file}") as db:
        assert (await check_integrity(db)).findings == ()
    flip_page(file)
    async with opened(f"sqlite:///{file}") as db:
        assert (await check_integrity(db)).findings
    done = run_command(["check"], {"ANSWERBACK_DATA_DIR": str(file.parent)})
    assert done.returncode == 1
    assert "error    integrity    the database is damaged" in done.stdout


def lose_index_entries(path: Path) -> None:
    """A row that an index does not know: a replica restored from pages of different moments has such."""
    set_sql = "UPDATE sqlite_master SET sql = ? WHERE name = 'webhooks_of_site'"
    with closing(sqlite3.connect(path)) as connection:
        [sql] = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'webhooks_of_site'").fetchone()
    for text, lost in ((f"{sql} WHERE told_at < 0", True), (sql, False)):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute(set_sql, (text,))
        if lost:
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute(
                    """INSERT INTO webhooks (id, site, url, format, events, secret, told_at, created_at)
                    SELECT 'lost', key, '', '', '', '', 1, 1 FROM sites LIMIT 1"""
                )


async def test_index_without_entries_is_found(file: Path) -> None:
    lose_index_entries(file)
    async with opened(f"sqlite:///{file}") as db:
        assert "webhooks_of_site" in "".join((await check_integrity(db)).findings)


async def test_damaged_postgresql_index_is_found(postgres: Postgres) -> None:
    async with opened(postgres.fresh()) as db:
        assert "CREATE EXTENSION amcheck" in (await check_integrity(db)).unknown
        await db.write(lambda: _run("CREATE EXTENSION amcheck"))
        integrity = await check_integrity(db)
        assert (integrity.findings, integrity.unknown) == ((), "")
        await db.write(
            lambda: _run("INSERT INTO sites (key, settings, created_at, updated_at) VALUES ('a', '{}', 1, 1)")
        )
        # An index on which a row is missing: as after a crash on a disk that lies.
        await db.write(lambda: _run("UPDATE pg_index SET indisready = false WHERE indexrelid = 'sites_pkey'::regclass"))
        await db.write(
            lambda: _run("INSERT INTO sites (key, settings, created_at, updated_at) VALUES ('b', '{}', 1, 1)")
        )
        await db.write(lambda: _run("UPDATE pg_index SET indisready = true WHERE indexrelid = 'sites_pkey'::regclass"))
        assert "sites_pkey" in "".join((await check_integrity(db)).findings)


def _run(sql: str) -> Work[None]:
    yield run(sql)
