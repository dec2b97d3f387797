"""At the same moment, on SQLite and PostgreSQL: codes, ways in that are removed, guests that are merged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from answerback.accounts import identities
from answerback.accounts import store as people
from answerback.accounts.credentials_store import end_everything
from answerback.accounts.identities import store as identity_store
from answerback.accounts.identities.model import NewIds, Profile
from answerback.accounts.privacy import merging_store
from answerback.accounts.sign_in.flow import store
from answerback.accounts.sign_in.flow.store import PendingSignIn
from answerback.core.model import Visitor
from answerback.db.database import Database
from answerback.db.work import Work, run

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
GUEST, MEMBER = Visitor("g1", "demo", "guest", ""), Visitor("m1", "demo", "user", "Mina")
BEGUN = PendingSignIn("s1", "demo", "https://a.example", "https://a.example/", "n" * 22, "c" * 43, "en")


@pytest.fixture
async def db(database: Database) -> Database:
    def work() -> Work[None]:
        yield run("INSERT INTO sites (key, settings, created_at, updated_at) VALUES ('demo', '{}', 1, 1)")
        for visitor in (GUEST, MEMBER):
            yield from people.add_visitor(visitor.id, "demo", visitor.kind, visitor.name, NOW)
        yield from store.add_sign_in(BEGUN, "browser", NOW)
        for hash in ("one", "other"):
            yield from store.add_code(hash, "s1", "m1", NOW)

    await database.write(work)
    return database


async def at_once(db: Database, *works: Callable[[], Work[object]]) -> list[object]:
    return list(await asyncio.gather(*(db.write(work) for work in works)))


async def test_one_code_of_a_sign_in_works_once(db: Database) -> None:
    found = await at_once(db, *([lambda: store.use_code("one", NOW), lambda: store.use_code("other", NOW)] * 6))
    assert len([used for used in found if used]) == 1
    begun = await store.sign_in_of(db, "s1", "browser", NOW)
    assert begun is not None and begun.ended_at == NOW
    assert await store.sign_in_of(db, "s1", "another browser", NOW) is None


async def test_concurrent_removals_leave_one_method(db: Database) -> None:
    for number in range(4):
        profile = Profile("https://github.com", str(number))
        ids = NewIds("", f"i{number}")
        assert await db.write(lambda profile=profile, ids=ids: identities.link(MEMBER, profile, ids, NOW))
    removing = [lambda number=number: identities.unlink(MEMBER, f"i{number}") for number in range(4)]
    assert sorted(map(bool, await at_once(db, *removing))) == [False, True, True, True]
    assert len(await db.read(lambda: identity_store.identities_of("m1"))) == 1


async def test_guest_is_merged_once_under_concurrency(db: Database) -> None:
    def leave() -> Work[None]:
        for bucket, used in (("visitor:demo:g1", 3), ("visitor:demo:m1", 1)):
            yield run("INSERT INTO quota_usage (bucket, day, used) VALUES (:bucket, '2026-11-23', :used)",
                      bucket=bucket, used=used)  # fmt: skip
        yield run("INSERT INTO quota_holds (answer_id, bucket, day) VALUES ('a1', 'visitor:demo:g1', '2026-11-23')")

    await db.write(leave)
    await at_once(db, *[lambda: merging_store.merge(GUEST, MEMBER)] * 6)
    assert await db.fetch_all("SELECT bucket, used FROM quota_usage") == [{"bucket": "visitor:demo:m1", "used": 4}]
    assert await db.fetch_all("SELECT bucket FROM quota_holds") == [{"bucket": "visitor:demo:m1"}]


async def test_ending_sessions_spares_the_current_page(db: Database) -> None:
    def open_much() -> Work[None]:
        for id in ("e1", "e2"):
            yield run(
                """INSERT INTO sessions (id, site, visitor_id, origin, created_at, expires_at)
                VALUES (:id, 'demo', 'm1', '', 1, 2)""", id=id,
            )  # fmt: skip
            yield run(
                """INSERT INTO account_sessions (hash, site, visitor_id, created_at, expires_at)
                VALUES (:id, 'demo', 'm1', 1, 2)""", id=id,
            )  # fmt: skip

    await db.write(open_much)
    await db.write(lambda: end_everything("m1", NOW, but_page="e2"))
    assert await db.fetch_all("SELECT hash FROM account_sessions") == [{"hash": "e2"}]
    assert await db.fetch_all("SELECT id FROM sessions WHERE revoked_at IS NULL") == []
    assert await at_once(db, lambda: store.use_code("one", NOW)) == [None]
