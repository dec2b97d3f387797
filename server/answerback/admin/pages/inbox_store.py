"""Queries of the inbox. Every query names the sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...comments.approval import reports_store
from ...comments.approval.reports_store import Report
from ...comments.approval.reviewables_store import KINDS, HeldEdit, Reviewable, read_reviewable
from ...comments.store import COLUMNS, FROM, read_comment
from ...core.model import Comment
from ...db.sql import in_list
from ...db.work import Row, Work, many, one
from ..newest_store import newest_sites

_REVIEWABLE = """r.id, r.site, r.kind, r.page, r.state, r.score, r.version, r.reasons, r.opened_at, r.decided_by,
    r.decided_at"""
COUNTED = 100
"""The limit of each kind's count: "99+"."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A question of the ask box and its answer, without the asker."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Item:
    """An open item: its comment (an answer's too) or ask-box question, the comments above it, its page, reports, and
    held edit."""

    review: Reviewable
    comment: Comment | None = None
    above: Comment | None = None
    chat: Chat | None = None
    url: str = ""
    title: str = ""
    error: str = ""
    reports: Sequence[Report] = ()
    edit: HeldEdit | None = None
    path: Sequence[Comment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items to show: of one kind or all, after `before`, the last one shown."""

    kind: str = ""
    before: tuple[int, str] | None = None


def counts(sites: Sequence[str]) -> Work[dict[str, int]]:
    """The number of open items of each kind, counted up to `COUNTED`. The condition on time makes SQLite use the kind's
    index even if almost all items are of another kind."""
    if not sites:
        return dict.fromkeys(KINDS, 0)
    names, params = in_list("site", sites)
    each = ", ".join(
        f"""(SELECT COUNT(*) FROM (SELECT 1 AS one FROM reviewables WHERE site IN ({names}) AND kind = '{kind}'
            AND state = 'open' AND opened_at > 0 LIMIT {COUNTED}) AS of_{kind}) AS {kind}"""
        for kind in KINDS
    )
    row = yield one(f"SELECT {each}", **params)
    return {kind: row[kind] for kind in KINDS}


def waiting(sites: Sequence[str], wanted: Wanted, limit: int) -> Work[list[Reviewable]]:
    """The newest open items. Queries each site separately, so that an index gives their order."""
    where = "r.state = 'open'"
    params: dict[str, object] = {}
    if wanted.kind:
        where, params["kind"] = f"{where} AND r.kind = :kind", wanted.kind
    if wanted.before is not None:
        where += " AND (r.opened_at, r.id) < (:at, :id)"
        params["at"], params["id"] = wanted.before
    newest = "FROM reviewables r WHERE r.site = {} AND " + where + " ORDER BY r.opened_at DESC, r.id DESC LIMIT "
    likely = yield from newest_sites(sites, [f"SELECT r.opened_at {newest.format('s.key')} 1"], limit, **params)
    rows: list[Row] = []
    for some in _in_parts(list(likely), 100):
        named = {f"site{number}": site for number, site in enumerate(some)}
        parts = (
            f"SELECT * FROM (SELECT {_REVIEWABLE} {newest.format(f':{name}')} :limit) AS of_{name}" for name in named
        )
        rows += yield many(" UNION ALL ".join(parts), **params, **named, limit=limit)
    rows.sort(key=lambda row: (row["opened_at"], row["id"]), reverse=True)
    return [read_reviewable(row) for row in rows[:limit]]


def _in_parts(values: list[str], most: int) -> Iterable[list[str]]:
    return (values[start : start + most] for start in range(0, len(values), most))


def items(reviews: Sequence[Reviewable]) -> Work[list[Item]]:
    """Items with their details, in a constant number of statements for each site."""
    found: dict[str, Item] = {}
    for site in dict.fromkeys(review.site for review in reviews):
        own = [review for review in reviews if review.site == site]
        found |= yield from _of_site(site, own)
    return [found[review.id] for review in reviews]


def _of_site(site: str, reviews: Sequence[Reviewable]) -> Work[dict[str, Item]]:
    ids = [review.id for review in reviews]
    comments = yield from _comments(site, ids)
    elsewhere = yield from _answers(site, ids, comments.keys())
    about = {id: _stands_below(comment) for id, comment in comments.items()}
    about |= {id: row["question_id"] for id, row in elsewhere.items() if row["kind"] != "chat"}
    wanted = {id for id in about.values() if id} | {comment.root_id for comment in comments.values()}
    known = comments | (yield from _comments(site, wanted - comments.keys()))
    places = yield from _places(site, {review.page for review in reviews})
    reports = yield from reports_store.reports_of(list(comments))
    edits = yield from _edits(site, list(comments))
    return {
        review.id: _item(
            Item(
                review, comments.get(review.id), known.get(about.get(review.id, "")),
                reports=reports.get(review.id, ()), edit=edits.get(review.id),
                path=_path(comments.get(review.id), known),
            ),
            elsewhere.get(review.id), *places.get(review.page, ("", "")),
        )
        for review in reviews
    }  # fmt: skip


def _item(item: Item, row: Row | None, url: str, title: str) -> Item:
    """An item with its page, its error, and its ask-box question."""
    if row is None:
        answer = item.comment.answer if item.comment is not None else None
        return replace(item, url=url, title=title, error=(answer.error if answer is not None else None) or "")
    chat = Chat(row["question"], row["body"]) if row["kind"] == "chat" and row["question"] is not None else None
    return replace(item, chat=chat, url=row["url"] or url, title=row["title"] or title, error=row["error"] or "")


def _stands_below(comment: Comment) -> str:
    """The parent comment."""
    return (comment.answer.question_id if comment.answer is not None else comment.parent_id) or ""


def _path(comment: Comment | None, known: Mapping[str, Comment]) -> list[Comment]:
    """The known ancestors of a comment, root first."""
    path: list[Comment] = []
    while comment is not None and comment.parent_id is not None and comment.parent_id in known:
        comment = known[comment.parent_id]
        path.insert(0, comment)
    root = known.get(comment.root_id) if comment is not None else None
    if root is not None and comment is not None and root.id != comment.id:
        path.insert(0, root)
    return path


def _comments(site: str, ids: Iterable[str]) -> Work[dict[str, Comment]]:
    wanted = list(ids)
    if not wanted:
        return {}
    listed, params = in_list("id", wanted)
    rows = yield many(f"SELECT {COLUMNS} {FROM} WHERE c.site = :site AND c.id IN ({listed})", site=site, **params)
    return {row["id"]: read_comment(row) for row in rows}


def _answers(site: str, ids: Sequence[str], in_threads: Iterable[str]) -> Work[dict[str, Row]]:
    """Answers without a place in a thread: from the ask box, or refused."""
    wanted = sorted(set(ids) - set(in_threads))
    if not wanted:
        return {}
    listed, params = in_list("id", wanted)
    rows = yield many(
        f"""SELECT a.id, a.kind, a.question_id, a.body, a.url, a.title, a.error, q.body AS question
        FROM answers a LEFT JOIN questions q ON q.id = a.question_id AND q.site = a.site AND a.kind = 'chat'
        WHERE a.site = :site AND a.id IN ({listed})""",
        site=site, **params,
    )  # fmt: skip
    return {row["id"]: row for row in rows}


def _places(site: str, pages: Iterable[str]) -> Work[dict[str, tuple[str, str]]]:
    listed, params = in_list("page", sorted(pages))
    rows = yield many(
        f"SELECT page, url, title FROM threads WHERE site = :site AND page IN ({listed})", site=site, **params
    )
    return {row["page"]: (row["url"], row["title"]) for row in rows}


def _edits(site: str, ids: Sequence[str]) -> Work[dict[str, HeldEdit]]:
    if not ids:
        return {}
    listed, params = in_list("id", ids)
    rows = yield many(
        f"""SELECT comment_id, body, html, at FROM held_edits WHERE site = :site AND comment_id IN ({listed})""",
        site=site, **params,
    )  # fmt: skip
    return {row["comment_id"]: HeldEdit(**row) for row in rows}


def answer_kind(sites: Sequence[str], id: str) -> Work[tuple[str, str, str] | None]:
    """Site, kind and question of an answer of these sites."""
    if not sites:
        return None
    names, params = in_list("site", sites)
    row = yield one(
        f"SELECT site, kind, question_id FROM answers WHERE id = :id AND site IN ({names})", id=id, **params
    )
    return None if row is None else (row["site"], row["kind"], row["question_id"])


def undismiss(site: str, id: str, since: int) -> Work[bool]:
    """Reopens an answer dismissed since then."""
    row = yield one(
        """UPDATE answers SET dismissed_at = NULL WHERE site = :site AND id = :id AND dismissed_at >= :since
        RETURNING id""",
        site=site, id=id, since=since,
    )  # fmt: skip
    return row is not None


def emails(ids: Iterable[str]) -> Work[dict[str, str]]:
    """The email addresses of these owners."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    listed, params = in_list("id", wanted)
    rows = yield many(f"SELECT id, email FROM owners WHERE id IN ({listed})", **params)
    return {row["id"]: row["email"] for row in rows}


def states(sites: Sequence[str], ids: Sequence[str]) -> Work[list[Reviewable]]:
    """The current state of these items of these sites."""
    if not sites or not ids:
        return []
    names, params = in_list("site", sites)
    listed, of_ids = in_list("id", ids)
    rows = yield many(
        f"SELECT {_REVIEWABLE} FROM reviewables r WHERE r.id IN ({listed}) AND r.site IN ({names})", **params, **of_ids
    )
    return [read_reviewable(row) for row in rows]
