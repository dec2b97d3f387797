"""The same promises on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from answerback.answers import quota
from answerback.core.model import Visitor
from answerback.db import Database, IntegrityConflict, Work, one, run
from answerback.sites.settings import Site, read_site

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000


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
        *(database.write(partial(quota.reserve, f"a{n}", site, visitor, "addr", NOW)) for n in range(40))
    )
    held = [f"a{number}" for number, refused in enumerate(results) if refused is None]
    assert len(held) == 5
    assert {refused["code"] for refused in results if refused} == {"quota_exhausted"}
    for _ in range(2):  # a second refund gives nothing
        await database.write(lambda: quota.refund(held[0]))
    view = await database.read(lambda: quota.view(site, visitor, "addr", NOW))
    assert (view["used"], view["left"]) == (4, 1)
    await database.write(lambda: quota.settle(held[1], site, NOW, quota.Bill(10, 3)))
    await database.write(lambda: quota.refund(held[1]))
    view = await database.read(lambda: quota.view(site, visitor, "addr", NOW))
    assert view["used"] == 4


async def test_a_fresh_guest_is_no_fresh_quota(database: Database) -> None:
    site = read_site("demo", {"origins": "https://a.example", "address_daily_answers": "3"}, daily_answers=5)
    refused = []
    for number in range(5):
        visitor = Visitor(f"v{number}", "demo", "guest", "")
        refused.append(await database.write(partial(quota.reserve, f"a{number}", site, visitor, "addr", NOW)))
    assert [item is None for item in refused] == [True, True, True, False, False]
