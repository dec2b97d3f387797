"""Unanswered questions and the replies people gave. Every query names the sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..db.sql import in_list
from ..db.work import Work, many, run

OPEN_LIMIT, CLOSED_LIMIT = 1_000, 500

# Unsupported, or failed for good. For questions of the ask box: their text, nothing about the visitor.
_SELECT = """SELECT a.id, a.kind, a.site, a.page, a.url, a.question_id, a.error, a.settled_at AS at, a.dismissed_at,
    a.closed_by, a.supported, a.passages, COALESCE(q.body, c.body) AS question
    FROM answers a LEFT JOIN comments c ON c.id = a.question_id AND c.site = a.site AND a.kind <> 'chat'
        AND c.state = 'published'
    LEFT JOIN questions q ON q.id = a.question_id AND q.site = a.site AND a.kind = 'chat'"""
_UNANSWERED = """COALESCE(q.body, c.body, '') <> '' AND ((a.supported = 0 AND a.support_reason <> 'partly'
    AND a.state IN ('done', 'withheld'))
    OR (a.state = 'failed' AND a.retry_at IS NULL)) AND (a.kind <> 'refused' OR NOT EXISTS (
        SELECT 1 FROM answers b WHERE b.question_id = a.question_id AND b.kind = 'thread'))"""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without an answer; `error` is None if the site does not answer it."""

    id: str
    kind: str
    site: str
    page: str
    url: str
    question_id: str
    error: str | None
    at: int
    dismissed_at: int | None
    closed_by: str
    """The page that answers it by now."""
    supported: int | None
    passages: str
    """What was read for it, as JSON: addresses and hashes, the nearest first."""
    question: str

    @property
    def silent(self) -> bool:
        """Whether the site does not answer it, as opposed to a failure."""
        return self.error is None and not self.supported


@dataclass(frozen=True, slots=True)
class Reply:
    """A person's reply to a question."""

    question_id: str
    body: str
    by_owner: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """A question that a page answers by now."""

    site: str
    question: str
    closed_by: str
    at: int


def unanswered(sites: Sequence[str]) -> Work[list[Unanswered]]:
    """The open questions of these sites, newest first, then those dismissed lately."""
    if not sites:
        return []
    names, params = in_list("site", sites)
    # Two lists, so that dismissed questions never push open ones out of the list.
    rows = yield many(
        f"""{_SELECT} WHERE a.site IN ({names}) AND a.dismissed_at IS NULL AND {_UNANSWERED}
        ORDER BY a.settled_at DESC, a.id DESC LIMIT {OPEN_LIMIT}""",
        **params,
    )
    rows += yield many(
        f"""{_SELECT} WHERE a.site IN ({names}) AND a.dismissed_at IS NOT NULL AND COALESCE(q.body, c.body, '') <> ''
        ORDER BY a.dismissed_at DESC, a.id DESC LIMIT {CLOSED_LIMIT}""",
        **params,
    )
    return [Unanswered(**row) for row in rows]


def dismiss(sites: Sequence[str], ids: Sequence[str], now: int, shown_at: int) -> Work[list[tuple[str, str]]]:
    """Dismisses questions as of `shown_at`; returns site and id of those on these sites."""
    if not sites or not ids:
        return []
    names, params = in_list("site", sites)
    wanted, of_ids = in_list("id", ids)
    rows = yield many(
        f"""UPDATE answers SET dismissed_at = :now WHERE site IN ({names})
        AND id IN ({wanted}) AND NOT EXISTS (SELECT 1 FROM comments q
            WHERE q.id = answers.question_id AND q.site = answers.site AND q.edited_at > :shown_at)
        RETURNING site, id""",
        now=now, shown_at=shown_at, **params, **of_ids,
    )  # fmt: skip
    return [(row["site"], row["id"]) for row in rows]


def close(site: str, ids: Sequence[str], url: str, now: int) -> Work[None]:
    """Closes questions that a page answers by now."""
    listed, params = in_list("id", ids)
    yield run(
        f"""UPDATE answers SET dismissed_at = :now, closed_by = :url WHERE site = :site AND dismissed_at IS NULL
        AND id IN ({listed})""",
        now=now, url=url, site=site, **params,
    )  # fmt: skip


def closed_lately(sites: Sequence[str], since: int, limit: int) -> Work[list[Closed]]:
    """Questions closed by pages, newest first, each once."""
    if not sites:
        return []
    names, params = in_list("site", sites)
    rows = yield many(
        f"""SELECT a.site, COALESCE(q.body, c.body) AS question, a.closed_by, MAX(a.dismissed_at) AS at FROM answers a
        LEFT JOIN comments c ON c.id = a.question_id AND c.site = a.site AND a.kind <> 'chat' AND c.state = 'published'
        LEFT JOIN questions q ON q.id = a.question_id AND q.site = a.site AND a.kind = 'chat'
        WHERE a.site IN ({names}) AND a.closed_by <> '' AND a.dismissed_at > :since
            AND COALESCE(q.body, c.body, '') <> ''
        GROUP BY a.site, COALESCE(q.body, c.body), a.closed_by ORDER BY at DESC, a.closed_by LIMIT :limit""",
        since=since, limit=limit, **params,
    )  # fmt: skip
    return [Closed(**row) for row in rows]


def replies(sites: Sequence[str], question_ids: Sequence[str]) -> Work[list[Reply]]:
    """People's replies to these questions: the owners' first, then by votes."""
    if not sites or not question_ids:
        return []
    names, params = in_list("site", sites)
    wanted, of_ids = in_list("id", question_ids)
    rows = yield many(
        f"""SELECT parent_id, body, author_kind FROM comments WHERE site IN ({names}) AND parent_id IN ({wanted})
        AND state = 'published' AND author_kind <> 'ai'
        ORDER BY CASE WHEN author_kind = 'owner' THEN 0 ELSE 1 END, up - down DESC, created_at, id""",
        **params, **of_ids,
    )  # fmt: skip
    return [Reply(row["parent_id"], row["body"], row["author_kind"] == "owner") for row in rows]
