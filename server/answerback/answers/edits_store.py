"""Answers to questions that were edited since."""

from __future__ import annotations

from ..db.work import Work, many, run


def end_answers(site: str, question_id: str, text: str, html: str) -> Work[list[str]]:
    """Replaces the answers to an earlier wording of a question with `text`; it can be asked again. Returns their
    ids."""
    rows = yield many(
        """UPDATE answers SET state = 'failed', error = 'question_edited', body = :text, html = :html, sources = '[]',
            supported = NULL, support_reason = '', renew_at = NULL, outdated = 0, revised_at = NULL, dismissed_at = NULL
        WHERE site = :site AND question_id = :id AND kind = 'thread' AND retry_at IS NULL
            AND (state IN ('done', 'stopped') OR (state = 'failed' AND first_token_at IS NOT NULL))
            AND COALESCE(turn_at, 0) <= (SELECT edited_at FROM comments WHERE site = :site AND id = :id)
        RETURNING id""",
        site=site, id=question_id, text=text, html=html,
    )  # fmt: skip
    return [row["id"] for row in rows]


def stop_answers(site: str, question_id: str) -> Work[None]:
    """Stops running answers to an earlier wording of a question."""
    yield run(
        """UPDATE answers SET stop_requested = 1 WHERE site = :site AND question_id = :id AND kind = 'thread'
        AND state = 'streaming'""",
        site=site, id=question_id,
    )  # fmt: skip
