"""Keys of pages take their one form, and threads that become one are merged, with all that is in them."""

from __future__ import annotations

import asyncio

import pytest
from answerback.migrations import migrate
from answerback.migrations.revisions import Kind

from tests.migrations.databases import execute, fetch, script
from tests.migrations.released import dump_of

pytestmark = pytest.mark.anyio
THREAD = """INSERT INTO threads (site, page, url, title, locked, created_at, ai, comments, url_by_owner)
    VALUES ('demo', '{0}', '{1}', '{2}', {3}, {4}, {5}, {6}, {7})"""
COMMENT = """INSERT INTO comments (id, site, page, root_id, depth, author_kind, author_name, body, html, state,
    created_at, shown) VALUES ('{0}', 'demo', '{1}', '{0}', 0, 'guest', 'Mina', '{0}', '{0}', 'published', 1, 1)"""
VOTE = "INSERT INTO votes (comment_id, visitor_id, value, page) VALUES ('{0}', 'v1', 1, '{1}')"
QUESTION = """INSERT INTO questions (id, site, page, visitor_id, body, html, idempotency_key, created_at)
    VALUES ('{0}', 'demo', '{1}', (SELECT MIN(id) FROM visitors), 'Why?', '', '{0}', 1)"""
ANSWER = """INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state,
    queued_at, due_at) VALUES ('a{0}', 'chat', 'demo', '{1}', '', '', '{0}', 'v1', 'k', 'done', 1, 1)"""
BREAD = {"/%ea%b8%80": "one", "/%EA%B8%80/": "two", "/글/index.html": "three"}


async def test_threads_that_become_one_are_merged(url: str, kind: Kind) -> None:
    script(url, dump_of("0017", kind).read_text("utf-8"))
    execute(
        url,
        THREAD.format("/%ea%b8%80", "", "", 0, 3, "NULL", 1, 0),
        THREAD.format("/%EA%B8%80/", "https://a.example/b", "By the owner", 1, 2, "'off'", 1, 1),
        THREAD.format("/글/index.html", "https://a.example/", "Read", 0, 1, "NULL", 1, 0),
        THREAD.format("post-17", "", "", 0, 1, "NULL", 1, 0),
        *(statement for page, id in BREAD.items() for statement in (
            COMMENT.format(id, page), VOTE.format(id, page), QUESTION.format(f"q{id}", page),
            ANSWER.format(f"q{id}", page),
            f"INSERT INTO quota_usage (bucket, day, used) VALUES ('page:demo:{page}', '2026-01-01', 2)",
            f"INSERT INTO quota_holds (answer_id, bucket, day) VALUES ('aq{id}', 'page:demo:{page}', '2026-01-01')",
        )),
        COMMENT.format("own", "post-17"),
    )  # fmt: skip
    await asyncio.to_thread(migrate, url)
    key = "/글/"
    merged = "SELECT url, title, locked, created_at, ai, comments, url_by_owner FROM threads WHERE page = '/글/'"
    assert fetch(url, merged) == [("https://a.example/b", "By the owner", 1, 1, "off", 3, 1)]
    assert fetch(url, "SELECT page FROM threads WHERE site = 'demo' ORDER BY page COLLATE \"C\"" if kind != "sqlite"
                 else "SELECT page FROM threads WHERE site = 'demo' ORDER BY page") == [
        ("/rye.html",), (key,), ("post-17",),
    ]  # fmt: skip
    for table, of in (("comments", "id"), ("votes", "comment_id")):
        names = ", ".join(f"'{id}'" for id in BREAD.values())
        assert fetch(url, f"SELECT DISTINCT page FROM {table} WHERE {of} IN ({names})") == [(key,)]
    for table in ("questions", "answers"):
        assert fetch(url, f"SELECT page FROM {table} WHERE id LIKE '%qone' OR id LIKE '%qtwo'") == [(key,), (key,)]
    assert fetch(url, "SELECT used FROM quota_usage WHERE bucket = 'page:demo:/글/'") == [(6,)]
    assert fetch(url, "SELECT COUNT(*) FROM quota_holds WHERE bucket = 'page:demo:/글/'") == [(3,)]
    assert (
        fetch(url, "SELECT bucket FROM quota_usage WHERE bucket LIKE 'page:demo:/%25%' OR bucket LIKE '%index%'") == []
    )
    assert fetch(url, "SELECT page FROM comments WHERE id = 'own'") == [("post-17",)]
