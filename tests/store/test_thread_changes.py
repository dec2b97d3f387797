"""Each change of a thread is noted by the database itself, and counts and places follow, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from answerback.comments import store
from answerback.comments.changes_store import changes_after, count_changes, newest_change
from answerback.comments.thread_store import page_of_thread
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.sites.store import add_site
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.long_threads import NOW, comment, furnish

pytestmark = pytest.mark.anyio
STATES = ("published", "pending", "hidden", "deleted")
IDS = ("root", "reply", "below", "other")
CHANGE = st.tuples(st.sampled_from(IDS), st.sampled_from(STATES))


def some() -> Work[None]:
    root = comment("root")
    reply = comment("reply", root)
    yield from add_site("one", {"origins": "https://one.example"}, NOW)
    yield from furnish([root, reply, comment("below", reply), comment("other")])


def set_states(changes: list[tuple[str, str]]) -> Work[None]:
    for id, state in changes:
        yield run("UPDATE comments SET state = :state WHERE id = :id", id=id, state=state)


async def seen(db: Database) -> tuple[dict[str, int], int, set[str]]:
    """The count of the page, the thread's own total, and the roots that have a place."""
    counts = await db.read(lambda: store.counts("one", ["/a/"]))
    page = await db.read(lambda: page_of_thread("one", "/a/", "oldest", None, 50))
    return counts, page.thread.total, {root.id for root in page.comments}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CHANGE, max_size=4), max_size=4))
async def test_counts_and_places_follow_every_change(database: Database, batches: list[list[tuple[str, str]]]) -> None:
    def clear() -> Work[None]:
        for table in ("comments", "thread_changes", "threads", "sites"):
            yield run(f"DELETE FROM {table}")

    await database.write(clear)
    await database.write(some)
    states = dict.fromkeys(IDS, "published")
    for batch in batches:
        await database.write(partial(set_states, batch))
        states |= dict(batch)
        published = sum(state == "published" for state in states.values())
        kept = {"root"} if "published" in (states["reply"], states["below"]) and states["root"] != "pending" else set()
        roots = {id for id in ("root", "other") if states[id] == "published"} | kept
        for _ in range(2):
            assert await seen(database) == ({"/a/": published}, published, roots)
            newest = await database.read(newest_change)
            while await database.write(partial(count_changes, newest, 3)):
                pass
        changes, oldest, newest = await database.read(partial(changes_after, 0, 100))
        assert ([change.id for change in changes], oldest) == ([newest], newest)


async def test_removed_rows_are_counted_no_more(database: Database) -> None:
    await database.write(some)

    def remove() -> Work[None]:
        yield run("DELETE FROM comments WHERE id = 'below'")

    await database.write(remove)
    assert (await seen(database))[:2] == ({"/a/": 3}, 3)


async def test_answers_by_the_ai_are_not_counted(database: Database) -> None:
    root = comment("root")
    said = comment("said", root, author_kind="ai", author_id=None)
    await database.write(some)
    await database.write(lambda: furnish([said]))
    assert (await seen(database))[:2] == ({"/a/": 4}, 4)
    for state in ("hidden", "published"):
        await database.write(partial(set_states, [("said", state)]))
        assert (await seen(database))[:2] == ({"/a/": 4}, 4)

    def remove() -> Work[None]:
        yield run("DELETE FROM comments WHERE id = 'said'")

    await database.write(remove)
    assert (await seen(database))[:2] == ({"/a/": 4}, 4)


async def test_votes_answers_and_locks_are_noted(database: Database) -> None:
    from answerback.accounts.votes_store import vote
    from answerback.answers.store import add_answer, claim

    def answer() -> Work[None]:
        yield from add_answer(
            {"id": "a", "kind": "thread", "site": "one", "page": "/a/", "url": "", "title": "", "question_id": "root",
             "visitor_id": "v", "address_key": "", "provider": "", "model": "", "now": NOW}
        )  # fmt: skip

    await database.write(some)
    works: tuple[Callable[[], Work[Any]], ...] = (
        partial(vote, "root", "w", 1), answer, partial(claim, "worker", NOW, NOW + 9, 1),
        partial(store.set_locked, "one", "/a/", True, NOW),
    )  # fmt: skip
    for work, noted in zip(works, (True, False, True, True), strict=True):
        before = await database.read(newest_change)
        await database.write(work)
        assert (await database.read(newest_change) > before) is noted, work
