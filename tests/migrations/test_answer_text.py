"""The text of AI replies, from two places into one: readers see what they saw."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from answerback.comments.store import comment_by_id
from answerback.db.database import Database
from answerback.migrations import migrate
from answerback.migrations.revisions import Kind

from tests.migrations.databases import execute, fetch, script
from tests.migrations.released import dump_of

pytestmark = pytest.mark.anyio
COMMENT = """INSERT INTO comments
    (id, site, page, parent_id, root_id, depth, author_kind, author_name, body, html, state, created_at)
    VALUES ('{0}', 'demo', '/rye.html', 'c1', 'c1', 1, 'ai', 'AI', '{1}', '<p>{1}</p>', 'published', 1)"""
ANSWER = """INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state, body,
    html, queued_at, due_at, revised_at, outdated)
    VALUES ('{0}', 'thread', 'demo', '/rye.html', '', '', 'c1', 'v1', 'k', '{1}', '{2}', '', 1, 1, {3}, {4})"""
ANSWERS = {
    "done": ("done", "At 7.", "NULL", 0),
    "edited": ("done", "At 7.", "NULL", 0),
    "stopped": ("stopped", "At", "NULL", 0),
    "withheld": ("withheld", "Secret.", "NULL", 0),
    "withdrawn": ("withheld", "Withdrawn.", "5", 0),
    "asked-again": ("withheld", "Secret.", "5", 0),
    "streaming": ("streaming", "At ha", "NULL", 0),
    "renewing": ("streaming", "At 7.", "NULL", 1),
}
"""State, what the answer has, when it was revised, whether it is to be given anew."""
SHOWN = {
    "done": "At 7.", "edited": "At 8.", "stopped": "", "withheld": "", "withdrawn": "Withdrawn.", "asked-again": "",
    "streaming": "", "renewing": "At 7.", "without-answer": "An old word.",
}  # fmt: skip


async def test_answer_text_moves_without_a_change_for_readers(url: str, kind: Kind) -> None:
    script(url, dump_of("0004", kind).read_text("utf-8"))
    for id, text in SHOWN.items():
        execute(url, COMMENT.format(id, text))
    for id, values in ANSWERS.items():
        execute(url, ANSWER.format(id, *values))
    await asyncio.to_thread(migrate, url)
    db = Database(url)
    await db.connect()
    found = {id: await db.read(partial(comment_by_id, "demo", id)) for id in (*SHOWN, "c2")}
    await db.close()
    assert {id: comment.body for id, comment in found.items() if comment} == SHOWN | {"c2": "At 7:30."}
    kept: dict[str, str] = dict(fetch(url, "SELECT id, body FROM answers"))
    assert (kept["withheld"], kept["edited"]) == ("Secret.", "At 8.")
    twice = "SELECT c.id FROM comments c JOIN answers a ON a.id = c.id WHERE c.body <> ''"
    assert fetch(url, twice) == []
