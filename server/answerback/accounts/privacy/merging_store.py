"""Moves a guest's rows to the account."""

from __future__ import annotations

from ...core.buckets import visitor_bucket
from ...core.model import Visitor
from ...db.work import Work, many, run
from ..votes_store import take_away

# If both have a row, the account's counts: signing in gives no second vote.
_VOTED_TWICE = (
    """DELETE FROM votes WHERE visitor_id = :guest
        AND comment_id IN (SELECT comment_id FROM votes WHERE visitor_id = :account)""",
    """DELETE FROM votes WHERE visitor_id = :guest
        AND comment_id IN (SELECT id FROM comments WHERE visitor_id = :account AND author_kind <> 'ai')""",
    """DELETE FROM votes WHERE visitor_id = :account
        AND comment_id IN (SELECT id FROM comments WHERE visitor_id = :guest AND author_kind <> 'ai')""",
)
_TWICE = (
    """DELETE FROM reports WHERE visitor_id = :guest
        AND comment_id IN (SELECT comment_id FROM reports WHERE visitor_id = :account)""",
    """DELETE FROM feedback WHERE visitor_id = :guest
        AND answer_id IN (SELECT answer_id FROM feedback WHERE visitor_id = :account)""",
    """DELETE FROM subscriptions WHERE visitor_id = :guest AND confirmed_at IS NULL AND EXISTS (
        SELECT 1 FROM subscriptions o WHERE o.subscriber_id = subscriptions.subscriber_id AND o.visitor_id = :account
            AND o.kind = subscriptions.kind AND o.page = subscriptions.page)""",
    """DELETE FROM subscriptions WHERE visitor_id = :account AND EXISTS (
        SELECT 1 FROM subscriptions o WHERE o.subscriber_id = subscriptions.subscriber_id AND o.visitor_id = :guest
            AND o.kind = subscriptions.kind AND o.page = subscriptions.page)""",
    """UPDATE comments SET idempotency_key = NULL WHERE visitor_id = :guest
        AND idempotency_key IN (SELECT idempotency_key FROM comments WHERE visitor_id = :account)""",
    """UPDATE questions SET idempotency_key = id WHERE visitor_id = :guest
        AND idempotency_key IN (SELECT idempotency_key FROM questions WHERE visitor_id = :account)""",
)
_MOVED = (
    "votes", "reports", "feedback", "questions", "answers", "held_edits", "moderation_statements",
    "visitor_notes", "subscriptions",
)  # fmt: skip


def merge(guest: Visitor, account: Visitor) -> Work[None]:
    """Moves everything of a guest to an account of the same site; idempotent."""
    ids = {"guest": guest.id, "account": account.id}
    for sql in _VOTED_TWICE:
        yield from take_away(sql, **{name: value for name, value in ids.items() if f":{name}" in sql})
    for sql in _TWICE:
        yield run(sql, **{name: value for name, value in ids.items() if f":{name}" in sql})
    for table in _MOVED:
        yield run(f"UPDATE {table} SET visitor_id = :account WHERE visitor_id = :guest", **ids)
    yield run(
        """UPDATE comments SET visitor_id = :account, author_kind = :kind, author_name = :name, avatar_url = :avatar
        WHERE visitor_id = :guest""",
        kind=account.kind, name=account.name, avatar=account.avatar_url, **ids,
    )  # fmt: skip
    yield run(
        """UPDATE visitors SET blocked = 1, blocked_until = g.blocked_until, shadow = g.shadow,
            block_reason = g.block_reason
        FROM visitors g WHERE visitors.id = :account AND visitors.blocked = 0 AND g.id = :guest AND g.blocked = 1""",
        **ids,
    )
    yield from _keep_limit(guest, account)
    yield from _move_quota(visitor_bucket(guest.site, guest.id), visitor_bucket(account.site, account.id))


def _keep_limit(guest: Visitor, account: Visitor) -> Work[None]:
    """Applies the owner's limit for the guest to the account; the lower of two wins."""
    rows = yield many(
        "SELECT daily_answers FROM visitors WHERE id IN (:guest, :account) AND daily_answers IS NOT NULL",
        guest=guest.id, account=account.id,
    )  # fmt: skip
    limits = [row["daily_answers"] for row in rows]
    if limits:
        lowest = min(limits, key=lambda text: float("inf") if text == "unlimited" else int(text))
        yield run("UPDATE visitors SET daily_answers = :limit WHERE id = :id", limit=lowest, id=account.id)


def _move_quota(guest: str, account: str) -> Work[None]:
    """Adds the guest's usage of today to the account's, so that signing in gives no fresh quota."""
    rows = yield many("DELETE FROM quota_usage WHERE bucket = :guest RETURNING day, used", guest=guest)
    for row in rows:
        yield run(
            """INSERT INTO quota_usage (bucket, day, used) VALUES (:account, :day, :used)
            ON CONFLICT (bucket, day) DO UPDATE SET used = quota_usage.used + excluded.used""",
            account=account, day=row["day"], used=row["used"],
        )  # fmt: skip
    yield run("UPDATE quota_holds SET bucket = :account WHERE bucket = :guest", account=account, guest=guest)
