"""A page's thread as it is read: its roots page by page, each with replies, and the rest of a root's replies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..core import listing
from ..core.comments import DEPTH_LIMIT
from ..core.model import Comment
from ..db.sql import in_list
from ..db.work import Row, Work, many, one
from .changes_store import COUNT
from .store import COLUMNS, FROM, comment_by_id, read_comment

_ROOTS = "c.site = :site AND c.page = :page AND c.depth = 0 AND c.shown = 1"
_REPLIES = "c.site = :site AND c.depth > 0 AND c.state = 'published'"
REPLIES_LIMIT = 300
"""Replies below all roots of a page; where there are more, each root has an equal share of them."""
LEAST_SHARE = 5
REPLIES_PAGE = 100
"""Replies of one root that come at a time, beyond those."""
PINNED_LIMIT = 20
_ORDER = {
    "oldest": ("c.created_at ASC, c.id ASC", "c.created_at", ">"),
    "newest": ("c.created_at DESC, c.id DESC", "c.created_at", "<"),
    "best": ("c.score DESC, c.id DESC", "c.score", "<"),
}
SORTS = tuple(_ORDER)
Position = tuple[float, str]
"""What comments are ordered by, and the id, of the last one that was given."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a thread: root comments with their replies, where the next page begins, and, by root, where the
    replies go on that are not all here."""

    comments: list[Comment]
    next: Position | None
    more: dict[str, Position]
    total: int
    locked: bool


NOTHING_BEFORE: Position = (-1, "")
"""From where replies begin of which none came along."""


def page_of_thread(site: str, page: str, sort: str, cursor: Position | None, limit: int) -> Work[Page]:
    """One page of a thread in a constant number of statements, however many comments it has, in bounded bytes.

    Roots that are gone come along as long as something visible hangs below them.
    """
    order, column, beyond = _ORDER[sort]
    value = 0.0 if cursor is None else cursor[0]
    after = "" if cursor is None else cursor[1]
    where_cursor = "" if cursor is None else f"AND ({column}, c.id) {beyond} (:value, :after)"
    params: dict[str, Any] = {"site": site, "page": page, "limit": limit + 1}
    if cursor is not None:
        params |= {"value": value if sort == "best" else int(value), "after": after}
    roots = yield many(
        f"""SELECT {COLUMNS}, c.score {FROM} WHERE {_ROOTS} AND c.pinned = 0 {where_cursor}
        ORDER BY {order} LIMIT :limit""",
        **params,
    )
    comments = [read_comment(row) for row in roots[:limit]]
    if cursor is None:
        comments = (yield from _pinned(site, page)) + comments
    replies, more = (yield from _first_replies(site, page, comments)) if comments else (set(), {})
    fitted, more = _fitted(comments, replies, more)
    following = None
    shown = {root.id for root in fitted}
    last = next((row for row in reversed(roots[:limit]) if row["id"] in shown), None)
    if last is not None and last is not roots[-1]:
        following = (last["score"] if sort == "best" else last["created_at"], last["id"])
    total, locked = yield from _whole(site, page)
    return Page(fitted, following, more, total, locked)


def _fitted(
    roots: list[Comment], replies: set[str], more: dict[str, Position]
) -> tuple[list[Comment], dict[str, Position]]:
    """What fits into a listing, and where the replies of each root go on after that."""
    fitted = listing.fit(roots, replies)
    after = {
        root: NOTHING_BEFORE if last is None else (last.created_at, last.id) for root, last in fitted.later.items()
    }
    shown = {root.id for root in fitted.roots}
    return fitted.roots, {root: position for root, position in (more | after).items() if root in shown}


def replies_of(site: str, page: str, root_id: str, after: Position) -> Work[Page]:
    """A root of the thread with the next of its replies, the oldest first, and with what stands above each of them."""
    root = yield from comment_by_id(site, root_id)
    roots = [] if root is None or root.depth or root.page != page or root.state == "pending" else [root]
    rows = yield many(
        f"""SELECT {COLUMNS} {FROM} WHERE c.root_id = :root AND {_REPLIES} AND (c.created_at, c.id) > (:at, :id)
        ORDER BY c.created_at, c.id LIMIT :limit""",
        site=site, root=root_id, at=int(after[0]), id=after[1], limit=REPLIES_PAGE + 1,
    )  # fmt: skip
    more = {root_id: _position(rows[REPLIES_PAGE - 1])} if len(rows) > REPLIES_PAGE else {}
    yield from _hang(site, roots, [read_comment(row) for row in rows[:REPLIES_PAGE]])
    roots, more = _fitted(roots, {row["id"] for row in rows[:REPLIES_PAGE]}, more)
    visible = [root for root in roots if root.state == "published" or root.replies or more]
    total, locked = yield from _whole(site, page)
    return Page(visible, None, more, total, locked)


def _whole(site: str, page: str) -> Work[tuple[int, bool]]:
    """How many comments of the thread are published, and whether it is locked."""
    row = yield one(
        f"SELECT {COUNT} AS total, t.locked FROM threads t WHERE t.site = :site AND t.page = :page",
        site=site, page=page,
    )  # fmt: skip
    return (0, False) if row is None else (row["total"], bool(row["locked"]))


def _pinned(site: str, page: str) -> Work[list[Comment]]:
    """What the owner has put before everything else, on the first page only, the newest first."""
    rows = yield many(
        f"""SELECT {COLUMNS} {FROM} WHERE {_ROOTS} AND c.pinned = 1
        ORDER BY c.created_at DESC, c.id DESC LIMIT {PINNED_LIMIT}""",
        site=site, page=page,
    )  # fmt: skip
    return [read_comment(row) for row in rows]


def _first_replies(site: str, page: str, roots: list[Comment]) -> Work[tuple[set[str], dict[str, Position]]]:
    """Hang replies below their roots; the ids of these replies, and by root, where those go on that are not all
    there."""
    listed, ids = in_list("root", (root.id for root in roots))
    # Unordered, so that the limit bounds the rows read.
    rows = yield many(
        f"SELECT {COLUMNS} {FROM} WHERE c.root_id IN ({listed}) AND {_REPLIES} LIMIT :limit",
        site=site, limit=REPLIES_LIMIT + 1, **ids,
    )  # fmt: skip
    more: dict[str, Position] = {}
    if len(rows) > REPLIES_LIMIT:
        rows, more = yield from _shares(site, ids)
        if any(root.pinned for root in roots):
            rows += yield from _pinned_replies(site, page, set(more))
    yield from _hang(site, roots, [read_comment(row) for row in rows])
    return {row["id"] for row in rows}, more


def _shares(site: str, roots: dict[str, str]) -> Work[tuple[list[Row], dict[str, Position]]]:
    """As many replies of each root (by the names of their parameters); where those of a root go on."""
    share = max(LEAST_SHARE, REPLIES_LIMIT // len(roots))
    rows = yield many(
        " UNION ALL ".join(
            f"""SELECT * FROM (SELECT {COLUMNS} {FROM} WHERE c.root_id = :{name} AND {_REPLIES}
            ORDER BY c.created_at, c.id LIMIT :share) AS of_{name}"""
            for name in roots
        ),
        site=site, share=share + 1, **roots,
    )  # fmt: skip
    kept: list[Row] = []
    more: dict[str, Position] = {}
    for id in roots.values():
        replies = [row for row in rows if row["root_id"] == id]
        kept += replies[:share]
        if len(replies) > share:
            more[id] = _position(replies[share - 1])
    return kept, more


def _pinned_replies(site: str, page: str, roots: set[str]) -> Work[list[Row]]:
    """Pinned replies of these roots, which are shown first wherever they stand."""
    rows = yield many(
        f"""SELECT {COLUMNS} {FROM} WHERE c.page = :page AND c.pinned = 1 AND {_REPLIES}
        ORDER BY c.depth, c.created_at LIMIT {PINNED_LIMIT}""",
        site=site, page=page,
    )  # fmt: skip
    return [row for row in rows if row["root_id"] in roots]


def _hang(site: str, roots: list[Comment], replies: Iterable[Comment]) -> Work[None]:
    """Hang replies below their parents, the pinned first; parents that are not there are fetched."""
    known = {comment.id: comment for comment in (*roots, *replies)}
    for _ in range(DEPTH_LIMIT):
        missing = {above for comment in known.values() if (above := comment.parent_id) and above not in known}
        if not missing:
            break
        listed, ids = in_list("id", missing)
        rows = yield many(
            f"""SELECT {COLUMNS} {FROM} WHERE c.id IN ({listed}) AND c.site = :site AND c.depth > 0
            AND c.state <> 'pending'""",
            site=site, **ids,
        )  # fmt: skip
        known |= {row["id"]: read_comment(row) for row in rows}
    for reply in sorted(known.values(), key=lambda reply: (not reply.pinned, reply.created_at, reply.id)):
        if reply.parent_id in known:
            known[reply.parent_id].replies.append(reply)
    for root in roots:
        _prune(root)


def _prune(comment: Comment) -> None:
    """Drop what is gone and has nothing visible below it."""
    for reply in comment.replies:
        _prune(reply)
    comment.replies[:] = [reply for reply in comment.replies if reply.state == "published" or reply.replies]


def _position(row: Row) -> Position:
    return row["created_at"], row["id"]
