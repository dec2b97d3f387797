"""Questions whose answers the owner verified."""

from __future__ import annotations

from ..core.model import Comment
from ..db.work import Work, many
from .store import COLUMNS, FROM, read_comment, reply_to

_QUESTION = "JOIN comments q ON q.id = {0}.question_id AND q.site = {0}.site AND q.state = 'published'"


def verified_questions(site: str, limit: int) -> Work[dict[str, int]]:
    """Questions with an answer verified, corrected or given by the owner, by id, with the time of their last change."""
    verified = yield many(
        f"""SELECT a.question_id, COALESCE(a.revised_at, a.settled_at, c.created_at) AS changed_at
        FROM answers a JOIN comments c ON c.id = a.id AND c.state = 'published' {_QUESTION.format("a")}
        WHERE a.site = :site AND a.verified_by_owner = 1 AND a.kind = 'thread' AND a.state = 'done' LIMIT :limit""",
        site=site, limit=limit,
    )  # fmt: skip
    given = yield many(
        f"""SELECT k.question_id, COALESCE(c.edited_at, c.created_at) AS changed_at
        FROM comments c JOIN answered_questions k ON k.answer_id = c.id {_QUESTION.format("k")}
        WHERE c.site = :site AND c.author_kind = 'owner' AND c.state = 'published' LIMIT :limit""",
        site=site, limit=limit,
    )  # fmt: skip
    found: dict[str, int] = {}
    for row in (*verified, *given):
        found[row["question_id"]] = max(row["changed_at"], found.get(row["question_id"], 0))
    return found


def answers_to(site: str, question_id: str) -> Work[list[Comment]]:
    """The finished answers to a question: the owner's first, then the AI's."""
    rows = yield many(
        f"""SELECT {COLUMNS} {FROM} JOIN answered_questions k ON k.answer_id = c.id
        WHERE k.site = :site AND k.question_id = :id AND c.site = :site AND c.state = 'published'""",
        site=site, id=question_id,
    )  # fmt: skip
    found = {row["id"]: read_comment(row) for row in rows}
    reply = yield from reply_to(site, question_id)
    if reply is not None and reply.state == "published":
        found[reply.id] = reply
    finished = [comment for comment in found.values() if comment.answer is None or comment.answer.state == "done"]
    return sorted(finished, key=lambda comment: (not by_owner(comment), comment.created_at, comment.id))


def by_owner(comment: Comment) -> bool:
    """Whether the owner verified or wrote an answer."""
    return comment.author_kind == "owner" if comment.answer is None else comment.answer.verified_by_owner
