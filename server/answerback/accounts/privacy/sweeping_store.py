"""Deletes expired rows table by table, in small batches so that writers never wait long.

Readers check a row's expiry themselves; only this module deletes rows because of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...db.work import Work, one, run

_IDLE = """kind = 'guest' AND blocked = 0 AND daily_answers IS NULL AND created_at < :idle_before""" + "".join(
    f" AND NOT EXISTS (SELECT 1 FROM {table} w WHERE w.visitor_id = visitors.id)"
    for table in ("comments", "questions", "answers", "votes", "reports", "feedback", "subscriptions")
)


@dataclass(frozen=True, slots=True)
class Sweep:
    """A table to sweep: its key, the condition of expired rows, and what is deleted with them."""

    table: str
    key: str
    over: str
    first: str = ""
    """The DELETE of a dependent table's rows, to be followed by the keys of the deleted rows."""


SWEEPS = (
    Sweep("sessions", "id", "expires_at < :ended_before OR revoked_at < :ended_before"),
    Sweep("account_sessions", "hash", "expires_at < :ended_before"),
    Sweep("owner_sessions", "hash", "expires_at < :ended_before"),
    Sweep("owner_links", "hash", "expires_at < :ended_before"),
    Sweep("pending_owners", "hash", "expires_at < :ended_before"),
    Sweep("used_challenges", "hash", "expires_at < :ended_before"),
    Sweep("sign_in_codes", "hash", "expires_at < :ended_before"),
    Sweep("sign_ins", "id", "expires_at < :ended_before"),
    Sweep("oauth_states", "hash", "expires_at < :ended_before"),
    Sweep("sso_tokens", "jti", "expires_at < :ended_before"),
    Sweep("mail_links", "id", "expires_at < :ended_before"),
    Sweep("reply_addresses", "hash", "expires_at < :ended_before"),
    Sweep("received_mails", "id", "at < :idle_before"),
    Sweep("comment_changes", "comment_id", "at < :idle_before"),
    Sweep("subscriptions", "id", "expires_at < :ended_before"),
    Sweep(
        "subscribers",
        "id",
        """created_at < :ended_before AND NOT EXISTS (
        SELECT 1 FROM subscriptions s WHERE s.subscriber_id = subscribers.id)""",
    ),
    Sweep("subscription_deliveries", "id", "at < :known_before"),
    Sweep("stopped_addresses", "hash", "expires_at < :ended_before"),
    Sweep("paces", "bucket", "since < :ended_before"),
    Sweep("mail_counts", "bucket", "since < :ended_before"),
    Sweep("login_failures", "bucket", "last_at < :forgotten_before"),
    Sweep("jobs", "id", "due_at IS NULL AND failed_at < :idle_before"),
    Sweep("quota_usage", "bucket", "day < :past_day"),
    Sweep("budget_alerts", "site", "day < :past_day"),
    Sweep("visitors", "id", _IDLE, "DELETE FROM sessions WHERE visitor_id IN "),
)


def sweep(of: Sweep, after: str, most: int, times: Mapping[str, int | str]) -> Work[str]:
    """Deletes the expired rows among the next `most` after that key; returns where to continue, empty at the table's
    end. `times` are `ended_before`, `forgotten_before` (failed sign-ins), `idle_before` and `known_before` (what
    visitors were told) in milliseconds, and `past_day`, before which days have ended in every time zone."""
    last = yield one(
        f"""SELECT MAX(key) AS key, COUNT(*) AS count FROM (
            SELECT {of.key} AS key FROM {of.table} WHERE {of.key} > :after ORDER BY {of.key} LIMIT :most) stretch""",
        after=after, most=most,
    )  # fmt: skip
    if last["key"] is None:
        return ""
    stretch = f"{of.key} > :after AND {of.key} <= :last AND ({of.over})"
    values = {name: time for name, time in times.items() if f":{name}" in of.over}
    if of.first:
        yield run(
            f"{of.first} (SELECT {of.key} FROM {of.table} WHERE {stretch})", after=after, last=last["key"], **values
        )
    yield run(f"DELETE FROM {of.table} WHERE {stretch}", after=after, last=last["key"], **values)
    return str(last["key"]) if last["count"] == most else ""
