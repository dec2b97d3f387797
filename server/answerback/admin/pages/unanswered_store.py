"""Questions that the site has not answered. Every query names the sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...db.sql import in_list
from ...db.work import Work, many

OPEN_LIMIT, CLOSED_LIMIT = 1_000, 500

# Unsupported, or failed for good. For questions of the ask box: their text, nothing about the visitor.
_SELECT = """SELECT a.id, a.kind, a.site, a.page, a.url, a.question_id, a.error, a.settled_at AS at, a.dismissed_at,
    COALESCE(q.body, c.body) AS question
    FROM answers a LEFT JOIN comments c ON c.id = a.question_id AND c.site = a.site AND a.kind <> 'chat'
        AND c.state = 'published'
    LEFT JOIN questions q ON q.id = a.question_id AND q.site = a.site AND a.kind = 'chat'"""
_UNANSWERED = """COALESCE(q.body, c.body, '') <> '' AND ((a.supported = 0 AND a.support_reason <> 'partly'
    AND a.state IN ('done', 'withheld'))
    OR (a.state = 'failed' AND a.retry_at IS NULL)) AND (a.kind <> 'refused' OR NOT EXISTS (
        SELECT 1 FROM answers b WHERE b.question_id = a.question_id AND b.kind = 'thread'))"""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that has no answer from the site; `error` is None where the site does not say."""

    id: str
    kind: str
    site: str
    page: str
    url: str
    question_id: str
    error: str | None
    at: int
    dismissed_at: int | None
    question: str


def unanswered(sites: Sequence[str]) -> Work[list[Unanswered]]:
    """What is open on these sites, newest first, and then what the owner has seen to lately."""
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


def dismiss(sites: Sequence[str], ids: Sequence[str], now: int, shown_at: int) -> Work[int]:
    """The owner has seen these, as they were at `shown_at`; how many of them are of these sites."""
    if not sites or not ids:
        return 0
    names, params = in_list("site", sites)
    wanted, of_ids = in_list("id", ids)
    rows = yield many(
        f"""UPDATE answers SET dismissed_at = :now WHERE site IN ({names})
        AND id IN ({wanted}) AND NOT EXISTS (SELECT 1 FROM comments q
            WHERE q.id = answers.question_id AND q.site = answers.site AND q.edited_at > :shown_at) RETURNING id""",
        now=now, shown_at=shown_at, **params, **of_ids,
    )  # fmt: skip
    return len(rows)
