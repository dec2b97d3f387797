"""A thread in which one root has thousands of replies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from answerback.comments import store
from answerback.comments.thread_store import REPLIES_LIMIT
from answerback.core.model import Comment
from answerback.db.work import Work, run

NOW = 1_790_000_000_000
MANY = REPLIES_LIMIT + 450


def comment(id: str, parent: Comment | None = None, at: int = 0, **given: Any) -> Comment:
    """A comment on the page `/a` of the site `one`, `at` ms after the first."""
    made = Comment(
        id=id, site="one", page="/a/", parent_id=None, root_id=id, depth=0, author_id="v", author_name="",
        author_kind="guest", avatar_url=None, body=id, html=id, state="published", created_at=NOW + at,
    )  # fmt: skip
    if parent is not None:
        made = replace(made, parent_id=parent.id, root_id=parent.root_id, depth=parent.depth + 1)
    return replace(made, **given)


def named(number: int) -> str:
    """The id of the reply of that number below the root `big`."""
    return f"r{1_000 + number}"


def furnish(comments: list[Comment]) -> Work[None]:
    """Put comments in, with their threads."""
    for each in comments:
        yield from store.keep_thread(each.site, each.page, "", "", NOW)
        yield from store.add_comment(each, key=None, address_key=None)


def copies(id: str, count: int) -> Work[None]:
    """As many replies and roots more as that comment, which say the same; every third is a root."""
    yield run(
        """INSERT INTO comments (id, site, page, parent_id, root_id, depth, visitor_id, author_kind, author_name, body,
            html, state, created_at, shown)
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < CAST(:count AS BIGINT))
        SELECT id || '-' || CAST(n AS TEXT), site, page, CASE WHEN n % 3 = 0 THEN NULL ELSE id END,
            CASE WHEN n % 3 = 0 THEN id || '-' || CAST(n AS TEXT) ELSE id END, CASE WHEN n % 3 = 0 THEN 0 ELSE 1 END,
            visitor_id, author_kind, author_name, body, html, state, created_at + n, shown
        FROM comments, numbers
        WHERE id = :id""",
        id=id, count=count,
    )  # fmt: skip


def giant(count: int = MANY, site: str = "one", page: str = "/a/", every: int = 1, prefix: str = "") -> Work[None]:
    """A root `big` with many replies, below its first and its last one another, and a root `small` after it.

    Of the replies, each `every`th is left and the others are deleted. Ids begin with the prefix.
    """
    big, small = comment(f"{prefix}big"), comment(f"{prefix}small", at=5)
    first = comment(prefix + named(0), big, at=10)
    last = comment(prefix + named(count - 1), big, at=10 + (count - 1) // 2)
    deep = [comment(f"{prefix}below-first", first, at=count), comment(f"{prefix}below-last", last, at=count + 1)]
    some = [big, small, *deep, comment(f"{prefix}s1", small, at=9), comment(f"{prefix}s2", small, at=count)]
    yield from furnish([replace(each, site=site, page=page) for each in some])
    yield run(
        """INSERT INTO comments (id, site, page, parent_id, root_id, depth, visitor_id, author_kind, author_name, body,
            html, state, created_at)
        WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < CAST(:last AS BIGINT))
        SELECT CAST(:prefix AS TEXT) || 'r' || CAST(1000 + n AS TEXT), :site, :page, :big, :big, 1, 'v', 'guest', '',
            'Reply ' || CAST(n AS TEXT), '',
            CASE WHEN n % CAST(:every AS BIGINT) = 0 THEN 'published' ELSE 'deleted' END,
            CAST(:now AS BIGINT) + 10 + n / 2 FROM numbers""",
        last=count - 1, site=site, page=page, now=NOW, every=every, prefix=prefix, big=big.id,
    )  # fmt: skip
