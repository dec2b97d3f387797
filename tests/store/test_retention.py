"""What a site keeps for a limited time goes after it, there and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from answerback.accounts import store as people
from answerback.accounts.audit_store import Decision, note
from answerback.answers.retention import DAY_MS, Retention
from answerback.clock import SteppedClock
from answerback.comments.store import keep_thread
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.sites.store import add_site

from tests.services import runtime

pytestmark = pytest.mark.anyio
NOW = 1_800_000_000_000
OLD, YOUNG = NOW - 31 * DAY_MS, NOW - 29 * DAY_MS
KEPT = dict.fromkeys(("keep_address_days", "keep_private_days", "keep_deleted_days", "keep_audit_days"), "30")


def comment(id: str, site: str, at: int, state: str = "published", parent: str | None = None) -> Work[None]:
    yield run(
        """INSERT INTO comments (id, site, page, root_id, parent_id, depth, author_kind, author_name, body, html, state,
            created_at, shown, address_key) VALUES (:id, :site, '/', :id, :parent, 0, 'guest', '', '', '', :state, :at,
            1, 'key')""",
        id=id, site=site, at=at, state=state, parent=parent,
    )  # fmt: skip


def answer(id: str, site: str, question: str, kind: str, at: int) -> Work[None]:
    yield run(
        """INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state, body,
            html, queued_at, due_at, settled_at) VALUES (:id, :kind, :site, '/', '', '', :question, 'v', 'key', 'done',
            'Words', 'Words', :at, :at, :at)""",
        id=id, kind=kind, site=site, question=question, at=at,
    )  # fmt: skip


def furnish(site: str, settings: dict[str, str]) -> Work[None]:
    yield from add_site(site, {"origins": f"https://{site}.example", **settings}, NOW)
    yield from keep_thread(site, "/", "", "", OLD)
    yield from people.add_visitor(f"v-{site}", site, "guest", "", OLD)
    for age, at in (("old", OLD), ("young", YOUNG)):
        id = f"{site}-{age}"
        yield from comment(id, site, at)
        yield from comment(f"{id}-gone", site, at, "deleted")
        yield from comment(f"{id}-asked", site, at, "deleted")
        yield from comment(f"{id}-reply", site, at, parent=f"{id}-asked")
        yield run(
            """INSERT INTO questions (id, site, page, visitor_id, body, html, idempotency_key, created_at)
            VALUES (:id, :site, '/', :visitor, 'A secret', 'A secret', :id, :at)""",
            id=f"{id}-q", site=site, visitor=f"v-{site}", at=at,
        )  # fmt: skip
        yield from answer(f"{id}-a", site, f"{id}-q", "chat", at)
        yield from note(Decision(site, at, "mina@example.com", "hidden", "comment", id))


async def left(db: Database) -> dict[str, Any]:
    async def ids(sql: str) -> set[str]:
        return {row["id"] for row in await db.fetch_all(sql)}

    return {
        "addresses": await ids("SELECT id FROM comments WHERE address_key = 'key'"),
        "askers": await ids("SELECT id FROM answers WHERE address_key = 'key'"),
        "words": await ids("SELECT id FROM answers WHERE body = 'Words'"),
        "private": await ids("SELECT id FROM questions"),
        "comments": await ids("SELECT id FROM comments"),
        "audit": await ids("SELECT subject AS id FROM audit"),
    }


async def test_each_site_keeps_as_long_as_it_says(database: Database) -> None:
    for site, settings in (("strict", KEPT), ("lax", {})):
        await database.write(lambda site=site, settings=settings: furnish(site, settings))
    before, retention = await left(database), Retention(runtime(database, SteppedClock(NOW)))
    for _ in range(2):
        await retention.once()
    after = await left(database)
    of_old = {f"strict-old{end}" for end in ("", "-gone", "-asked", "-reply")}
    assert {name: before[name] - after[name] for name in before} == {
        "addresses": of_old, "askers": {"strict-old-a"}, "words": {"strict-old-a"}, "private": {"strict-old-q"},
        "comments": {"strict-old-gone"}, "audit": {"strict-old"},
    }  # fmt: skip


async def test_audit_trail_of_a_site_may_outlast_the_servers(database: Database) -> None:
    age = NOW - 800 * DAY_MS  # the server keeps 730 days
    for site, days in (("long", "900"), ("usual", "")):
        await database.write(lambda site=site, days=days: furnish(site, {"keep_audit_days": days}))
        await database.write(
            lambda site=site: note(Decision(site, age, "mina", "hidden", "comment", f"{site}-ancient"))
        )
    await Retention(runtime(database, SteppedClock(NOW))).once()
    kept = (await left(database))["audit"]
    assert "long-ancient" in kept and "usual-ancient" not in kept and "usual-old" in kept
