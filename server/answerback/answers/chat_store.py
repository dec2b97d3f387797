"""Private questions of the ask box."""

from __future__ import annotations

from ..db.work import Row, Work, many, one, run
from .store import COLUMNS, QueuedAnswer, read_job


def add_question(
    id: str, site: str, page: str, visitor_id: str, body: str, html: str, key: str, now: int
) -> Work[None]:
    """Inserts a private question."""
    yield run(
        """INSERT INTO questions (id, site, page, visitor_id, body, html, idempotency_key, created_at)
        VALUES (:id, :site, :page, :visitor_id, :body, :html, :key, :now)""",
        id=id, site=site, page=page, visitor_id=visitor_id, body=body, html=html, key=key, now=now,
    )  # fmt: skip


def question_by_id(site: str, id: str) -> Work[str | None]:
    """The text of a private question."""
    row = yield one("SELECT body FROM questions WHERE site = :site AND id = :id", site=site, id=id)
    return None if row is None else row["body"]


def job_by_key(site: str, visitor_id: str, key: str) -> Work[QueuedAnswer | None]:
    """The answer to the question that this visitor asked under this key."""
    row = yield one(
        f"""SELECT {COLUMNS} FROM questions q JOIN answers a ON a.question_id = q.id
        WHERE q.site = :site AND q.visitor_id = :visitor_id AND q.idempotency_key = :key
        ORDER BY a.queued_at DESC LIMIT 1""",
        site=site, visitor_id=visitor_id, key=key,
    )  # fmt: skip
    return None if row is None else read_job(row)


def conversation(site: str, page: str, visitor_id: str, most: int) -> Work[list[tuple[Row, QueuedAnswer]]]:
    """A visitor's newest `most` private questions on a page with their answers, oldest first."""
    rows = yield many(
        f"""SELECT {COLUMNS}, q.body AS q_body, q.html AS q_html, q.created_at AS q_created_at,
            q.idempotency_key AS q_key
        FROM questions q JOIN answers a ON a.question_id = q.id
        WHERE q.site = :site AND q.page = :page AND q.visitor_id = :visitor_id
        ORDER BY q.created_at DESC, q.id DESC LIMIT :most""",
        site=site, page=page, visitor_id=visitor_id, most=most,
    )  # fmt: skip
    return [(row, read_job(row)) for row in reversed(rows)]
