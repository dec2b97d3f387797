"""What is over goes by itself, a stretch at a time; what anybody may still need stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from answerback.accounts import store as people
from answerback.accounts.identities import store as identities
from answerback.accounts.privacy.sweeping import Sweeping
from answerback.accounts.privacy.sweeping_store import SWEEPS
from answerback.clock import SteppedClock
from answerback.core.times import day_of
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.sites.store import add_site

from tests import services

pytestmark = pytest.mark.anyio
DAY = 86_400_000


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def db(database: Database, clock: SteppedClock) -> Database:
    await database.write(lambda: add_site("demo", {"origins": "https://blog.example"}, clock.now()))
    return database


def guest(id: str, now: int) -> Work[None]:
    """Somebody with a session."""
    yield from people.add_visitor(id, "demo", "guest", "", now)
    values = {"id": f"of-{id}", "site": "demo", "visitor_id": id, "origin": "", "agent": "", "now": now}
    secrets = {"cookie_hash": f"cookie-{id}", "bearer_hash": None, "expires_at": now + 365 * DAY}
    yield from people.add_session(values | secrets)


async def ids(db: Database, table: str, key: str = "id") -> set[str]:
    return {row["id"] for row in await db.fetch_all(f"SELECT {key} AS id FROM {table}")}


async def all_of_it(db: Database, clock: SteppedClock, rows: int = 500, runs: int = 1) -> None:
    sweeping = Sweeping(db, clock, rows)
    for _ in range(runs):
        await sweeping.once()


async def test_sessions_go_a_day_after_their_end(db: Database, clock: SteppedClock) -> None:
    def work() -> Work[None]:
        for id in ("over", "left", "alive"):
            yield from guest(id, clock.now())
        yield run("UPDATE sessions SET expires_at = :now WHERE visitor_id = 'over'", now=clock.now())
        yield from people.revoke_session("of-left", clock.now())

    await db.write(work)
    await all_of_it(db, clock)
    assert await ids(db, "sessions") == {"of-over", "of-left", "of-alive"}
    clock.advance(days=1, seconds=1)
    await all_of_it(db, clock)
    assert await ids(db, "sessions") == {"of-alive"}
    assert await ids(db, "visitors") == {"over", "left", "alive"}


THREAD = "INSERT INTO threads (site, page, url, title, created_at) VALUES ('demo', '/', '', '', 1)"
COMMENT = """INSERT INTO comments (id, site, page, root_id, depth, author_kind, author_name, body, html, state,
    created_at) VALUES ('comment', 'demo', '/', 'comment', 0, 'guest', '', '', '', 'published', 1)"""
TRACES = {
    "wrote": "UPDATE comments SET visitor_id = 'wrote' WHERE id = 'comment'",
    "voted": "INSERT INTO votes (comment_id, visitor_id, value) VALUES ('comment', 'voted', 1)",
    "reported": """INSERT INTO reports (comment_id, visitor_id, reason, created_at)
        VALUES ('comment', 'reported', '', 1)""",
    "asked": """INSERT INTO questions (id, site, page, visitor_id, body, html, idempotency_key, created_at)
        VALUES ('question', 'demo', '/', 'asked', 'Why?', '', 'key', 1)""",
    "blocked": "UPDATE visitors SET blocked = 1 WHERE id = 'blocked'",
    "favoured": "UPDATE visitors SET daily_answers = '50' WHERE id = 'favoured'",
    "signed-in": "UPDATE visitors SET kind = 'user' WHERE id = 'signed-in'",
}


async def test_empty_guests_are_removed(db: Database, clock: SteppedClock) -> None:
    def work() -> Work[None]:
        for id in (*TRACES, "idle"):
            yield from guest(id, clock.now())
        for sql in (THREAD, COMMENT, *TRACES.values()):
            yield run(sql)

    await db.write(work)
    clock.advance(days=30)
    await db.write(lambda: guest("young", clock.now()))
    await all_of_it(db, clock)
    assert "idle" in await ids(db, "visitors")
    clock.advance(seconds=1)
    await all_of_it(db, clock)
    assert await ids(db, "visitors") == {*TRACES, "young"}
    assert await ids(db, "sessions") == {f"of-{id}" for id in (*TRACES, "young")}


async def test_each_sweep_covers_the_next_rows(db: Database, clock: SteppedClock) -> None:
    def work() -> Work[None]:
        for number in range(7):
            yield from guest(f"guest-{number}", clock.now())
        yield from people.add_visitor("guest-2-and-a-half", "demo", "user", "Mina", clock.now())

    await db.write(work)
    clock.advance(days=31)
    sweeping, left = Sweeping(db, clock, rows=3), []
    for _ in range(4):
        await sweeping.once()
        left.append(len(await ids(db, "visitors")))
    assert left == [5, 3, 1, 1]
    await db.write(lambda: guest("guest-0", clock.now() - 31 * DAY))
    await all_of_it(db, clock)
    assert await ids(db, "visitors") == {"guest-2-and-a-half"}


OVER: dict[str, tuple[str, str]] = {
    "account_sessions": ("hash", """(hash, site, visitor_id, created_at, expires_at)
        VALUES (:id, 'demo', 'mina', 1, :at)"""),
    "owner_sessions": ("hash", "(hash, owner_id, created_at, expires_at) VALUES (:id, 'owner', 1, :at)"),
    "owner_links": ("hash", "(hash, owner_id, expires_at) VALUES (:id, 'owner', :at)"),
    "pending_owners": ("hash", "(hash, owner_id, credentials, expires_at) VALUES (:id, 'owner', 0, :at)"),
    "used_challenges": ("hash", "(hash, expires_at) VALUES (:id, :at)"),
    "sign_in_codes": ("hash", "(hash, sign_in_id, visitor_id, expires_at) VALUES (:id, 'x', 'mina', :at)"),
    "sign_ins": ("id", """(id, site, origin, return_to, nonce, challenge, lang, browser, created_at, expires_at)
        VALUES (:id, 'demo', '', '', '', '', 'en', '', 1, :at)"""),
    "oauth_states": ("hash", """(hash, provider, browser, sign_in_id, verifier, nonce, expires_at)
        VALUES (:id, 'kakao', '', '', '', '', :at)"""),
    "sso_tokens": ("jti", "(site, jti, expires_at) VALUES ('demo', :id, :at)"),
    "mail_links": ("id", """(id, purpose, site, email, lang, created_at, expires_at, state, due_at)
        VALUES (:id, 'sign_in', 'demo', 'mina@example.com', 'en', 1, :at, 'sent', 1)"""),
    "mail_counts": ("bucket", "(bucket, since, count) VALUES (:id, :at, 1)"),
}  # fmt: skip


async def test_expired_rows_go_after_a_day(db: Database, clock: SteppedClock) -> None:
    def work() -> Work[None]:
        yield from identities.add_member("mina", "demo", "Mina", clock.now())
        yield from people.add_owner("owner", "owner@example.com", None, [], clock.now(), all_sites=True)
        for table, (_, values) in OVER.items():
            for id, at in (("over", clock.now() - DAY - 1), ("just", clock.now() - DAY + 1)):
                yield run(f"INSERT INTO {table} {values}", id=id, at=at)

    await db.write(work)
    await all_of_it(db, clock)
    for table, (key, _) in OVER.items():
        assert await ids(db, table, key) == {"just"}, table
    assert await ids(db, "visitors") == {"mina"}
    assert await ids(db, "owners") == {"owner"}


def test_every_table_with_an_expiry_is_swept() -> None:
    with closing(sqlite3.connect(services.migrated_sqlite())) as connection:
        tables = connection.execute(
            """SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
            WHERE m.type = 'table' AND c.name = 'expires_at'"""
        )
        assert {name for (name,) in tables} == {of.table for of in SWEEPS if "expires_at" in of.over}


async def test_answer_counts_go_after_the_last_time_zone(db: Database, clock: SteppedClock) -> None:
    used = "INSERT INTO quota_usage (bucket, day, used) VALUES (:bucket, :day, 1)"
    alert = """INSERT INTO budget_alerts (site, day, budget, used, most, at)
        VALUES ('demo', :day, 'tokens', 8, 10, 1)"""
    days = [day_of(clock.now() - days * DAY, "UTC") for days in range(5)]

    def work() -> Work[None]:
        for bucket in ("address:demo:x", "visitor:demo:v"):
            for day in days:
                yield run(used, bucket=bucket, day=day)
        for day in days:
            yield run(alert, day=day)

    await db.write(work)
    await all_of_it(db, clock, rows=3, runs=4)
    for table in ("quota_usage", "budget_alerts"):
        left = await db.fetch_all(f"SELECT DISTINCT day FROM {table} ORDER BY day DESC")
        assert [row["day"] for row in left] == days[:3]
