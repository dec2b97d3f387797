"""Accounts: their sessions on our own pages, pictures, names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...core.buckets import visitor_bucket
from ...core.model import Visitor
from ...db.database import Database
from ...db.work import Row, Work, many, one, run
from ..store import VISITOR, read_visitor


@dataclass(frozen=True, slots=True)
class Account:
    """A visitor's account, as the account page shows it; times in milliseconds."""

    visitor: Visitor
    email: str | None
    email_verified: bool
    has_password: bool
    created_at: int
    session: str
    proved_at: int


@dataclass(frozen=True, slots=True)
class Device:
    """An active session of a visitor."""

    id: str
    origin: str
    agent: str
    created_at: int


# ---- sessions of the account page


def add_account_session(hash: str, visitor: Visitor, now: int, expires_at: int) -> Work[None]:
    """Adds a session of the account page."""
    yield run(
        """INSERT INTO account_sessions (hash, site, visitor_id, created_at, expires_at)
        VALUES (:hash, :site, :visitor_id, :now, :expires_at)""",
        hash=hash, site=visitor.site, visitor_id=visitor.id, now=now, expires_at=expires_at,
    )  # fmt: skip


async def account_by_session(db: Database, site: str, hash: str, now: int) -> Account | None:
    """The account of an account page session."""
    row = await db.fetch_one(
        f"""SELECT {VISITOR}, v.email, v.email_verified_at, v.password_hash, v.created_at AS joined_at,
            s.created_at AS proved_at FROM account_sessions s JOIN visitors v ON v.id = s.visitor_id
        WHERE s.hash = :hash AND s.site = :site AND s.expires_at > :now""",
        hash=hash, site=site, now=now,
    )  # fmt: skip
    if row is None:
        return None
    return Account(
        read_visitor(row), row["email"], row["email_verified_at"] is not None, row["password_hash"] is not None,
        row["joined_at"], hash, row["proved_at"],
    )  # fmt: skip


def end_account_session(hash: str) -> Work[None]:
    """Ends a session of the account page."""
    yield run("DELETE FROM account_sessions WHERE hash = :hash", hash=hash)


# ---- sessions of sites


def devices(visitor_id: str, now: int) -> Work[list[Device]]:
    """The visitor's active sessions, newest first."""
    rows: list[Row] = yield many(
        """SELECT id, origin, agent, created_at FROM sessions
        WHERE visitor_id = :visitor_id AND revoked_at IS NULL AND expires_at > :now
        ORDER BY created_at DESC, id LIMIT 100""",
        visitor_id=visitor_id, now=now,
    )  # fmt: skip
    return [Device(**row) for row in rows]


def end_device(visitor_id: str, id: str, now: int) -> Work[bool]:
    """Ends one of the visitor's sessions; False if there is no such session."""
    row = yield one(
        """UPDATE sessions SET revoked_at = :now WHERE id = :id AND visitor_id = :visitor_id
        AND revoked_at IS NULL RETURNING id""",
        id=id, visitor_id=visitor_id, now=now,
    )  # fmt: skip
    return row is not None


# ---- name and picture


def pages_of(visitor: Visitor) -> Work[list[str]]:
    """The pages on which the visitor has written."""
    rows = yield many(
        "SELECT DISTINCT page FROM comments WHERE site = :site AND visitor_id = :id", site=visitor.site, id=visitor.id
    )
    return [row["page"] for row in rows]


def rename(visitor: Visitor, name: str) -> Work[list[str]]:
    """Renames a visitor, on existing comments too; returns the affected pages."""
    yield run("UPDATE visitors SET name = :name WHERE id = :id AND kind = 'user'", id=visitor.id, name=name)
    yield run("UPDATE comments SET author_name = :name WHERE visitor_id = :id", id=visitor.id, name=name)
    return (yield from pages_of(visitor))


def keep_picture(
    id: str, visitor: Visitor, media_type: str, data: str, url: str, now: int, *, only_first: bool
) -> Work[list[str] | None]:
    """Sets a visitor's picture; returns the affected pages, or None if there was one (`only_first`) or the visitor is
    gone."""
    condition = "AND avatar_url IS NULL" if only_first else ""
    row = yield one(
        f"UPDATE visitors SET avatar_url = :url WHERE id = :id {condition} RETURNING id", id=visitor.id, url=url
    )
    if row is None:
        return None
    yield run("DELETE FROM avatars WHERE visitor_id = :id", id=visitor.id)
    yield run(
        """INSERT INTO avatars (id, site, visitor_id, media_type, data, created_at)
        VALUES (:id, :site, :visitor_id, :media_type, :data, :now)""",
        id=id, site=visitor.site, visitor_id=visitor.id, media_type=media_type, data=data, now=now,
    )  # fmt: skip
    yield run("UPDATE comments SET avatar_url = :url WHERE visitor_id = :id", id=visitor.id, url=url)
    return (yield from pages_of(visitor))


def drop_picture(visitor: Visitor) -> Work[list[str]]:
    """Removes a visitor's picture for good (empty: the visitor wants none); returns the affected pages."""
    yield run("UPDATE visitors SET avatar_url = '' WHERE id = :id", id=visitor.id)
    yield run("DELETE FROM avatars WHERE visitor_id = :id", id=visitor.id)
    yield run("UPDATE comments SET avatar_url = NULL WHERE visitor_id = :id", id=visitor.id)
    return (yield from pages_of(visitor))


async def picture(db: Database, id: str) -> tuple[str, str] | None:
    """A picture's type and base64."""
    row = await db.fetch_one("SELECT media_type, data FROM avatars WHERE id = :id", id=id)
    return None if row is None else (row["media_type"], row["data"])


# ---- one's own data


def own_data(visitor: Visitor) -> Work[Mapping[str, Any]]:
    """All data stored about a visitor, as rows by kind, without secrets and hashes."""
    found: dict[str, Any] = {}
    values = {"id": visitor.id, "bucket": visitor_bucket(visitor.site, visitor.id)}
    for name, sql in OWN_DATA.items():
        found[name] = yield many(sql, **{key: value for key, value in values.items() if f":{key}" in sql})
    return found


OWN_DATA: Mapping[str, str] = {
    "account": """SELECT id, site, kind, name, email, avatar_url, daily_answers, blocked, created_at, email_verified_at
        FROM visitors WHERE id = :id""",
    "picture": "SELECT media_type, data, created_at FROM avatars WHERE visitor_id = :id",
    "ways_in": "SELECT issuer, subject, email, created_at, used_at FROM identities WHERE visitor_id = :id",
    "sessions": """SELECT origin, agent, created_at, expires_at, revoked_at FROM sessions WHERE visitor_id = :id
        ORDER BY created_at""",
    "account_pages": "SELECT created_at, expires_at FROM account_sessions WHERE visitor_id = :id ORDER BY created_at",
    "messages": """SELECT m.purpose, m.email, m.state, m.created_at, m.used_at FROM mail_links m
        JOIN visitors v ON v.id = :id WHERE m.visitor_id = v.id OR (m.site = v.site AND m.email = v.email)
        ORDER BY m.created_at, m.id""",
    "answers_a_day": "SELECT day, used FROM quota_usage WHERE bucket = :bucket ORDER BY day",
    "comments": """SELECT id, page, parent_id, author_name, body, state, created_at, edited_at, up, down FROM comments
        WHERE visitor_id = :id ORDER BY created_at, id""",
    "questions": """SELECT q.id, q.page, q.body, q.created_at, a.body AS answer, a.state AS answer_state
        FROM questions q LEFT JOIN answers a ON a.question_id = q.id AND a.kind = 'chat'
        WHERE q.visitor_id = :id ORDER BY q.created_at, q.id""",
    "votes": "SELECT comment_id, value FROM votes WHERE visitor_id = :id ORDER BY comment_id",
    "held_edits": "SELECT comment_id, body, at FROM held_edits WHERE visitor_id = :id ORDER BY at, comment_id",
    "reports": """SELECT comment_id, kind, reason, contact, state, decision, appeal, reply, created_at FROM reports
        WHERE visitor_id = :id ORDER BY created_at""",
    "decisions": """SELECT comment_id, action, ground, note, automated, appeal, appeal_state, reply, created_at
        FROM moderation_statements WHERE visitor_id = :id ORDER BY created_at, id""",
    "subscriptions": """SELECT r.channel, r.address, r.lang, s.kind, s.page, s.created_at, s.confirmed_at
        FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber_id WHERE s.visitor_id = :id
        ORDER BY s.created_at, s.id""",
    # Of an address, what this visitor has asked for: others may have given the same.
    "notifications": """SELECT d.what, d.page, d.comment_id, d.at, d.state FROM subscription_deliveries d
        WHERE EXISTS (
            SELECT 1 FROM subscriptions s WHERE s.subscriber_id = d.subscriber_id AND s.visitor_id = :id
            AND s.confirmed_at IS NOT NULL AND ((s.kind = 'thread' AND s.page = d.page) OR NOT EXISTS (
                SELECT 1 FROM subscriptions o WHERE o.subscriber_id = d.subscriber_id AND o.visitor_id <> :id)))
        ORDER BY d.at, d.id""",
    "owners_notes": "SELECT body, created_at FROM visitor_notes WHERE visitor_id = :id ORDER BY created_at, id",
    "feedback": """SELECT answer_id, helpful, reason, created_at FROM feedback WHERE visitor_id = :id
        ORDER BY created_at""",
}
