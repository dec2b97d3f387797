"""Aliases join threads, with all that is in them, and lead later calls to the new one."""

from __future__ import annotations

import pytest
from answerback.clock import SteppedClock
from answerback.comments import store as threads
from answerback.comments.joining import add_aliases, join_moved
from answerback.comments.thread_store import page_of_thread
from answerback.core.model import Comment
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.errors import BadRequest
from answerback.ids import RandomIds
from answerback.jobs.queue import JobQueue
from answerback.sites.aliases_store import aliases_of
from answerback.sites.settings import Site, read_site
from answerback.sites.store import add_site

pytestmark = pytest.mark.anyio
TEXTS = {"origins": "https://blog.example"}
CLOCK = SteppedClock()


def site(aliases: list[tuple[str, str]] | None = None) -> Site:
    return read_site("blog", TEXTS, daily_answers=5, aliases=aliases or [])


async def alias(db: Database, *pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return sorted(await add_aliases(db, CLOCK, JobQueue(CLOCK, RandomIds()), site(), pairs))


async def comment(db: Database, page: str, *, locked: bool = False, ai: str | None = None) -> None:
    def work() -> Work[None]:
        yield from threads.keep_thread("blog", page, f"https://blog.example{page}", "", 1)
        yield from threads.set_rule("blog", page, ai, 1)
        if locked:
            yield from threads.set_locked("blog", page, locked, 1)
        said = Comment(
            id=RandomIds().new(), site="blog", page=page, parent_id=None, root_id="", depth=0, author_id=None,
            author_name="Mina", author_kind="guest", avatar_url=None, body=page, html=page, state="published",
            created_at=1,
        )  # fmt: skip
        yield from threads.add_comment(said, key=None, address_key=None)

    await db.write(work)


async def bodies(db: Database) -> dict[str, list[str]]:
    found = {}
    for row in await db.fetch_all("SELECT page FROM threads ORDER BY page"):
        page = await db.read(lambda page=row["page"]: page_of_thread("blog", page, "oldest", None, 50))
        assert page.thread.total == len(page.comments)
        found[row["page"]] = sorted(comment.body for comment in page.comments)
    return found


@pytest.fixture
async def blog(database: Database) -> Database:
    await database.write(lambda: add_site("blog", TEXTS, 1))
    return database


async def test_two_threads_become_one(blog: Database) -> None:
    await comment(blog, "/old/", locked=True, ai="off")
    await comment(blog, "/new/")
    assert await alias(blog, ("https://blog.example/old/index.html", "/new")) == [("/old/", "/new/")]
    assert await bodies(blog) == {"/new/": ["/new/", "/old/"]}
    assert await blog.fetch_one("SELECT locked, ai, url FROM threads") == {
        "locked": 1, "ai": "off", "url": "https://blog.example/new/",
    }  # fmt: skip
    keys = site(await blog.read(lambda: aliases_of("blog"))).pages
    assert (keys.key("https://blog.example/old?x=1"), keys.key("/other")) == ("/new/", "/other/")


async def test_followers_of_the_old_address_follow_the_new_one(blog: Database) -> None:
    def followed() -> Work[None]:
        for id in ("r1", "r2"):
            yield run(
                """INSERT INTO subscribers (id, site, channel, address, lang, created_at)
                VALUES (:id, 'blog', 'email', :id, 'en', 1)""",
                id=id,
            )
        for id, subscriber, page, confirmed in (
            ("both", "r1", "/old/", 1), ("twice", "r1", "/new/", None), ("old", "r2", "/old/", 1)
        ):  # fmt: skip
            yield run(
                """INSERT INTO subscriptions (id, site, subscriber_id, visitor_id, kind, page, created_at, confirmed_at)
                VALUES (:id, 'blog', :subscriber, 'v', 'thread', :page, 1, :confirmed)""",
                id=id, subscriber=subscriber, page=page, confirmed=confirmed,
            )  # fmt: skip

    await comment(blog, "/old/")
    await blog.write(followed)
    await alias(blog, ("/old", "/new"))
    rows = await blog.fetch_all("SELECT id, page, confirmed_at FROM subscriptions ORDER BY id")
    assert rows == [{"id": id, "page": "/new/", "confirmed_at": 1} for id in ("both", "old")]


async def test_all_below_a_prefix_moves(blog: Database) -> None:
    for page in ("/2020/a/", "/2020/b.html", "/2020/", "/20/", "post-1"):
        await comment(blog, page)
    await alias(blog, ("/2020/*", "/archive/2020/*"), ("/2020/a", "/a"))
    assert await bodies(blog) == {
        "/a/": ["/2020/a/"], "/archive/2020/b.html": ["/2020/b.html"], "/archive/2020/": ["/2020/"], "/20/": ["/20/"],
        "post-1": ["post-1"],
    }  # fmt: skip
    assert await alias(blog, ("/*", "/blog/*"), ("/a", "/blog/bread"))  # as a whole site moves
    keys = site(await blog.read(lambda: aliases_of("blog"))).pages
    assert [keys.key(said) for said in ("/2020/a", "/a", "/blog/bread", "/2020/c", "/x")] == [
        "/blog/bread/", "/blog/bread/", "/blog/bread/", "/blog/archive/2020/c/", "/blog/x/",
    ]  # fmt: skip


async def test_what_comes_late_is_joined_later(blog: Database) -> None:
    await alias(blog, ("/old", "/new"))
    await comment(blog, "/old/")
    keys = site(await blog.read(lambda: aliases_of("blog"))).pages
    assert await join_moved(blog, "blog", keys) == [("/old/", "/new/")]
    assert await bodies(blog) == {"/new/": ["/old/"]}
    assert (await blog.fetch_one("SELECT kind FROM jobs")) == {"kind": "join_threads"}


@pytest.mark.parametrize(
    "pairs",
    [
        [("/a", "/a/index.html")], [("/a", "/b"), ("/b", "/a")], [("/a", "/b*")], [("", "/b")], [("/a", "")],
        [("/a", "x" * 501)], [("/a*", "/b*"), ("/b*", "/a*")], [("/a", "/b"), ("/b", "/c"), ("/c", "/a")],
    ],
)  # fmt: skip
async def test_what_cannot_be_an_alias_changes_nothing(blog: Database, pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(BadRequest, match="validation_failed"):
        await alias(blog, *pairs)
    assert await blog.read(lambda: aliases_of("blog")) == []
