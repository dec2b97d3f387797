"""Threads and comments in the database. A queued AI reply is a comment with an answer's columns joined."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ..core.answering import Source
from ..core.model import BY_AI, FROM_SITE, Answer, Comment, Visitor, answerer
from ..core.page_addresses import leads_to
from ..db.sql import in_list
from ..db.work import Row, Work, many, one, run
from .changes_store import COUNT

_SHOWN = """CASE WHEN a.id IS NULL OR c.state = 'deleted' THEN c.{0}
    WHEN a.outdated = 0 AND (a.state IN ('queued', 'streaming') OR (a.state = 'withheld' AND a.revised_at IS NULL))
    THEN '' ELSE a.{0} END"""
BODY, HTML = (_SHOWN.format(column) for column in ("body", "html"))
"""What readers see. An AI reply's text is stored only in its answer, and only the owner reads a withheld one."""
COLUMNS = f"""c.id, c.site, c.page, c.parent_id, c.root_id, c.depth, c.visitor_id, c.author_kind, c.author_name,
    c.avatar_url, {BODY} AS body, {HTML} AS html, c.state, c.created_at, c.edited_at, c.up, c.down,
    a.state AS answer_state, c.pinned, a.question_id, a.model, a.provider, a.sources, a.verified_by_owner, a.retry_at,
    a.error, a.outdated, a.revised_at, a.supported, a.support_reason, a.certainty"""
FROM = "FROM comments c LEFT JOIN answers a ON a.id = c.id"


@dataclass(frozen=True, slots=True)
class ThreadRules:
    """A thread's rules: locked or not, its own answer and approval rules (None: the site's), and its page's address."""

    locked: bool
    ai: str | None
    moderation: str | None
    url: str


def read_comment(row: Row) -> Comment:
    """A comment from a row with `COLUMNS`."""
    answer = None
    if row["answer_state"] is not None:
        answer = Answer(
            state=row["answer_state"],
            question_id=row["question_id"],
            model=row["model"],
            provider=row["provider"],
            sources=tuple(Source(**source) for source in orjson.loads(row["sources"])),
            verified_by_owner=bool(row["verified_by_owner"]),
            certainty=row["certainty"],
            retry_at=row["retry_at"],
            error=row["error"],
            outdated=bool(row["outdated"]),
            revised_at=row["revised_at"],
            supported=None if row["supported"] is None else bool(row["supported"]),
            support_reason=row["support_reason"],
        )
    name = row["author_name"]
    if answer is not None and answer.provider and name in (BY_AI, FROM_SITE):
        # Another provider may have answered since it was queued.
        name = answerer(answer.provider)
    return Comment(
        id=row["id"], site=row["site"], page=row["page"], parent_id=row["parent_id"], root_id=row["root_id"],
        depth=row["depth"], author_id=row["visitor_id"], author_name=name,
        author_kind=row["author_kind"], avatar_url=row["avatar_url"], body=row["body"], html=row["html"],
        state=row["state"], created_at=row["created_at"], edited_at=row["edited_at"], up=row["up"],
        down=row["down"], pinned=bool(row["pinned"]), answer=answer,
    )  # fmt: skip


def place(site: str, page: str) -> Work[tuple[str, str] | None]:
    """A thread's page address and title; None before the first comment."""
    row = yield one("SELECT url, title FROM threads WHERE site = :site AND page = :page", site=site, page=page)
    return None if row is None else (row["url"] or "", row["title"] or "")


def addresses(site: str, pages: Collection[str]) -> Work[dict[str, str]]:
    """The known page addresses of these threads."""
    listed, params = in_list("page", sorted(pages))
    rows = yield many(
        f"SELECT page, url FROM threads WHERE site = :site AND url <> '' AND page IN ({listed})", site=site, **params
    )
    return {row["page"]: row["url"] for row in rows}


def comment_by_id(site: str, id: str) -> Work[Comment | None]:
    """A comment of this site, in any state."""
    row = yield one(f"SELECT {COLUMNS} {FROM} WHERE c.site = :site AND c.id = :id", site=site, id=id)
    return None if row is None else read_comment(row)


def known_comment(site: str, id: str) -> Work[Comment]:
    """`comment_by_id` for a comment that must exist."""
    comment = yield from comment_by_id(site, id)
    assert comment is not None
    return comment


def reply_to(site: str, question_id: str) -> Work[Comment | None]:
    """The AI's reply to a comment."""
    row = yield one(
        f"""SELECT {COLUMNS} {FROM} WHERE c.site = :site AND a.question_id = :question_id
        AND a.kind = 'thread' ORDER BY c.created_at DESC LIMIT 1""",
        site=site,
        question_id=question_id,
    )
    return None if row is None else read_comment(row)


def path_to(site: str, comment: Comment) -> Work[list[Comment]]:
    """The comment with its ancestors, root first."""
    path = [comment]
    while path[0].parent_id is not None:
        above = yield from comment_by_id(site, path[0].parent_id)
        if above is None:
            break
        path.insert(0, above)
    return path


_RULES = "t.locked, t.ai, t.moderation, t.url, t.url_by_owner"


def keep_thread(site: str, page: str, url: str, title: str, now: int) -> Work[ThreadRules]:
    """Creates the page's thread row if needed and returns its rules and page address: the owner's, else `url`, stored
    with the first comment and corrected if it cannot be the page's. A `title` comes from an import and stays until the
    page has been read."""
    row = yield one(f"SELECT {_RULES} FROM threads t WHERE t.site = :site AND t.page = :page", site=site, page=page)
    return (yield from _kept(row, site, page, url, title, now))


def keep_thread_to_post(
    site: str, page: str, url: str, now: int, visitor_id: str, key: str
) -> Work[ThreadRules | Comment]:
    """`keep_thread` for a post; or the comment already stored under the visitor's key."""
    row = yield one(
        f"""SELECT {_RULES}, c.id AS before FROM (SELECT 1 AS one) AS always
        LEFT JOIN threads t ON t.site = :site AND t.page = :page
        LEFT JOIN comments c ON c.visitor_id = :visitor_id AND c.idempotency_key = :key""",
        site=site, page=page, visitor_id=visitor_id, key=key,
    )  # fmt: skip
    if row["before"] is not None:
        return (yield from known_comment(site, row["before"]))
    return (yield from _kept(None if row["locked"] is None else row, site, page, url, "", now))


def _kept(row: Row | None, site: str, page: str, url: str, title: str, now: int) -> Work[ThreadRules]:
    if row is None or (url and not row["url_by_owner"] and not leads_to(row["url"], page)):
        row = yield one(
            """INSERT INTO threads (site, page, url, title, created_at) VALUES (:site, :page, :url, :title, :now)
            ON CONFLICT (site, page) DO UPDATE SET
                title = CASE WHEN threads.url = '' AND threads.title = '' THEN excluded.title ELSE threads.title END,
                url = excluded.url
            RETURNING locked, ai, moderation, url, url_by_owner""",
            site=site, page=page, url=url, title=title, now=now,
        )  # fmt: skip
    at = row["url"] if row["url_by_owner"] else url
    return ThreadRules(bool(row["locked"]), row["ai"], row["moderation"], at)


def is_locked(site: str, page: str) -> Work[bool]:
    """Whether the thread accepts nothing from visitors."""
    row = yield one("SELECT locked FROM threads WHERE site = :site AND page = :page", site=site, page=page)
    return row is not None and bool(row["locked"])


def set_locked(site: str, page: str, locked: bool, now: int) -> Work[None]:
    """Locks or unlocks a thread, even before its first comment."""
    yield from keep_thread(site, page, "", "", now)
    yield run(
        "UPDATE threads SET locked = :locked WHERE site = :site AND page = :page",
        locked=int(locked), site=site, page=page,
    )  # fmt: skip


def rule_of(site: str, page: str) -> Work[str | None]:
    """A page's own answer rule."""
    row = yield one("SELECT ai FROM threads WHERE site = :site AND page = :page", site=site, page=page)
    return None if row is None else row["ai"]


def moderation_of(site: str, page: str) -> Work[str | None]:
    """A page's own approval rule."""
    row = yield one("SELECT moderation FROM threads WHERE site = :site AND page = :page", site=site, page=page)
    return None if row is None else row["moderation"]


def set_moderation(site: str, page: str, holds: str | None, now: int) -> Work[None]:
    """Sets a page's own approval rule, or (None) the site's, even before its first comment."""
    yield from keep_thread(site, page, "", "", now)
    yield run(
        "UPDATE threads SET moderation = :holds WHERE site = :site AND page = :page",
        holds=holds, site=site, page=page,
    )  # fmt: skip


def set_rule(site: str, page: str, rule: str | None, now: int) -> Work[None]:
    """Sets a page's own answer rule, or (None) the site's, even before its first comment."""
    yield from keep_thread(site, page, "", "", now)
    yield run(
        "UPDATE threads SET ai = :rule WHERE site = :site AND page = :page",
        rule=rule, site=site, page=page,
    )  # fmt: skip


def url_of(site: str, page: str) -> Work[str]:
    """The address of a thread's page."""
    row = yield one("SELECT url FROM threads WHERE site = :site AND page = :page", site=site, page=page)
    return "" if row is None else row["url"]


def owners_url(site: str, page: str) -> Work[str]:
    """The page address set by the owner; empty if none."""
    row = yield one(
        "SELECT url FROM threads WHERE site = :site AND page = :page AND url_by_owner = 1", site=site, page=page
    )
    return "" if row is None else row["url"]


def set_place(site: str, page: str, url: str, title: str, now: int) -> Work[None]:
    """Sets a thread's page address and title as the owner, permanently."""
    yield from keep_thread(site, page, url, title, now)
    yield run(
        "UPDATE threads SET url = :url, title = :title, url_by_owner = 1 WHERE site = :site AND page = :page",
        url=url, title=title, site=site, page=page,
    )  # fmt: skip


def sent_with(site: str, id: str) -> Work[tuple[str, bool | None]]:
    """The keyed hash of a comment's address, and its author's choice about an AI answer."""
    row = yield one("SELECT address_key, ask FROM comments WHERE site = :site AND id = :id", site=site, id=id)
    if row is None:
        return "", None
    return row["address_key"] or "", None if row["ask"] is None else bool(row["ask"])


def add_comment(comment: Comment, *, key: str | None, address_key: str | None, ask: bool | None = None) -> Work[None]:
    """Inserts a comment; the text of an AI reply goes into its answer. `ask`: the author's choice about an answer,
    stored for when the comment is approved."""
    yield run(
        """INSERT INTO comments (id, site, page, parent_id, root_id, depth, visitor_id, author_kind, author_name,
            avatar_url, body, html, state, created_at, idempotency_key, address_key, ask, shown)
        VALUES (:id, :site, :page, :parent_id, :root_id, :depth, :visitor_id, :author_kind, :author_name,
            :avatar_url, :body, :html, :state, :created_at, :key, :address_key, :ask, :shown)""",
        id=comment.id, site=comment.site, page=comment.page, parent_id=comment.parent_id, root_id=comment.root_id,
        depth=comment.depth, visitor_id=comment.author_id, author_kind=comment.author_kind,
        author_name=comment.author_name, avatar_url=comment.avatar_url, body=comment.body, html=comment.html,
        state=comment.state, created_at=comment.created_at, key=key, address_key=address_key,
        ask=None if ask is None else int(ask), shown=int(comment.depth == 0 and comment.state == "published"),
    )  # fmt: skip


_COUNTED = {
    "visitor_id": "visitor_id = :{0}",
    "address_key": "address_key = :{0}",
    "network": "address_key LIKE :{0}",
}


def count_recent(site: str, since: int, limits: Sequence[tuple[str, str, int]]) -> Work[list[int]]:
    """The number of comments since then, by `visitor_id`, `address_key` or `network` (a key prefix), counted up to the
    limit."""
    counts, params = [], dict[str, Any]()
    for number, (by, value, limit) in enumerate(limits):
        name, most = f"value{number}", f"most{number}"
        counts.append(
            f"""(SELECT COUNT(*) FROM (SELECT 1 AS one FROM comments WHERE site = :site
            AND {_COUNTED[by].format(name)} AND created_at > :since LIMIT :{most}) AS recent) AS count{number}"""
        )
        params |= {name: f"{value}.%" if by == "network" else value, most: limit}
    row = yield one(f"SELECT {', '.join(counts)}", site=site, since=since, **params)
    return [row[f"count{number}"] for number in range(len(limits))]


def standing(visitor_id: str, most: int) -> Work[tuple[int, int]]:
    """The number of a visitor's published comments, counted up to `most`, and the visitor's first appearance."""
    row = yield one(
        """SELECT created_at, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM comments c WHERE c.visitor_id = v.id
            AND c.state = 'published' LIMIT :most) AS counted) AS published FROM visitors v WHERE v.id = :id""",
        id=visitor_id, most=most,
    )  # fmt: skip
    return row["published"], row["created_at"]


def own_comment(site: str, id: str, visitor_id: str, since: int, *, hidden: bool = False) -> Work[Comment | None]:
    """One's own published, pending or (optionally) hidden comment made after `since`."""
    row = yield one(
        f"""SELECT {COLUMNS} {FROM} WHERE c.site = :site AND c.id = :id AND c.visitor_id = :visitor_id
        AND c.state IN ('published', 'pending', :too) AND c.created_at >= :since""",
        site=site, id=id, visitor_id=visitor_id, since=since, too="hidden" if hidden else "pending",
    )  # fmt: skip
    return None if row is None else read_comment(row)


def change_words(site: str, id: str, body: str, html: str, now: int) -> Work[None]:
    """Changes a comment's text."""
    yield run(
        """UPDATE comments SET body = :body, html = :html, edited_at = :now WHERE site = :site AND id = :id
        AND state <> 'deleted'""",
        body=body, html=html, now=now, site=site, id=id,
    )  # fmt: skip


def set_edited_at(site: str, id: str, at: int | None) -> Work[None]:
    """Sets or clears the time of a comment's last edit."""
    yield run("UPDATE comments SET edited_at = :at WHERE site = :site AND id = :id", at=at, site=site, id=id)


def delete_comment(site: str, id: str, visitor_id: str, since: int, *, hidden: bool = False) -> Work[bool]:
    """Deletes one's own comment, even a hidden one: its text goes, its place stays while it has replies."""
    row = yield one(
        """UPDATE comments SET body = '', html = '', state = 'deleted' WHERE site = :site AND id = :id
        AND visitor_id = :visitor_id AND state IN ('published', 'pending', :too) AND created_at >= :since
        RETURNING id""",
        site=site, id=id, visitor_id=visitor_id, since=since, too="hidden" if hidden else "pending",
    )  # fmt: skip
    return row is not None


def set_state(site: str, id: str, state: str, *, only_from: tuple[str, ...]) -> Work[bool]:
    """Hides, restores or approves a comment; False if it was in none of the given states."""
    listed, params = in_list("from", only_from)
    row = yield one(
        f"""UPDATE comments SET state = :state WHERE site = :site AND id = :id
        AND state IN ({listed}) RETURNING id""",
        state=state, site=site, id=id, **params,
    )  # fmt: skip
    return row is not None


def mine(site: str, page: str, visitor: Visitor) -> Work[tuple[dict[str, int], list[Comment]]]:
    """A visitor's votes on a page, and their held comments and pending answers; under a shadow ban, also their hidden
    comments."""
    visitor_id, states = visitor.id, ("pending", "hidden") if visitor.shadow and visitor.blocked else ("pending",)
    listed, params = in_list("state", states)
    votes = yield many(
        "SELECT comment_id, value FROM votes WHERE visitor_id = :visitor_id AND page = :page",
        visitor_id=visitor_id, page=page,
    )  # fmt: skip
    pending = yield many(
        f"""SELECT {COLUMNS} {FROM} WHERE c.visitor_id = :visitor_id AND c.site = :site AND c.page = :page
        AND c.state IN ({listed}) ORDER BY c.created_at, c.id LIMIT 100""",
        visitor_id=visitor_id, site=site, page=page, **params,
    )  # fmt: skip
    pending += yield many(
        f"""SELECT {COLUMNS} FROM answers a JOIN comments c ON c.id = a.id WHERE a.visitor_id = :visitor_id
        AND a.page = :page AND a.draft = 1 AND c.site = :site AND c.page = :page AND c.state = 'pending' LIMIT 100""",
        visitor_id=visitor_id, site=site, page=page,
    )  # fmt: skip
    pending += yield from _held_edits(site, page, visitor_id)
    pending.sort(key=lambda row: (row["created_at"], row["id"]))
    return {row["comment_id"]: row["value"] for row in votes}, [read_comment(row) for row in pending]


def _held_edits(site: str, page: str, visitor_id: str) -> Work[list[Row]]:
    """A visitor's published comments with held edits applied, as pending."""
    rows = yield many(
        f"""SELECT {COLUMNS}, h.body AS held_body, h.html AS held_html, h.at AS held_at FROM held_edits h
        JOIN comments c ON c.id = h.comment_id LEFT JOIN answers a ON a.id = c.id
        WHERE h.visitor_id = :visitor_id AND h.site = :site AND h.page = :page AND c.state = 'published' LIMIT 100""",
        visitor_id=visitor_id, site=site, page=page,
    )  # fmt: skip
    return [
        row | {"body": row["held_body"], "html": row["held_html"], "edited_at": row["held_at"], "state": "pending"}
        for row in rows
    ]


def counts(site: str, pages: list[str]) -> Work[dict[str, int]]:
    """The number of visible comments on each page."""
    listed, params = in_list("page", pages)
    rows = yield many(
        f"SELECT t.page, {COUNT} AS count FROM threads t WHERE t.site = :site AND t.page IN ({listed})",
        site=site, **params,
    )  # fmt: skip
    return dict.fromkeys(pages, 0) | {row["page"]: row["count"] for row in rows}


def newest(site: str, page: str | None, limit: int) -> Work[list[Comment]]:
    """The newest published comments of a page or site, newest first, without failed and unfinished answers."""
    on_page = "" if page is None else "AND c.page = :page"
    rows = yield many(
        f"""SELECT {COLUMNS} {FROM} WHERE c.site = :site {on_page} AND c.state = 'published' AND {BODY} <> ''
        AND (a.id IS NULL OR a.state NOT IN ('failed', 'withheld'))
        ORDER BY c.created_at DESC, c.id DESC LIMIT :limit""",
        site=site, limit=limit, **({} if page is None else {"page": page}),
    )  # fmt: skip
    return [read_comment(row) for row in rows]
