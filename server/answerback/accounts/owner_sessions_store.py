"""Owners' sessions: each with its browser, last use, and last proof of identity."""

from __future__ import annotations

from dataclasses import dataclass

from ..db.database import Database
from ..db.work import Row, Work, many, one, run


@dataclass(frozen=True, slots=True)
class OwnerSession:
    """A session as shown to its owner."""

    id: str
    hash: str
    agent: str
    created_at: int
    seen_at: int


def add_session(hash: str, id: str, owner_id: str, agent: str, now: int, expires_at: int) -> Work[None]:
    """Adds a session; its start counts as a fresh proof."""
    yield run(
        """INSERT INTO owner_sessions (hash, id, owner_id, agent, created_at, seen_at, proved_at, expires_at)
        VALUES (:hash, :id, :owner_id, :agent, :now, :now, :now, :expires_at)""",
        hash=hash, id=id, owner_id=owner_id, agent=agent, now=now, expires_at=expires_at,
    )  # fmt: skip


def see_session(hash: str, now: int, until: int) -> Work[None]:
    """Records a session's use and its new expiry."""
    yield run(
        "UPDATE owner_sessions SET seen_at = :now, expires_at = :until WHERE hash = :hash AND seen_at < :now",
        hash=hash, now=now, until=until,
    )  # fmt: skip


def prove_session(hash: str, renewed: str, now: int) -> Work[bool]:
    """Records a fresh proof. The session gets a new hash, so that a copied old cookie gains no rights. False if it has
    ended."""
    row = yield one(
        "UPDATE owner_sessions SET hash = :renewed, proved_at = :now WHERE hash = :hash RETURNING id",
        hash=hash, renewed=renewed, now=now,
    )  # fmt: skip
    return row is not None


def is_open(hash: str) -> Work[bool]:
    """Whether this session exists."""
    return (yield one("SELECT id FROM owner_sessions WHERE hash = :hash", hash=hash)) is not None


def end_session(hash: str) -> Work[None]:
    """Ends a session."""
    yield run("DELETE FROM owner_sessions WHERE hash = :hash", hash=hash)


def end_session_of(owner_id: str, id: str) -> Work[str | None]:
    """Ends one of an owner's sessions; returns its browser."""
    row = yield one(
        "DELETE FROM owner_sessions WHERE owner_id = :owner_id AND id = :id RETURNING agent", owner_id=owner_id, id=id
    )
    return None if row is None else row["agent"]


def end_others(owner_id: str, but: str) -> Work[None]:
    """Ends all of an owner's sessions except the one with that hash."""
    yield run("DELETE FROM owner_sessions WHERE owner_id = :id AND hash <> :but", id=owner_id, but=but)


def sessions_of(owner_id: str, now: int) -> Work[list[OwnerSession]]:
    """An owner's sessions, most recently used first."""
    rows = yield many(
        """SELECT id, hash, agent, created_at, seen_at FROM owner_sessions
        WHERE owner_id = :id AND expires_at > :now ORDER BY seen_at DESC, id LIMIT 100""",
        id=owner_id, now=now,
    )  # fmt: skip
    return [OwnerSession(**row) for row in rows]


async def owner_by_session(db: Database, hash: str, now: int) -> Row | None:
    """The row of a session's owner: id, email, all_sites with the role there, and the session's id, start, last use,
    last proof and expiry."""
    return await db.fetch_one(
        """SELECT o.id, o.email, o.all_sites, o.role, s.id AS session_id, s.created_at AS began_at, s.seen_at,
            s.proved_at, s.expires_at
        FROM owner_sessions s JOIN owners o ON o.id = s.owner_id
        WHERE s.hash = :hash AND s.expires_at > :now""",
        hash=hash, now=now,
    )  # fmt: skip
