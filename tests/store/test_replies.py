"""Long threads on both databases: no thread hides another, and every reply is reached, once and in its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from answerback.comments.thread_store import REPLIES_LIMIT, Page, Position, page_of_thread, replies_of
from answerback.core.model import Comment
from answerback.db.database import Database
from answerback.db.work import Statement, Work, many, run
from answerback.sites.store import add_site

from tests.long_threads import MANY, NOW, comment, furnish, giant, named
from tests.services import migrated_sqlite

pytestmark = pytest.mark.anyio
PAGE = "/a/"


def with_site(comments: Callable[[], Work[None]]) -> Work[None]:
    yield from add_site("one", {"origins": "https://one.example"}, NOW)
    yield from comments()


@pytest.fixture
async def long_thread(database: Database) -> Database:
    await database.write(lambda: with_site(giant))
    return database


async def listing(db: Database, limit: int = 50) -> Page:
    return await db.read(lambda: page_of_thread("one", PAGE, "oldest", None, limit))


async def rest(db: Database, root: str, after: Position) -> list[Comment]:
    """The root, once for each of the pages on which its replies go on."""
    roots: list[Comment] = []
    while True:
        page = await db.read(lambda at=after: replies_of("one", PAGE, root, at))
        roots += page.comments
        if root not in page.more:
            return roots
        after = page.more[root]


def ids(comments: list[Comment]) -> list[str]:
    return [id for each in comments for id in (each.id, *ids(each.replies))]


async def test_a_giant_thread_hides_no_other_threads_replies(long_thread: Database) -> None:
    page = await listing(long_thread)
    big, small = page.comments
    assert ids(small.replies) == ["s1", "s2"]
    assert list(page.more) == ["big"]
    assert REPLIES_LIMIT // 2 <= len(ids(big.replies)) < MANY
    assert page.thread.total == MANY + 6


async def test_the_rest_of_the_replies_is_reached_once_and_in_order(long_thread: Database) -> None:
    page = await listing(long_thread)
    shown = ids(page.comments[0].replies)
    pages = await rest(long_thread, "big", page.more["big"])
    given = [reply.id for root in pages for reply in root.replies]
    direct = list(dict.fromkeys([id for id in shown if id.startswith("r")] + given))
    assert direct == [named(number) for number in range(MANY)]
    first, last = (reply for reply in pages[-1].replies if reply.replies)
    assert (ids([first]), ids([last])) == ([named(0), "below-first"], [named(MANY - 1), "below-last"])
    assert len(given) == len(set(given)) + 1  # the last one again, above what comes a page later


async def test_as_many_replies_as_fit_are_shown_whole(long_thread: Database) -> None:
    def fewer() -> Work[None]:
        left = MANY + 2 - (REPLIES_LIMIT - 2)
        yield run(
            """DELETE FROM comments WHERE id IN (
                SELECT id FROM comments WHERE root_id = 'big' AND depth = 1 ORDER BY id LIMIT :left)""",
            left=left,
        )
        yield run("UPDATE comments SET parent_id = 'big' WHERE id = 'below-first'")

    await long_thread.write(fewer)
    page = await listing(long_thread)
    assert page.more == {}
    assert sum(len(ids(root.replies)) for root in page.comments) == REPLIES_LIMIT


async def test_a_pinned_reply_stands_first_however_late_it_came(long_thread: Database) -> None:
    await long_thread.write(lambda: pin("below-last", "big"))
    page = await listing(long_thread)
    big = page.comments[0]
    assert "below-last" in ids(big.replies)
    assert big.replies[-1].id == named(MANY - 1)  # what it hangs below has come along
    await long_thread.write(lambda: pin(named(MANY - 1)))
    assert (await listing(long_thread)).comments[0].replies[0].id == named(MANY - 1)


def pin(*ids: str) -> Work[None]:
    for id in ids:
        yield run("UPDATE comments SET pinned = 1 WHERE id = :id", id=id)


async def test_what_is_gone_keeps_its_place_above_later_replies(long_thread: Database) -> None:
    def work() -> Work[None]:
        yield run("UPDATE comments SET state = 'deleted', body = '', html = '' WHERE id IN ('r1000', 'r1001')")
        yield run("UPDATE comments SET state = 'pending' WHERE id = 'r1002'")

    await long_thread.write(work)
    page = await listing(long_thread)
    assert page.comments[0].replies[0].id == "r1003"
    pages = await rest(long_thread, "big", page.more["big"])
    [gone] = [reply for root in pages for reply in root.replies if reply.id == "r1000"]
    assert (gone.state, ids(gone.replies)) == ("deleted", ["below-first"])
    assert not {"r1001", "r1002"} & {id for root in pages for id in ids(root.replies)}


@pytest.mark.parametrize("state", ["hidden", "deleted", "pending"])
async def test_no_replies_are_read_of_what_nobody_sees(database: Database, state: str) -> None:
    root, seen = comment("root", state=state), comment("seen")
    some = [root, comment("gone", root, state="deleted"), seen, comment("reply", seen)]
    await database.write(lambda: with_site(lambda: furnish(some)))
    for site, page, id in (
        ("one", PAGE, "root"), ("one", PAGE, "reply"), ("one", "/b", "seen"), ("two", PAGE, "seen"), ("one", PAGE, "x")
    ):  # fmt: skip
        found = await database.read(lambda s=site, p=page, i=id: replies_of(s, p, i, (0, "")))
        assert (found.comments, found.more) == ([], {})
    found = await database.read(lambda: replies_of("one", PAGE, "seen", (0, "")))
    assert ids(found.comments) == ["seen", "reply"]


THREAD = partial(page_of_thread, "one", PAGE, "oldest", None, 50)
READS: dict[str, tuple[int, Callable[[], Work[Any]], int]] = {
    "few": (9, THREAD, 1),
    "many": (MANY, THREAD, 2),
    "the rest": (9, partial(replies_of, "one", PAGE, "big", (0, "")), 1),
}


@pytest.mark.parametrize("reading", READS)
async def test_replies_are_read_along_an_index(tmp_path: Path, reading: str) -> None:
    """What reading them costs follows what is shown: nothing else is gone through, and nothing is sorted."""
    replies, read, statements = READS[reading]
    shutil.copy(migrated_sqlite(), tmp_path / "answerback.db")
    db = Database(f"sqlite:///{tmp_path}/answerback.db")
    await db.connect()
    await db.write(lambda: with_site(lambda: giant(replies)))
    sent: list[Statement] = []
    await db.read(lambda: noting(read(), sent))
    of_replies = [each for each in sent if "root_id IN" in each.sql or "root_id = :" in each.sql]
    assert len(of_replies) == statements
    for statement in of_replies:
        plan = [row["detail"] for row in await db.read(partial(explain, statement))]
        walks = [step for step in plan if step.startswith(("SCAN c", "SEARCH c", "USE TEMP"))]
        assert walks and all("USING INDEX replies_of_root (site=? AND root_id=?" in step for step in walks), plan
    await db.close()


def explain(statement: Statement) -> Work[Any]:
    return (yield many(f"EXPLAIN QUERY PLAN {statement.sql}", **statement.params))


def noting(work: Work[Any], sent: list[Statement]) -> Work[Any]:
    value = None
    while True:
        try:
            statement = work.send(value)
        except StopIteration as end:
            return end.value
        sent.append(statement)
        value = yield statement
