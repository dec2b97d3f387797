"""Reads and writes whole sites in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from ..accounts.votes_store import count as count_votes
from ..comments import store as threads
from ..comments.approval.reviewables_store import open_reviewable
from ..core.approval import Reason
from ..core.model import Comment
from ..db.sql import in_list
from ..db.work import Work, many, one, run

EXPORTED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Thread:
    """A page's thread and where the page is read."""

    page: str
    url: str
    title: str
    locked: bool
    ai: str | None
    """The page's rule for answers, where it differs from the site's."""
    url_by_owner: bool = False
    """Whether the owner has said where the page is, and what it is called."""


def threads_of(site: str) -> Work[list[Thread]]:
    """All threads of a site, by page."""
    rows = yield many(
        "SELECT page, url, title, locked, ai, url_by_owner FROM threads WHERE site = :site ORDER BY page", site=site
    )
    flags = ("locked", "url_by_owner")
    return [Thread(**(row | {name: bool(row[name]) for name in flags})) for row in rows]


Place = tuple[str, int, str]
"""Page, time and id of a comment: the order of the index that all of a site's comments are read by."""
BEFORE_ALL: Place = ("", -1, "")


def comments_of(site: str, after: Place, limit: int = EXPORTED_AT_ONCE) -> Work[list[Comment]]:
    """The next comments of a site in whatever state: page by page, in the order in which they were made."""
    rows = yield many(
        f"""SELECT {threads.COLUMNS} FROM comments c LEFT JOIN answers a ON a.id = c.id
        WHERE c.site = :site AND (c.page, c.created_at, c.id) > (:page, :at, :id)
        ORDER BY c.page, c.created_at, c.id LIMIT :limit""",
        site=site, page=after[0], at=after[1], id=after[2], limit=limit,
    )  # fmt: skip
    return [threads.read_comment(row) for row in rows]


def place_of(comment: Comment) -> Place:
    """Where the comments after this one begin."""
    return comment.page, comment.created_at, comment.id


def taken(ids: Sequence[str]) -> Work[dict[str, Comment]]:
    """Those of the ids that comments have, of whatever site."""
    if not ids:
        return {}
    listed, params = in_list("id", ids)
    rows = yield many(
        f"""SELECT {threads.COLUMNS} FROM comments c LEFT JOIN answers a ON a.id = c.id
        WHERE c.id IN ({listed})""",
        **params,
    )
    return {row["id"]: threads.read_comment(row) for row in rows}


def add_thread(site: str, thread: Thread, now: int) -> Work[None]:
    """Put in a thread from elsewhere as it is there; one that is here already stays as it is."""
    yield run(
        """INSERT INTO threads (site, page, url, title, locked, ai, url_by_owner, created_at)
        VALUES (:site, :page, :url, :title, :locked, :ai, :by_owner, :now) ON CONFLICT (site, page) DO NOTHING""",
        site=site, page=thread.page, url=thread.url, title=thread.title, locked=int(thread.locked), ai=thread.ai,
        by_owner=int(thread.url_by_owner), now=now,
    )  # fmt: skip


def add(comment: Comment, url: str, title: str, now: int) -> Work[None]:
    """Put in a comment from elsewhere, with its thread; the text of an AI reply comes with `add_answer`."""
    yield from threads.keep_thread(comment.site, comment.page, url, title, now)
    kept = replace(comment, body="", html="") if comment.author_kind == "ai" else comment
    yield from threads.add_comment(kept, key=None, address_key=None)
    if comment.state == "pending" and comment.author_kind != "ai":
        yield from open_reviewable(comment.site, comment.id, "held", comment.page, [Reason("imported")], now)
    if comment.edited_at is not None or comment.pinned:
        yield run(
            "UPDATE comments SET edited_at = :edited_at, pinned = :pinned WHERE id = :id",
            edited_at=comment.edited_at, pinned=int(comment.pinned), id=comment.id,
        )  # fmt: skip
    if comment.up or comment.down:
        yield from count_votes(comment.id, up=comment.up, down=comment.down)


def thread_began(site: str, page: str, at: int) -> Work[None]:
    """A thread is as old as its first comment, whenever that was imported."""
    yield run(
        "UPDATE threads SET created_at = :at WHERE site = :site AND page = :page AND created_at > :at",
        site=site, page=page, at=at,
    )  # fmt: skip


def add_answer(reply: Comment, data: dict[str, Any], url: str, title: str) -> Work[None]:
    """The answer's side of an AI reply from elsewhere: settled, asked by nobody who is known here."""
    yield one(
        """INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state, body,
            html, sources, provider, model, queued_at, due_at, settled_at, verified_by_owner, revised_at,
            supported, support_reason, certainty)
        VALUES (:id, 'thread', :site, :page, :url, :title, :question_id, '', '', :state, :body, :html, :sources,
            :provider, :model, :at, :at, :at, :verified_by_owner, :revised_at, :supported, :support_reason,
                :certainty)
        RETURNING id""",
        id=reply.id, site=reply.site, page=reply.page, url=url, title=title, question_id=reply.parent_id or "",
        state=data["state"], body=reply.body, html=reply.html, sources=orjson.dumps(data["sources"]).decode(),
        provider=data["provider"], model=data["model"], at=reply.created_at,
        verified_by_owner=data["verified_by_owner"], revised_at=data["revised_at"],
        supported=data.get("supported"), support_reason=data.get("support_reason", ""),
        certainty=data["certainty"],
    )  # fmt: skip
