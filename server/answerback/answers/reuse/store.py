"""Answered questions by their terms, and the versions of answers that an owner has changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ...comments.store import BODY, HTML
from ...core.answering import Source
from ...core.provenance import digital_source_type
from ...core.times import iso
from ...db.sql import containing, in_list
from ...db.work import Work, many, one, run

CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Answered:
    """A thread's question and its answer. `by_owner`: written or verified by the owner; `revised_at`: the last
    replacement of its text."""

    id: str
    question: str
    terms: tuple[str, ...]
    page: str
    url: str
    title: str
    body: str
    html: str
    author_kind: str
    provider: str
    by_owner: bool
    revised_at: int | None
    created_at: int

    @property
    def digital_source_type(self) -> str | None:
        """The IPTC type of its text; None if a person wrote it."""
        if self.author_kind != "ai":
            return None
        revised = self.revised_at is not None
        return digital_source_type(self.provider, state="done", verified=self.by_owner, revised=revised)

    def public(self) -> dict[str, Any]:
        """Its API form."""
        return {
            "id": self.id, "question": self.question, "page": self.page, "url": self.url, "title": self.title,
            "body": self.body, "html": self.html, "author_kind": self.author_kind,
            "provider": self.provider, "digital_source_type": self.digital_source_type,
            "verified_by_owner": self.by_owner,
            "revised_at": None if self.revised_at is None else iso(self.revised_at), "created_at": iso(self.created_at),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revision:
    """A version of an answer: who made it, by what action, with a note for readers."""

    author: str
    action: str
    body: str
    html: str
    note: str
    created_at: int

    def public(self, *, with_words: bool) -> dict[str, Any]:
        """Its API form; a withdrawn answer's history has no text."""
        return {
            "author": self.author, "action": self.action, "body": self.body if with_words else None,
            "html": self.html if with_words else None, "note": self.note, "created_at": iso(self.created_at),
        }  # fmt: skip


def remember(site: str, question_id: str, answer_id: str, terms: Sequence[str], now: int) -> Work[None]:
    """Stores the terms of the question that a comment answers, replacing earlier ones."""
    yield from forget(site, answer_id)
    if not terms:
        return
    yield run(
        """INSERT INTO answered_questions (answer_id, site, question_id, terms, updated_at)
        VALUES (:answer_id, :site, :question_id, :terms, :now)""",
        answer_id=answer_id, site=site, question_id=question_id, terms=orjson.dumps(list(terms)).decode(), now=now,
    )  # fmt: skip
    for term in terms:
        yield run(
            "INSERT INTO answered_question_terms (site, term, answer_id) VALUES (:site, :term, :answer_id)",
            site=site, term=term, answer_id=answer_id,
        )  # fmt: skip


def forget(site: str, answer_id: str) -> Work[None]:
    """Excludes an answer from reuse."""
    yield run("DELETE FROM answered_question_terms WHERE site = :site AND answer_id = :id", site=site, id=answer_id)
    yield run("DELETE FROM answered_questions WHERE site = :site AND answer_id = :id", site=site, id=answer_id)


def end_marks(site: str, question_id: str) -> Work[None]:
    """After a question's text changed: its answers are no longer reused, and verification, pins and dismissals end."""
    for answer in (
        yield many(
            "SELECT answer_id FROM answered_questions WHERE site = :site AND question_id = :id",
            site=site,
            id=question_id,
        )
    ):
        yield from forget(site, answer["answer_id"])
    yield run(
        "UPDATE answers SET verified_by_owner = 0, dismissed_at = NULL WHERE site = :site AND question_id = :id",
        site=site, id=question_id,
    )  # fmt: skip
    yield run(
        """UPDATE comments SET pinned = 0 WHERE site = :site AND pinned = 1
        AND (id = :id OR id IN (SELECT id FROM answers WHERE question_id = :id))""",
        site=site, id=question_id,
    )  # fmt: skip


def with_terms(site: str, terms: Collection[str]) -> Work[list[Answered]]:
    """Current answers whose questions share the most terms with these."""
    if not terms:
        return []
    listed, params = in_list("term", terms)
    rows = yield many(
        f"""SELECT k.answer_id, k.terms, q.body AS question, c.page, {BODY} AS body, {HTML} AS html, c.author_kind,
            COALESCE(a.provider, '') AS provider, c.created_at, COALESCE(a.verified_by_owner, 1) AS by_owner,
            a.revised_at, COALESCE(t.url, '') AS url, COALESCE(t.title, '') AS title
        FROM (SELECT answer_id, COUNT(*) AS shared FROM answered_question_terms
              WHERE site = :site AND term IN ({listed})
              GROUP BY answer_id ORDER BY COUNT(*) DESC, answer_id LIMIT {CANDIDATES}) AS best
        JOIN answered_questions k ON k.answer_id = best.answer_id
        JOIN comments q ON q.id = k.question_id AND q.site = :site AND q.state = 'published'
        JOIN comments c ON c.id = k.answer_id AND c.site = :site AND c.state = 'published'
        LEFT JOIN answers a ON a.id = c.id
        LEFT JOIN threads t ON t.site = c.site AND t.page = c.page
        WHERE k.site = :site AND {BODY} <> '' AND (a.id IS NULL OR (a.state = 'done' AND a.outdated = 0
            AND (a.verified_by_owner = 1 OR a.sources <> '[]')))
        ORDER BY best.shared DESC, by_owner DESC, c.created_at DESC""",
        site=site, **params,
    )  # fmt: skip
    return [
        Answered(
            id=row["answer_id"], question=row["question"], terms=tuple(orjson.loads(row["terms"])), page=row["page"],
            url=row["url"], title=row["title"], body=row["body"], html=row["html"], author_kind=row["author_kind"],
            provider=row["provider"], by_owner=bool(row["by_owner"]), revised_at=row["revised_at"],
            created_at=row["created_at"],
        )
        for row in rows
    ]  # fmt: skip


def term_counts(site: str, terms: Collection[str]) -> Work[tuple[dict[str, int], int]]:
    """The number of the site's answered questions with each term, and their total."""
    listed, params = in_list("term", terms)
    rows = yield many(
        f"""SELECT term, COUNT(*) AS count FROM answered_question_terms
        WHERE site = :site AND term IN ({listed}) GROUP BY term""",
        site=site, **params,
    )  # fmt: skip
    total = yield one("SELECT COUNT(*) AS count FROM answered_questions WHERE site = :site", site=site)
    return {row["term"]: row["count"] for row in rows}, total["count"]


# ---- versions


def set_words(
    site: str, id: str, body: str, html: str, sources: Sequence[Source], *, state: str, verified: bool, now: int
) -> Work[bool]:
    """Sets a settled answer's text and state; False if it has not settled."""
    row = yield one(
        """UPDATE answers SET body = :body, html = :html, sources = :sources, state = :state, revised_at = :now,
            verified_by_owner = :verified, outdated = 0, retry_at = NULL, error = NULL, dismissed_at = :now,
            supported = NULL, support_reason = ''
        WHERE site = :site AND id = :id AND kind = 'thread'
            AND state IN ('done', 'stopped', 'failed', 'withheld') RETURNING id""",
        site=site, id=id, body=body, html=html, state=state, verified=1 if verified else 0, now=now,
        sources=orjson.dumps([source.public() for source in sources]).decode(),
    )  # fmt: skip
    return row is not None


def set_verified(site: str, id: str, now: int) -> Work[bool]:
    """Marks an answer as verified by the owner; False if it is not done. Verified and revised text counts as the
    owner's, so an answer that the AI has renewed is no longer revised."""
    row = yield one(
        """UPDATE answers SET verified_by_owner = 1, outdated = 0, dismissed_at = :now,
            revised_at = CASE WHEN verified_by_owner = 1 THEN revised_at ELSE NULL END
        WHERE site = :site AND id = :id AND kind = 'thread' AND state = 'done' RETURNING id""",
        site=site, id=id, now=now,
    )  # fmt: skip
    return row is not None


def seen_to(site: str, question_id: str, now: int) -> Work[None]:
    """Closes a question that the owner has answered in person."""
    yield run(
        "UPDATE answers SET dismissed_at = :now WHERE site = :site AND question_id = :id", site=site, id=question_id,
        now=now,
    )  # fmt: skip


def set_pinned(site: str, ids: Sequence[str], pinned: bool) -> Work[None]:
    """Pins or unpins comments."""
    for id in ids:
        yield run(
            "UPDATE comments SET pinned = :pinned WHERE site = :site AND id = :id",
            pinned=1 if pinned else 0, site=site, id=id,
        )  # fmt: skip


def pinned_below(site: str, root_id: str, but: str) -> Work[bool]:
    """Whether another comment of this root is pinned."""
    row = yield one(
        """SELECT 1 AS one FROM comments WHERE site = :site AND root_id = :root_id AND id <> :root_id AND id <> :but
        AND pinned = 1 LIMIT 1""",
        site=site, root_id=root_id, but=but,
    )  # fmt: skip
    return row is not None


def add_revision(id: str, site: str, comment_id: str, revision: Revision) -> Work[None]:
    """Inserts a version."""
    yield run(
        """INSERT INTO answer_revisions (id, site, comment_id, author, action, body, html, note, created_at)
        VALUES (:id, :site, :comment_id, :author, :action, :body, :html, :note, :created_at)""",
        id=id, site=site, comment_id=comment_id, author=revision.author, action=revision.action, body=revision.body,
        html=revision.html, note=revision.note, created_at=revision.created_at,
    )  # fmt: skip


def revisions(site: str, comment_id: str) -> Work[list[Revision]]:
    """All versions of an answer, oldest first; none if nobody changed it."""
    rows = yield many(
        """SELECT author, action, body, html, note, created_at FROM answer_revisions
        WHERE site = :site AND comment_id = :id ORDER BY created_at, id""",
        site=site, id=comment_id,
    )  # fmt: skip
    return [Revision(**row) for row in rows]


# ---- answers whose page has changed


def citing(site: str, url: str) -> Work[list[tuple[str, tuple[Source, ...], bool]]]:
    """Current answers in threads that quote this page: id, sources, and whether the owner verified it."""
    rows = yield many(
        """SELECT id, sources, verified_by_owner FROM answers WHERE site = :site AND kind = 'thread'
        AND state = 'done' AND outdated = 0 AND sources LIKE :like ESCAPE '!' ORDER BY settled_at DESC LIMIT 500""",
        site=site, like=containing(url),
    )  # fmt: skip
    return [
        (row["id"], tuple(Source(**source) for source in orjson.loads(row["sources"])), bool(row["verified_by_owner"]))
        for row in rows
    ]


def mark_outdated(site: str, id: str) -> Work[bool]:
    """Marks an answer whose source has changed; False if it was marked already."""
    row = yield one(
        "UPDATE answers SET outdated = 1 WHERE site = :site AND id = :id AND outdated = 0 RETURNING id",
        site=site,
        id=id,
    )
    return row is not None


def renew_later(site: str, id: str, at: int) -> Work[None]:
    """Schedules a marked answer's renewal."""
    yield run("UPDATE answers SET renew_at = :at WHERE site = :site AND id = :id", at=at, site=site, id=id)


def renewals_due(now: int, most: int) -> Work[list[tuple[str, str]]]:
    """Sites and ids of answers due for renewal."""
    rows = yield many(
        "SELECT site, id FROM answers WHERE renew_at <= :now ORDER BY renew_at, id LIMIT :most", now=now, most=most
    )
    return [(row["site"], row["id"]) for row in rows]


def take_renewal(site: str, id: str, now: int) -> Work[bool]:
    """Takes one of those; False if another process has."""
    row = yield one(
        "UPDATE answers SET renew_at = NULL WHERE site = :site AND id = :id AND renew_at <= :now RETURNING id",
        site=site, id=id, now=now,
    )  # fmt: skip
    return row is not None


def requeue_outdated(site: str, id: str, now: int, *, draft: bool, first: bool) -> Work[bool]:
    """Queues an answer's renewal, for the `first` time since its page changed or again; its text stays until then.
    False if it is not marked or is verified by the owner."""
    row = yield one(
        """UPDATE answers SET state = 'queued', due_at = :now, queued_at = :now, stop_requested = 0, on_request = 1,
            attempts = CASE WHEN :first = 1 THEN 0 ELSE attempts END, started_at = NULL, first_token_at = NULL,
            settled_at = NULL, dismissed_at = NULL, draft = :draft
        WHERE site = :site AND id = :id AND state = 'done' AND outdated = 1 AND verified_by_owner = 0 RETURNING id""",
        site=site, id=id, now=now, draft=int(draft), first=int(first),
    )  # fmt: skip
    return row is not None
