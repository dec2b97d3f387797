"""Reads a page's thread: roots page by page with their first replies, and more replies of a root."""

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
"""The most replies below all roots of a page; if there are more, each root gets an equal share."""
LEAST_SHARE = 5
REPLIES_PAGE = 100
"""The number of further replies of one root in a page."""
PINNED_LIMIT = 20
_ORDER = {"oldest": ("c.created_at", "ASC"), "newest": ("c.created_at", "DESC"), "best": ("c.score", "DESC")}
SORTS = tuple(_ORDER)
_BEYOND = {"ASC": ">", "DESC": "<"}
Position = tuple[float, str]
"""The sort values and the id of the last comment returned."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a thread: roots with replies, the cursors of the next and previous pages, and by root the cursor of its
    further replies."""

    comments: list[Comment]
    next: Position | None
    previous: Position | None
    more: dict[str, Position]
    thread: Thread


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread's totals."""

    total: int = 0
    """The number of published comments."""
    locked: bool = False
    rule: str | None = None
    """The page's own answer rule."""


NOTHING_BEFORE: Position = (-1, "")
"""The start for replies of a root of which none are included."""


def page_of_thread(
    site: str, page: str, sort: str, cursor: Position | None, limit: int, *, back: bool = False
) -> Work[Page]:
    """A page of a thread, after the cursor or (`back`) before it, in a constant number of statements and bounded bytes.
    Removed roots are included while they have visible replies."""
    rows = yield from _roots(site, page, sort, cursor, limit + 1, back=back)
    roots, over = rows[:limit], len(rows) > limit
    comments = [read_comment(row) for row in (reversed(roots) if back else roots)]
    if cursor is None or (back and not over):
        comments = (yield from _pinned(site, page)) + comments
    comments, more = yield from _with_replies(site, page, comments, back=back)
    by_id = {row["id"]: row for row in roots}
    shown = [by_id[root.id] for root in comments if root.id in by_id]
    cut = len(shown) < len(roots)
    first, last = (_at(shown[0], sort), _at(shown[-1], sort)) if shown else (None, None)
    return Page(
        comments,
        last if back or over or cut else None,
        first if cursor is not None and (not back or over or cut) else None,
        more,
        (yield from _whole(site, page)),
    )


def thread_around(site: str, page: str, sort: str, id: str, limit: int) -> Work[Page]:
    """The page that contains a comment: the first if it is there, else one that starts with its root. For an invisible
    comment, the first."""
    first = yield from page_of_thread(site, page, sort, None, limit)
    if _holds(first.comments, id):
        return first
    wanted = yield from comment_by_id(site, id)
    if wanted is None or wanted.page != page or wanted.state != "published":
        return first
    row = yield one(f"SELECT {COLUMNS}, c.score {FROM} WHERE c.id = :root AND {_ROOTS}",
                    root=wanted.root_id, site=site, page=page)  # fmt: skip
    if row is None:
        return first
    position = _at(row, sort)
    rows = yield from _roots(site, page, sort, position, limit)
    roots = [row, *rows[: limit - 1]]
    comments, more = yield from _with_replies(site, page, [read_comment(each) for each in roots], wanted)
    shown = {comment.id for comment in comments}
    last = next(each for each in reversed(roots) if each["id"] in shown)
    earlier = [root for root in first.comments if not root.pinned][:1]
    return Page(
        comments,
        _at(last, sort) if len(rows) == limit or len(shown) < len(roots) else None,
        None if [root.id for root in earlier] == [row["id"]] else position,
        more,
        first.thread,
    )


def _holds(comments: Iterable[Comment], id: str) -> bool:
    return any(comment.id == id or _holds(comment.replies, id) for comment in comments)


def _at(row: Row, sort: str) -> Position:
    return (row["score"] if sort == "best" else row["created_at"], row["id"])


def _roots(
    site: str, page: str, sort: str, cursor: Position | None, limit: int, *, back: bool = False
) -> Work[list[Row]]:
    """Roots that are not pinned, from the cursor on or (`back`) before it."""
    column, way = _ORDER[sort]
    if back:
        way = "DESC" if way == "ASC" else "ASC"
    where_cursor = "" if cursor is None else f"AND ({column}, c.id) {_BEYOND[way]} (:value, :after)"
    params: dict[str, Any] = {"site": site, "page": page, "limit": limit}
    if cursor is not None:
        params |= {"value": cursor[0] if sort == "best" else int(cursor[0]), "after": cursor[1]}
    rows: list[Row] = yield many(
        f"""SELECT {COLUMNS}, c.score {FROM} WHERE {_ROOTS} AND c.pinned = 0 {where_cursor}
        ORDER BY {column} {way}, c.id {way} LIMIT :limit""",
        **params,
    )
    return rows


def _with_replies(
    site: str, page: str, roots: list[Comment], wanted: Comment | None = None, *, back: bool = False
) -> Work[tuple[list[Comment], dict[str, Position]]]:
    """Roots with replies, including `wanted`, as far as they fit a listing: the first ones or (`back`) the last."""
    if not roots:
        return [], {}
    replies, more = yield from _first_replies(site, page, roots, wanted)
    fitted, more = _fitted(roots[::-1] if back else roots, replies, more, wanted)
    return (fitted[::-1] if back else fitted), more


def _fitted(
    roots: list[Comment], replies: set[str], more: dict[str, Position], wanted: Comment | None = None
) -> tuple[list[Comment], dict[str, Position]]:
    """What fits into a listing, and the cursors of further replies."""
    fitted = listing.fit(roots, replies, wanted.id if wanted else "")
    after = {
        root: NOTHING_BEFORE if last is None else (last.created_at, last.id) for root, last in fitted.later.items()
    }
    shown = {root.id for root in fitted.roots}
    return fitted.roots, {root: position for root, position in (more | after).items() if root in shown}


def replies_of(site: str, page: str, root_id: str, after: Position) -> Work[Page]:
    """A root with its next replies, oldest first, and their ancestors."""
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
    return Page(visible, None, None, more, (yield from _whole(site, page)))


def _whole(site: str, page: str) -> Work[Thread]:
    row = yield one(
        f"SELECT {COUNT} AS total, t.locked, t.ai FROM threads t WHERE t.site = :site AND t.page = :page",
        site=site, page=page,
    )  # fmt: skip
    return Thread() if row is None else Thread(row["total"], bool(row["locked"]), row["ai"])


def _pinned(site: str, page: str) -> Work[list[Comment]]:
    """Pinned comments, on the first page only, newest first."""
    rows = yield many(
        f"""SELECT {COLUMNS} {FROM} WHERE {_ROOTS} AND c.pinned = 1
        ORDER BY c.created_at DESC, c.id DESC LIMIT {PINNED_LIMIT}""",
        site=site, page=page,
    )  # fmt: skip
    return [read_comment(row) for row in rows]


def _first_replies(
    site: str, page: str, roots: list[Comment], wanted: Comment | None
) -> Work[tuple[set[str], dict[str, Position]]]:
    """Attaches replies to their roots, including `wanted`; returns their ids and the cursors of further replies."""
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
    replies = {row["id"]: read_comment(row) for row in rows}
    if wanted is not None and wanted.depth:
        replies.setdefault(wanted.id, wanted)
    yield from _hang(site, roots, replies.values())
    return set(replies), more


def _shares(site: str, roots: dict[str, str]) -> Work[tuple[list[Row], dict[str, Position]]]:
    """An equal share of replies for each root (by parameter name), and the cursors of further replies."""
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
    """Pinned replies of these roots, shown first."""
    rows = yield many(
        f"""SELECT {COLUMNS} {FROM} WHERE c.page = :page AND c.pinned = 1 AND {_REPLIES}
        ORDER BY c.depth, c.created_at LIMIT {PINNED_LIMIT}""",
        site=site, page=page,
    )  # fmt: skip
    return [row for row in rows if row["root_id"] in roots]


def _hang(site: str, roots: list[Comment], replies: Iterable[Comment]) -> Work[None]:
    """Attaches replies to their parents, pinned ones first; fetches missing parents."""
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
    """Drops removed comments without visible replies."""
    for reply in comment.replies:
        _prune(reply)
    comment.replies[:] = [reply for reply in comment.replies if reply.state == "published" or reply.replies]


def _position(row: Row) -> Position:
    return row["created_at"], row["id"]
