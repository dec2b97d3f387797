"""Removes a person from the database and keeps their threads readable."""

from __future__ import annotations

from ...core.buckets import account_failures, asks_bucket, reads_bucket, successes, visitor_bucket
from ...core.model import Visitor
from ...db.work import Work, one, run
from ..profile.store import pages_of

_DRAFTS = """SELECT a.id FROM answers a JOIN comments c ON c.id = a.id JOIN comments q ON q.id = a.question_id
    WHERE q.visitor_id = :id AND c.state = 'pending'"""
_WORDS = (
    # An answer that is not final goes with its question.
    f"UPDATE answers SET body = '', html = '', sources = '[]' WHERE id IN ({_DRAFTS})",
    f"DELETE FROM answer_revisions WHERE comment_id IN ({_DRAFTS})",
    f"UPDATE comments SET state = 'deleted', body = '', html = '' WHERE id IN ({_DRAFTS})",
    "UPDATE comments SET state = 'deleted', body = '', html = '' WHERE visitor_id = :id",
    """UPDATE reviewables SET reasons = '[]' WHERE id IN (SELECT id FROM comments WHERE visitor_id = :id)""",
)
# Unpublished comments go in any case, and private questions with their answers.
_PRIVATE = (
    "UPDATE comments SET state = 'deleted', body = '', html = '' WHERE visitor_id = :id AND state <> 'published'",
    # Index entries of deleted questions.
    """DELETE FROM answered_question_terms WHERE answer_id IN (
        SELECT k.answer_id FROM answered_questions k JOIN comments c
        ON c.id = k.question_id WHERE c.visitor_id = :id AND c.state = 'deleted')""",
    """DELETE FROM answered_questions WHERE question_id IN (
        SELECT id FROM comments WHERE visitor_id = :id AND state = 'deleted')""",
    "DELETE FROM held_edits WHERE visitor_id = :id",
    # Undo data contains the text from before an edit.
    "UPDATE reviewables SET undo = '' WHERE id IN (SELECT id FROM comments WHERE visitor_id = :id)",
    """UPDATE reviewables SET reasons = '[]' WHERE id IN (
        SELECT id FROM comments WHERE visitor_id = :id AND state = 'deleted')""",
    """UPDATE reviewables SET state = 'closed' WHERE state = 'open' AND id IN (
        SELECT id FROM answers WHERE visitor_id = :id AND kind = 'chat')""",
    "UPDATE moderation_statements SET appeal = '', visitor_id = '' WHERE visitor_id = :id",
    "UPDATE feedback SET reason = '' WHERE visitor_id = :id",
    "UPDATE reports SET reason = '', contact = '', appeal = '' WHERE visitor_id = :id",
    "DELETE FROM answers WHERE visitor_id = :id AND kind = 'chat' AND state IN ('queued', 'streaming')",
    # The URL, too: the site may have put personal data into it.
    """UPDATE answers SET body = '', html = '', sources = '[]', title = '', url = '', passages = '[]'
        WHERE visitor_id = :id AND kind = 'chat'""",
    "DELETE FROM questions WHERE visitor_id = :id",
)
_TRACES = (
    """UPDATE comments SET author_name = '', avatar_url = NULL, visitor_id = NULL, address_key = NULL,
        idempotency_key = NULL WHERE visitor_id = :id""",
    "UPDATE answers SET visitor_id = '', address_key = '', hint = '' WHERE visitor_id = :id",
    "DELETE FROM visitor_notes WHERE visitor_id = :id",
    """DELETE FROM subscribers WHERE id IN (SELECT subscriber_id FROM subscriptions WHERE visitor_id = :id)
        AND NOT EXISTS (SELECT 1 FROM subscriptions o
            WHERE o.subscriber_id = subscribers.id AND o.visitor_id <> :id)""",
    "DELETE FROM subscriptions WHERE visitor_id = :id",
    "DELETE FROM sessions WHERE visitor_id = :id",
    "DELETE FROM account_sessions WHERE visitor_id = :id",
    "DELETE FROM identities WHERE visitor_id = :id",
    "DELETE FROM avatars WHERE visitor_id = :id",
    "DELETE FROM sign_in_codes WHERE visitor_id = :id",
    "UPDATE mail_links SET proved_by = NULL WHERE proved_by = :id",
)
# Votes, reports and feedback still count, anonymously.
_COUNTED = ("votes", "reports", "feedback")


def erase(visitor: Visitor, nobody: str, *, keep_words: bool) -> Work[list[str]]:
    """Erases a visitor; returns the affected pages. `nobody` is a fresh id that nothing refers to. With `keep_words`,
    published comments stay without their author; otherwise they become "deleted". Answers stay either way, with their
    token and cost records, but no longer say who asked."""
    pages = yield from pages_of(visitor)
    for sql in (*(() if keep_words else _WORDS), *_PRIVATE, *_TRACES):
        yield run(sql, id=visitor.id)
    for table in _COUNTED:
        yield run(f"UPDATE {table} SET visitor_id = :nobody WHERE visitor_id = :id", nobody=nobody, id=visitor.id)
    for counted_by in (visitor_bucket, asks_bucket, reads_bucket):
        bucket = counted_by(visitor.site, visitor.id)
        yield run("DELETE FROM quota_usage WHERE bucket = :bucket", bucket=bucket)
        yield run("DELETE FROM quota_holds WHERE bucket = :bucket", bucket=bucket)
    yield run(
        """DELETE FROM mail_links WHERE visitor_id = :id
        OR (site = :site AND email = (SELECT email FROM visitors WHERE id = :id))""",
        id=visitor.id, site=visitor.site,
    )  # fmt: skip
    gone = yield one("DELETE FROM visitors WHERE id = :id RETURNING email", id=visitor.id)
    if gone is not None and gone["email"]:
        counted = account_failures(visitor.site, gone["email"])
        for bucket in (counted, successes(counted)):
            yield run("DELETE FROM login_failures WHERE bucket = :bucket", bucket=bucket)
    return pages
