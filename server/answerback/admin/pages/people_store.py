"""Queries about one visitor. Every query names the sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...accounts.store import visitor_by_id
from ...core.model import Visitor
from ...db.sql import in_list
from ...db.work import Work, many, one


@dataclass(frozen=True, slots=True)
class VisitorSummary:
    """A visitor: first appearance (milliseconds), and the numbers of comments, hidden comments and private
    questions."""

    visitor: Visitor
    since: int
    comments: int
    hidden: int
    questions: int


def known(sites: Sequence[str], id: str) -> Work[VisitorSummary | None]:
    """A visitor of these sites."""
    if not sites:
        return None
    names, params = in_list("site", sites)
    row = yield one(f"SELECT site, created_at FROM visitors WHERE id = :id AND site IN ({names})", id=id, **params)
    visitor = None if row is None else (yield from visitor_by_id(row["site"], id))
    if row is None or visitor is None:
        return None
    comments = yield one(
        """SELECT COUNT(*) AS count, CAST(COALESCE(SUM(CASE WHEN state = 'hidden' THEN 1 ELSE 0 END), 0) AS BIGINT)
            AS hidden FROM comments WHERE site = :site AND visitor_id = :id AND state <> 'deleted'""",
        site=visitor.site, id=id,
    )  # fmt: skip
    questions = yield one(
        "SELECT COUNT(*) AS count FROM questions WHERE site = :site AND visitor_id = :id", site=visitor.site, id=id
    )
    return VisitorSummary(visitor, row["created_at"], comments["count"], comments["hidden"], questions["count"])


@dataclass(frozen=True, slots=True)
class Wrote:
    """A visitor's comment in short."""

    id: str
    page: str
    state: str
    html: str
    at: int


def latest(site: str, id: str, most: int = 20) -> Work[list[Wrote]]:
    """A visitor's newest comments, in any state."""
    rows = yield many(
        """SELECT id, page, state, html, created_at AS at FROM comments WHERE visitor_id = :id AND site = :site
        ORDER BY created_at DESC LIMIT :most""",
        id=id, site=site, most=most,
    )  # fmt: skip
    return [Wrote(**row) for row in rows]


def hide_all(site: str, id: str) -> Work[list[str]]:
    """Hides a visitor's published and held comments; returns the affected pages."""
    rows = yield many(
        """UPDATE comments SET state = 'hidden' WHERE site = :site AND visitor_id = :id
        AND state IN ('published', 'pending') RETURNING page""",
        site=site, id=id,
    )  # fmt: skip
    return sorted({row["page"] for row in rows})
