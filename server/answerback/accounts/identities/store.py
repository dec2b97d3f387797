"""Identities and the visitors they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...core.model import Visitor
from ...db.work import Row, Work, many, one, run
from ..store import VISITOR, read_visitor

if TYPE_CHECKING:
    from .model import Profile


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity at an issuer, as a sign-in method."""

    id: str
    issuer: str
    subject: str
    email: str | None
    created_at: int
    used_at: int


def visitor_of_identity(site: str, issuer: str, subject: str) -> Work[Visitor | None]:
    """The visitor who signs in to the site with that identity."""
    row = yield one(
        f"""SELECT {VISITOR} FROM identities i JOIN visitors v ON v.id = i.visitor_id
        WHERE i.site = :site AND i.issuer = :issuer AND i.subject = :subject""",
        site=site, issuer=issuer, subject=subject,
    )  # fmt: skip
    return None if row is None else read_visitor(row)


def add_member(id: str, site: str, name: str, now: int) -> Work[None]:
    """Adds a visitor who signs in, without email address or password."""
    yield run(
        "INSERT INTO visitors (id, site, kind, name, created_at) VALUES (:id, :site, 'user', :name, :now)",
        id=id, site=site, name=name, now=now,
    )  # fmt: skip


def add_identity(id: str, visitor: Visitor, profile: Profile, now: int) -> Work[None]:
    """Adds an identity. A duplicate violates a constraint, which rolls the write back."""
    yield run(
        """INSERT INTO identities (id, site, issuer, subject, visitor_id, email, created_at, used_at)
        VALUES (:id, :site, :issuer, :subject, :visitor_id, :email, :now, :now)""",
        id=id, site=visitor.site, issuer=profile.issuer, subject=profile.subject, visitor_id=visitor.id,
        email=profile.email, now=now,
    )  # fmt: skip


def touch_identity(site: str, profile: Profile, now: int) -> Work[None]:
    """Records a use of an identity, and its current address."""
    yield run(
        """UPDATE identities SET used_at = :now, email = :email
        WHERE site = :site AND issuer = :issuer AND subject = :subject""",
        site=site, issuer=profile.issuer, subject=profile.subject, email=profile.email, now=now,
    )  # fmt: skip


def identities_of(visitor_id: str) -> Work[list[Identity]]:
    """A visitor's identities, oldest first."""
    rows: list[Row] = yield many(
        """SELECT id, issuer, subject, email, created_at, used_at FROM identities
        WHERE visitor_id = :visitor_id ORDER BY created_at, id""",
        visitor_id=visitor_id,
    )
    return [Identity(**row) for row in rows]


def visitors_of_subject(issuer: str, subject: str) -> Work[list[Visitor]]:
    """The visitors with that identity, on every site."""
    rows: list[Row] = yield many(
        f"""SELECT {VISITOR} FROM identities i JOIN visitors v ON v.id = i.visitor_id
        WHERE i.issuer = :issuer AND i.subject = :subject""",
        issuer=issuer, subject=subject,
    )  # fmt: skip
    return [read_visitor(row) for row in rows]


def ways_left(visitor_id: str, *, without: str) -> Work[int]:
    """How many sign-in methods a visitor has besides one identity: other identities, a password, a confirmed
    address."""
    row = yield one(
        """SELECT (SELECT COUNT(*) FROM identities WHERE visitor_id = :id AND id <> :without)
        + (SELECT COUNT(*) FROM visitors WHERE id = :id
            AND (password_hash IS NOT NULL OR (email IS NOT NULL AND email_verified_at IS NOT NULL))) AS ways""",
        id=visitor_id, without=without,
    )  # fmt: skip
    return int(row["ways"])


def remove_identity(visitor_id: str, id: str) -> Work[bool]:
    """Removes an identity; False if the visitor does not have it."""
    row = yield one(
        "DELETE FROM identities WHERE id = :id AND visitor_id = :visitor_id RETURNING id", id=id, visitor_id=visitor_id
    )
    return row is not None
