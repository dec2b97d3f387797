"""The same promises on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import pytest
from answerback.answers import quota
from answerback.core.model import Visitor
from answerback.db.database import Database
from answerback.db.work import IntegrityConflict, Work, after, many, one, run
from answerback.sites.settings import Site, read_site
from answerback.sites.store import add_site

from tests.services import migrated_sqlite

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = Database(url)
    await db.connect()
    try:
        yield db
    finally:
        await db.close()


def _site() -> Site:
    return read_site("demo", {"origins": "https://a.example"}, daily_answers=5)


async def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    def work() -> Work[None]:
        yield run("INSERT INTO sites (key, settings, created_at, updated_at) VALUES ('a', '{}', 1, 1)")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await database.write(work)
    assert await database.fetch_all("SELECT key FROM sites") == []


async def test_a_broken_constraint_is_a_conflict(database: Database) -> None:
    def work() -> Work[None]:
        yield run("INSERT INTO sites (key, settings, created_at, updated_at) VALUES ('a', '{}', 1, 1)")

    await database.write(work)
    with pytest.raises(IntegrityConflict):
        await database.write(work)


async def test_what_follows_a_write_is_called_once_it_is_saved(database: Database) -> None:
    """Also when whoever wrote has left meanwhile, and when another call fails; not when the write is undone."""
    called = []

    def add(key: str) -> Work[None]:
        yield after(lambda: called.append(key))
        yield after(lambda: called.pop(100))
        yield run("INSERT INTO sites (key, settings, created_at, updated_at) VALUES (:key, '{}', 1, 1)", key=key)
        if key == "undone":
            raise RuntimeError(key)

    task = asyncio.create_task(database.write(lambda: add("left")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(RuntimeError):
        await database.write(lambda: add("undone"))
    await database.write(lambda: add("saved"))
    async with asyncio.timeout(20):
        while len(called) < 2:  # noqa: ASYNC110  nobody is told of it; of two writers, either may be first
            await asyncio.sleep(0)
    assert sorted(called) == ["left", "saved"]


async def test_reader_who_leaves_leaves_no_old_snapshot(database: Database) -> None:
    def look() -> Work[None]:
        for _ in range(5):
            yield many("SELECT key FROM sites")

    for turns in range(60):
        task = asyncio.create_task(database.read(look))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    key = "new"
    await database.write(lambda: add_site(key, {"origins": "https://a.example"}, 1))
    for _ in range(20):
        assert await database.fetch_all("SELECT key FROM sites") == [{"key": key}]


async def test_failed_write_in_a_group_hurts_no_other(database: Database) -> None:
    def add(key: str) -> Work[str]:
        yield run("INSERT INTO sites (key, settings, created_at, updated_at) VALUES (:key, '{}', 1, 1)", key=key)
        if key == "c":
            raise RuntimeError("no")
        return key

    keys = ("a", "b", "c", "a", "d")
    results = await asyncio.gather(*(database.write(partial(add, key)) for key in keys), return_exceptions=True)
    assert sorted(str(result) for result in results if isinstance(result, str)) == ["a", "b", "d"]
    assert sum(isinstance(result, IntegrityConflict) for result in results) == 1
    assert sum(isinstance(result, RuntimeError) for result in results) == 1
    assert await database.fetch_all("SELECT key FROM sites ORDER BY key") == [{"key": key} for key in "abd"]


async def test_foreign_keys_are_enforced(database: Database) -> None:
    def work() -> Work[None]:
        yield run(
            """INSERT INTO answered_questions (answer_id, site, question_id, terms, updated_at)
            VALUES ('x', 'a', 'q', '', 1)"""
        )

    with pytest.raises(IntegrityConflict):
        await database.write(work)


async def test_abandoned_write_finishes_before_closing(database: Database) -> None:
    def work() -> Work[None]:
        for number in range(50):
            yield run(
                "INSERT INTO login_failures (bucket, failures, last_at) VALUES (:bucket, 1, 1)", bucket=str(number)
            )

    async with opened(database.url) as leaving:
        caller = asyncio.create_task(leaving.write(work))
        await asyncio.sleep(0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
    assert await database.fetch_one("SELECT count(*) AS kept FROM login_failures") == {"kept": 50}


async def test_acknowledged_writes_are_on_disk(tmp_path: Path) -> None:
    """What a power cut would leave, taken at the moment when the write has returned."""
    file, after = tmp_path / "answerback.db", tmp_path / "after"
    shutil.copy(migrated_sqlite(), file)

    def work() -> Work[int]:
        yield run("INSERT INTO sites (key, settings, created_at, updated_at) VALUES ('a', '{}', 1, 1)")
        row = yield one("PRAGMA synchronous")
        return int(row["synchronous"])

    full = 2
    async with opened(f"sqlite:///{file}") as db:
        assert await db.write(work) == full
        assert (await db.fetch_one("PRAGMA journal_mode")) == {"journal_mode": "wal"}
        shutil.copytree(tmp_path, after)
    with closing(sqlite3.connect(after / "answerback.db")) as found:
        assert found.execute("SELECT key FROM sites").fetchall() == [("a",)]


async def test_two_writing_processes_lose_nothing(database: Database) -> None:
    def begin() -> Work[None]:
        yield run("INSERT INTO quota_usage (bucket, day, used) VALUES ('x', 'd', 0)")

    def add() -> Work[None]:
        row = yield one("SELECT used FROM quota_usage WHERE bucket = 'x'")
        yield run("UPDATE quota_usage SET used = :used WHERE bucket = 'x'", used=row["used"] + 1)

    async def twenty_five(db: Database) -> None:
        for _ in range(25):
            await db.write(add)

    await database.write(begin)
    async with opened(database.url) as other:
        await asyncio.gather(twenty_five(database), twenty_five(other))
    assert await database.fetch_one("SELECT used FROM quota_usage") == {"used": 50}


async def test_fifty_read_modify_writes_lose_nothing(database: Database) -> None:
    def begin() -> Work[None]:
        yield run("INSERT INTO quota_usage (bucket, day, used) VALUES ('x', 'd', 0)")

    def add() -> Work[None]:
        row = yield one("SELECT used FROM quota_usage WHERE bucket = 'x'")
        yield run("UPDATE quota_usage SET used = :used WHERE bucket = 'x'", used=row["used"] + 1)

    await database.write(begin)
    await asyncio.gather(*(database.write(add) for _ in range(50)))
    assert await database.fetch_one("SELECT used FROM quota_usage") == {"used": 50}


async def test_the_quota_is_exact_under_concurrency_and_given_back(database: Database) -> None:
    site, visitor = _site(), Visitor("v", "demo", "guest", "")
    results = await asyncio.gather(
        *(database.write(partial(quota.reserve, f"a{n}", site, visitor, "addr", "/p", NOW)) for n in range(40))
    )
    held = [f"a{number}" for number, refused in enumerate(results) if refused is None]
    assert len(held) == 5
    assert {refused["code"] for refused in results if refused} == {"quota_exhausted"}
    for _ in range(2):  # a second refund gives nothing
        await database.write(lambda: quota.refund(held[0]))
    view = await database.read(lambda: quota.view(site, visitor, "addr", "/p", NOW))
    assert (view["used"], view["left"]) == (4, 1)
    await database.write(lambda: quota.settle(held[1], site, NOW, quota.Charge(10, 3)))
    await database.write(lambda: quota.refund(held[1]))
    view = await database.read(lambda: quota.view(site, visitor, "addr", "/p", NOW))
    assert view["used"] == 4
