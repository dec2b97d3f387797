"""Mail links: one row each, from the request to its use.

A link's secret is created when it is sent and is only in that message; its hash is stored here. So a message that a
crash left unsent is sent later, with a new secret.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....core.model import Visitor
from ....db.database import Database
from ....db.work import Row, Work, one, run
from ...credentials_store import end_everything
from ...store import VISITOR, read_visitor

GUESSES = 5
_COLUMNS = "id, purpose, site, email, visitor_id, sign_in_id, lang, expires_at"


@dataclass(frozen=True, slots=True)
class Link:
    """A message to be sent, or the link in one that was."""

    id: str
    purpose: str
    site: str
    email: str
    visitor_id: str | None
    sign_in_id: str | None
    lang: str
    expires_at: int


def _link(row: Row | None) -> Link | None:
    return None if row is None else Link(**{name: row[name] for name in _COLUMNS.split(", ")})


# ---- sending


def add_link(link: Link, now: int) -> Work[None]:
    """Add a message to be sent."""
    yield run(
        """INSERT INTO mail_links (id, purpose, site, email, visitor_id, sign_in_id, lang, created_at, expires_at,
            state, due_at)
        VALUES (:id, :purpose, :site, :email, :visitor_id, :sign_in_id, :lang, :now, :expires_at, 'queued', :now)""",
        id=link.id, purpose=link.purpose, site=link.site, email=link.email, visitor_id=link.visitor_id,
        sign_in_id=link.sign_in_id, lang=link.lang, now=now, expires_at=link.expires_at,
    )  # fmt: skip


def unsent(id: str, now: int) -> Work[Link | None]:
    """A message that has not been sent yet, and whose link is still useful."""
    row = yield one(
        f"SELECT {_COLUMNS} FROM mail_links WHERE id = :id AND state <> 'sent' AND expires_at > :now", id=id, now=now
    )
    return _link(row)


def arm(id: str, hash: str, code: str) -> Work[None]:
    """Stores the hashes of the secret and code about to be sent; earlier ones become invalid."""
    yield run(
        "UPDATE mail_links SET hash = :hash, code = :code, guesses = 0 WHERE id = :id", id=id, hash=hash, code=code
    )


def set_sent(id: str) -> Work[None]:
    """Mark a message as sent."""
    yield run("UPDATE mail_links SET state = 'sent' WHERE id = :id", id=id)


def count(bucket: str, now: int, window_ms: int) -> Work[int]:
    """Increments a counter whose window begins with the first count; returns the new value."""
    row = yield one(
        """INSERT INTO mail_counts (bucket, since, count) VALUES (:bucket, :now, 1)
        ON CONFLICT (bucket) DO UPDATE SET
            count = CASE WHEN mail_counts.since <= :before THEN 1 ELSE mail_counts.count + 1 END,
            since = CASE WHEN mail_counts.since <= :before THEN excluded.since ELSE mail_counts.since END
        RETURNING count""",
        bucket=bucket, now=now, before=now - window_ms,
    )  # fmt: skip
    return int(row["count"])


# ---- using


async def link_by_hash(db: Database, hash: str, now: int) -> Link | None:
    """The link, if it is still valid."""
    row = await db.fetch_one(
        f"SELECT {_COLUMNS} FROM mail_links WHERE hash = :hash AND used_at IS NULL AND expires_at > :now",
        hash=hash, now=now,
    )  # fmt: skip
    return _link(row)


def use_link(hash: str, now: int) -> Work[Link | None]:
    """Uses the link, once."""
    row = yield one(
        f"""UPDATE mail_links SET used_at = :now WHERE hash = :hash AND used_at IS NULL AND expires_at > :now
        RETURNING {_COLUMNS}""",
        hash=hash, now=now,
    )  # fmt: skip
    return _link(row)


def guess(sign_in_id: str, now: int) -> Work[tuple[str, str] | None]:
    """Id and hashed code of a sign-in's newest message, for one more attempt; None if no attempts are left."""
    row = yield one(
        """UPDATE mail_links SET guesses = guesses + 1
        WHERE id = (SELECT id FROM mail_links WHERE sign_in_id = :sign_in_id AND purpose = 'sign_in'
            AND code IS NOT NULL ORDER BY created_at DESC, id LIMIT 1)
        AND used_at IS NULL AND expires_at > :now AND guesses < :most RETURNING id, code""",
        sign_in_id=sign_in_id, now=now, most=GUESSES,
    )  # fmt: skip
    return None if row is None else (row["id"], row["code"])


def use_by_id(id: str, now: int) -> Work[Link | None]:
    """Uses the message whose code was correct, once."""
    row = yield one(
        f"""UPDATE mail_links SET used_at = :now WHERE id = :id AND used_at IS NULL AND expires_at > :now
        RETURNING {_COLUMNS}""",
        id=id, now=now,
    )  # fmt: skip
    return _link(row)


def prove(id: str, visitor_id: str) -> Work[None]:
    """Records the visitor whom a used message has identified."""
    yield run("UPDATE mail_links SET proved_by = :visitor_id WHERE id = :id", id=id, visitor_id=visitor_id)


async def proved(db: Database, sign_in_id: str) -> tuple[Visitor, str] | None:
    """The visitor whom a message of this sign-in has identified, and its address."""
    row = await db.fetch_one(
        f"""SELECT {VISITOR}, m.email FROM mail_links m JOIN visitors v ON v.id = m.proved_by
        WHERE m.sign_in_id = :sign_in_id ORDER BY m.used_at DESC LIMIT 1""",
        sign_in_id=sign_in_id,
    )
    return None if row is None else (read_visitor(row), row["email"])


# ---- accounts behind addresses


@dataclass(frozen=True, slots=True)
class Holder:
    """The visitor with an address on a site, and whether the address is confirmed."""

    visitor: Visitor
    confirmed: bool


def holder(site: str, email: str) -> Work[Holder | None]:
    """The visitor with that address on the site."""
    row = yield one(
        f"SELECT {VISITOR}, v.email_verified_at FROM visitors v WHERE v.site = :site AND v.email = :email",
        site=site, email=email,
    )  # fmt: skip
    return None if row is None else Holder(read_visitor(row), row["email_verified_at"] is not None)


def add_holder(id: str, site: str, email: str, now: int) -> Work[Visitor]:
    """Adds a visitor with that confirmed email address."""
    row = yield one(
        f"""INSERT INTO visitors (id, site, kind, name, email, email_verified_at, created_at)
        VALUES (:id, :site, 'user', '', :email, :now, :now) RETURNING {VISITOR.replace("v.", "")}""",
        id=id, site=site, email=email, now=now,
    )  # fmt: skip
    return read_visitor(row)


def confirm(visitor_id: str, email: str, now: int) -> Work[bool]:
    """Confirms the visitor's address; False if the visitor has another one by now."""
    row = yield one(
        """UPDATE visitors SET email_verified_at = COALESCE(email_verified_at, :now)
        WHERE id = :id AND email = :email RETURNING id""",
        id=visitor_id, email=email, now=now,
    )  # fmt: skip
    return row is not None


def shut_out(visitor_id: str, now: int, *, identities_too: bool) -> Work[None]:
    """Ends all of an account's sessions; with `identities_too`, removes all other sign-in methods as well."""
    yield from end_everything(visitor_id, now)
    if identities_too:
        yield run("DELETE FROM identities WHERE visitor_id = :id", id=visitor_id)
