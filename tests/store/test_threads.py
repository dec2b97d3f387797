"""Threads on both databases: the same order, each comment once, the same number of statements however many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from answerback.accounts import votes_store as votes
from answerback.admin import log_store as log
from answerback.answers import chat_store
from answerback.answers import store as answers
from answerback.comments import store, thread_store
from answerback.core.comments import best_score
from answerback.core.model import Comment, Visitor
from answerback.db.database import Database
from answerback.db.work import Work, one, run
from answerback.sites.store import add_site
from answerback.transfer import store as moving

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
PAGE = "/a"


def comment(number: int, *, site: str = "one", parent: Comment | None = None, state: Any = "published") -> Comment:
    id = f"{site}-{number:04}"
    return Comment(
        id=id, site=site, page=PAGE, parent_id=None if parent is None else parent.id,
        root_id=id if parent is None else parent.root_id, depth=0 if parent is None else parent.depth + 1,
        author_id=f"v{number % 3}", author_name="Mina", author_kind="guest", avatar_url=None, body=f"Comment {number}",
        html=f"<p>Comment {number}</p>", state=state, created_at=NOW + number // 3,
    )  # fmt: skip


def furnish(roots: int) -> Work[None]:
    """Roots of two sites, each with a reply and an answer below that; several of them at the same moment."""
    for site in ("one", "two"):
        yield from add_site(site, {"origins": f"https://{site}.example"}, NOW)
        yield from store.keep_thread(site, PAGE, "", "A page", NOW)
    yield run("INSERT INTO visitors (id, site, kind, name, created_at) VALUES ('v0', 'one', 'guest', '', 0)")
    for number in range(roots):
        root = comment(10 * number)
        yield from store.add_comment(root, key=None, address_key="x")
        yield from store.add_comment(comment(10 * number + 1, parent=root), key=None, address_key="x")
        yield from store.add_comment(comment(10 * number, site="two"), key=None, address_key="x")
        yield from votes.count(root.id, up=number % 5, down=number % 2)
        question = {"id": f"a{number}", "kind": "chat", "question_id": f"q{number}", "visitor_id": "v0"}
        place = {"site": "one", "page": PAGE, "url": "", "title": "", "address_key": "x", "provider": "p", "model": "m"}
        yield from chat_store.add_question(f"q{number}", "one", PAGE, "v0", "When?", "", f"key-{number}", NOW + number)
        yield from answers.add_answer({**question, **place, "now": NOW + number})


READS: dict[str, Callable[[], Work[Any]]] = {
    "a page of the thread": lambda: thread_store.page_of_thread("one", PAGE, "oldest", None, 100),
    "the best of it": lambda: thread_store.page_of_thread("one", PAGE, "best", None, 100),
    "one's own on it": lambda: store.mine("one", PAGE, Visitor("v0", "one", "guest", "Mina")),
    "the newest of the site": lambda: store.newest("one", None, 100),
    "counts": lambda: store.counts("one", [PAGE, "/b"]),
    "a conversation": lambda: chat_store.conversation("one", PAGE, "v0", 100),
    "the log": lambda: log.entries(["one"], log.Filter(), 100),
    "an export": lambda: moving.comments_of("one", moving.BEFORE_ALL),
}


@pytest.mark.parametrize("name", READS)
async def test_statement_count_does_not_grow(database: Database, name: str) -> None:
    costs = []
    for roots in (10, 50):
        sent: list[str] = []

        def counted(sent: list[str] = sent) -> Work[Any]:
            work, value = READS[name](), None
            while True:
                try:
                    statement = work.send(value)
                except StopIteration as end:
                    return end.value
                sent.append(statement.sql)
                value = yield statement

        def clear() -> Work[None]:
            for table in ("votes", "comments", "answers", "questions", "threads", "visitors", "sites"):
                yield run(f"DELETE FROM {table}")

        await database.write(clear)
        await database.write(partial(furnish, roots))
        result = await database.read(counted)
        assert result
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 6


@pytest.mark.parametrize("sort", thread_store.SORTS)
async def test_every_root_is_on_exactly_one_page_in_the_same_order(database: Database, sort: str) -> None:
    await database.write(lambda: furnish(23))
    seen: list[Comment] = []
    cursor: tuple[float, str] | None = None
    while True:
        page = await database.read(lambda at=cursor: thread_store.page_of_thread("one", PAGE, sort, at, 4))
        assert page.thread.total == 46
        seen += page.comments
        cursor = page.next
        if cursor is None:
            break
    ids = [root.id for root in seen]
    numbers = [10 * number for number in range(23)]
    keys: dict[str, Callable[[int], Any]] = {
        "oldest": lambda n: (n // 3, f"one-{n:04}"),
        "newest": lambda n: (n // 3, f"one-{n:04}"),
        "best": lambda n: (best_score(n // 10 % 5, n // 10 % 2), f"one-{n:04}"),
    }
    assert ids == [f"one-{n:04}" for n in sorted(numbers, key=keys[sort], reverse=sort != "oldest")]
    assert all([reply.id for reply in root.replies] == [f"one-{int(root.id[4:]) + 1:04}"] for root in seen)


async def test_all_replies_of_a_busy_root_are_shown(database: Database) -> None:
    """Far fewer than `REPLIES_LIMIT`, and far more than most threads have."""

    def crowd() -> Work[None]:
        yield from furnish(2)
        for number in range(100, 200):
            yield from store.add_comment(comment(number, parent=comment(0)), key=None, address_key="x")

    await database.write(crowd)
    busy, quiet = (await database.read(lambda: thread_store.page_of_thread("one", PAGE, "oldest", None, 9))).comments
    assert [reply.id for reply in busy.replies] == ["one-0001", *(f"one-{number:04}" for number in range(100, 200))]
    assert [reply.id for reply in quiet.replies] == ["one-0011"]


async def test_an_id_of_another_site_is_not_there(database: Database) -> None:
    await database.write(lambda: furnish(2))
    assert await database.read(lambda: store.comment_by_id("one", "two-0000")) is None
    for work in (
        lambda: store.delete_comment("one", "two-0000", "v0", 0),
        lambda: store.set_state("one", "two-0000", "hidden", only_from=("published",)),
    ):
        assert await database.write(work) is False
    await database.write(lambda: store.change_words("one", "two-0000", "x", "x", NOW))
    assert await database.read(lambda: store.own_comment("one", "two-0000", "v0", 0)) is None
    assert await database.read(lambda: answers.job_by_id("two", "a0")) is None
    assert await database.read(lambda: chat_store.question_by_id("two", "q0")) is None
    untouched = await database.fetch_one("SELECT body, state FROM comments WHERE id = 'two-0000'")
    assert untouched == {"body": "Comment 0", "state": "published"}


async def test_tombstone_goes_with_its_last_reply(database: Database) -> None:
    await database.write(lambda: furnish(2))

    async def ids() -> list[tuple[str, str]]:
        page = await database.read(lambda: thread_store.page_of_thread("one", PAGE, "oldest", None, 9))
        return [(root.id, root.state) for root in page.comments]

    assert await database.write(lambda: store.delete_comment("one", "one-0000", "v0", 0))
    assert await ids() == [("one-0000", "deleted"), ("one-0010", "published")]
    assert await database.write(lambda: store.delete_comment("one", "one-0001", "v1", 0))
    assert await ids() == [("one-0010", "published")]
    assert not await database.write(lambda: store.delete_comment("one", "one-0001", "v1", 0))


async def test_a_vote_counts_once(database: Database) -> None:
    await database.write(lambda: furnish(1))
    for visitor, value, counts in (
        ("a", 1, (1, 0)),
        ("b", -1, (1, 1)),
        ("a", 1, (1, 1)),
        ("a", -1, (0, 2)),
        ("b", 0, (0, 1)),
    ):
        assert await database.write(partial(votes.vote, "one-0000", visitor, value)) == counts

    def count() -> Work[Any]:
        return (yield one("SELECT COUNT(*) AS count FROM votes"))

    assert await database.read(count) == {"count": 1}


async def test_the_feed_has_answers_that_say_something(database: Database) -> None:
    said = {
        "queued": "", "streaming": "", "failed": "No answer can be given.", "withheld": "Withdrawn.", "done": "At 7.",
        "stopped": "At",
    }  # fmt: skip

    def work() -> Work[None]:
        yield from furnish(1)
        question = comment(0)
        for number, (state, body) in enumerate(said.items(), 50):
            reply = replace(comment(number, parent=question), author_kind="ai", body=body)
            yield from store.add_comment(reply, key=None, address_key=None)
            place = {"site": "one", "page": PAGE, "url": "", "title": "", "address_key": "x", "provider": "p"}
            row = {"id": reply.id, "kind": "thread", "question_id": question.id, "visitor_id": "v0", "model": "m"}
            yield from answers.add_answer({**row, **place, "now": NOW})
            yield run(
                "UPDATE answers SET state = :state, body = :body WHERE id = :id", state=state, body=body, id=reply.id
            )

    await database.write(work)
    for page in (None, PAGE):
        feed = await database.read(lambda page=page: store.newest("one", page, 50))
        assert [entry.body for entry in feed] == ["At", "At 7.", "Comment 1", "Comment 0"]
