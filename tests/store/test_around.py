"""The part of a thread in which a comment stands, and the parts before and after it."""

from __future__ import annotations

from functools import partial

import pytest
from answerback.comments.thread_store import SORTS, Page, page_of_thread, thread_around
from answerback.core.model import Comment
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.sites.store import add_site

from tests.long_threads import MANY, NOW, comment, furnish, giant, named

pytestmark = pytest.mark.anyio
PAGE = "/a/"
ROOTS = 23


def roots_with_replies() -> Work[None]:
    yield from add_site("one", {"origins": "https://one.example"}, NOW)
    roots = [comment(f"c{number:02}", at=number // 2) for number in range(ROOTS)]
    yield from furnish(roots + [comment(f"{root.id}-reply", root, at=100) for root in roots])
    yield run("UPDATE comments SET pinned = 1 WHERE id = 'c20'")


def ids(comments: list[Comment]) -> list[str]:
    return [each.id for each in comments]


def flat(comments: list[Comment]) -> list[str]:
    return [id for each in comments for id in (each.id, *flat(each.replies))]


async def around(db: Database, id: str, sort: str = "oldest", limit: int = 5) -> Page:
    return await db.read(partial(thread_around, "one", PAGE, sort, id, limit))


@pytest.mark.parametrize("sort", SORTS)
async def test_any_comment_is_found_with_all_before_and_after(database: Database, sort: str) -> None:
    await database.write(roots_with_replies)
    whole = await database.read(partial(page_of_thread, "one", PAGE, sort, None, 100))
    assert (len(whole.comments), whole.next, whole.previous) == (ROOTS, None, None)
    for id in flat(whole.comments):
        page = await around(database, id, sort)
        assert id in flat(page.comments)
        shown, before, after = ids(page.comments), page.previous, page.next
        while before is not None:
            earlier = await database.read(partial(page_of_thread, "one", PAGE, sort, before, 4, back=True))
            shown, before = ids(earlier.comments) + shown, earlier.previous
        while after is not None:
            later = await database.read(partial(page_of_thread, "one", PAGE, sort, after, 4))
            shown, after = shown + ids(later.comments), later.next
        assert shown == ids(whole.comments), id


async def test_a_reply_far_down_comes_with_what_stands_above_it(database: Database) -> None:
    def long() -> Work[None]:
        yield from add_site("one", {"origins": "https://one.example"}, NOW)
        yield from giant(2_100)

    await database.write(long)
    for id in (named(2_099), "below-last", named(1_234)):
        page = await around(database, id)
        assert id in flat(page.comments)
        assert len(flat(page.comments)) < MANY, "not all that stands before it"
    assert page.previous is None


async def test_comment_that_nobody_sees_gives_the_first_page(database: Database) -> None:
    await database.write(roots_with_replies)
    await database.write(lambda: run_all("UPDATE comments SET state = 'hidden' WHERE id = 'c12-reply'"))
    first = await database.read(partial(page_of_thread, "one", PAGE, "oldest", None, 5))
    for id in ("nothing", "c12-reply"):
        assert ids((await around(database, id)).comments) == ids(first.comments)


def run_all(sql: str) -> Work[None]:
    yield run(sql)


async def test_pages_back_are_bounded_and_leave_nothing_out(database: Database) -> None:
    def long_texts() -> Work[None]:
        yield from add_site("one", {"origins": "https://one.example"}, NOW)
        text = "<p>" + "é" * 5_000 + "</p>"
        yield from furnish([comment(f"c{number:02}", at=number, body=text, html=text) for number in range(60)])

    await database.write(long_texts)
    page = await around(database, "c59", limit=50)
    shown, before = ids(page.comments), page.previous
    while before is not None:
        earlier = await database.read(partial(page_of_thread, "one", PAGE, "oldest", before, 50, back=True))
        shown, before = ids(earlier.comments) + shown, earlier.previous
    assert shown == [f"c{number:02}" for number in range(60)]
