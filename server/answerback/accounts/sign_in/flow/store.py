"""Pending sign-ins and their one-time codes."""

from __future__ import annotations

from dataclasses import dataclass

from ....core.model import Visitor
from ....db.database import Database
from ....db.work import Row, Work, one, run
from ...store import VISITOR, read_visitor

SIGN_IN_MS, CODE_MS = 15 * 60_000, 60_000
_COLUMNS = "id, site, origin, return_to, nonce, challenge, lang, ended_at"


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in: its site, the address to return to, and `ended_at` (ms) once it has ended there."""

    id: str
    site: str
    origin: str
    return_to: str
    nonce: str
    challenge: str
    lang: str
    ended_at: int | None = None


def _begun(row: Row) -> PendingSignIn:
    return PendingSignIn(**{name: row[name] for name in _COLUMNS.split(", ")})


def add_sign_in(begun: PendingSignIn, browser: str, now: int) -> Work[None]:
    """Adds a sign-in bound to the browser that holds the secret with this hash."""
    yield run(
        """INSERT INTO sign_ins (id, site, origin, return_to, nonce, challenge, lang, browser, created_at, expires_at)
        VALUES (:id, :site, :origin, :return_to, :nonce, :challenge, :lang, :browser, :now, :expires_at)""",
        id=begun.id, site=begun.site, origin=begun.origin, return_to=begun.return_to, nonce=begun.nonce,
        challenge=begun.challenge, lang=begun.lang, browser=browser, now=now, expires_at=now + SIGN_IN_MS,
    )  # fmt: skip


async def sign_in_of(db: Database, id: str, browser: str, now: int) -> PendingSignIn | None:
    """The sign-in, if it belongs to this browser and is not over."""
    row = await db.fetch_one(
        f"SELECT {_COLUMNS} FROM sign_ins WHERE id = :id AND browser = :browser AND expires_at > :now",
        id=id, browser=browser, now=now,
    )  # fmt: skip
    return None if row is None else _begun(row)


def end_sign_in(id: str, now: int) -> Work[None]:
    """Ends a successful sign-in: no other window can use it again."""
    yield run("UPDATE sign_ins SET ended_at = :now WHERE id = :id AND ended_at IS NULL", id=id, now=now)


def add_code(hash: str, sign_in_id: str, visitor_id: str, now: int) -> Work[None]:
    """Adds the one-time code of a signed-in visitor."""
    yield run(
        """INSERT INTO sign_in_codes (hash, sign_in_id, visitor_id, expires_at)
        VALUES (:hash, :sign_in_id, :visitor_id, :expires_at)""",
        hash=hash, sign_in_id=sign_in_id, visitor_id=visitor_id, expires_at=now + CODE_MS,
    )  # fmt: skip


def handed_over(sign_in_id: str) -> Work[Visitor | None]:
    """The visitor of a sign-in's unused code."""
    row = yield one(
        f"""SELECT {VISITOR} FROM sign_in_codes c JOIN visitors v ON v.id = c.visitor_id
        WHERE c.sign_in_id = :id AND c.used_at IS NULL ORDER BY c.expires_at DESC LIMIT 1""",
        id=sign_in_id,
    )
    return None if row is None else read_visitor(row)


def use_code(hash: str, now: int) -> Work[tuple[PendingSignIn, Visitor] | None]:
    """The sign-in and visitor of a code, once; ends the sign-in and its other codes."""
    used = yield one(
        """UPDATE sign_in_codes SET used_at = :now WHERE hash = :hash AND used_at IS NULL AND expires_at > :now
        RETURNING sign_in_id, visitor_id""",
        hash=hash, now=now,
    )  # fmt: skip
    if used is None:
        return None
    yield run(
        "UPDATE sign_in_codes SET used_at = :now WHERE sign_in_id = :id AND used_at IS NULL",
        id=used["sign_in_id"], now=now,
    )  # fmt: skip
    begun = yield one(f"SELECT {_COLUMNS} FROM sign_ins WHERE id = :id", id=used["sign_in_id"])
    yield from end_sign_in(used["sign_in_id"], now)
    visitor = yield one(f"SELECT {VISITOR} FROM visitors v WHERE v.id = :id", id=used["visitor_id"])
    return None if begun is None or visitor is None else (_begun(begun), read_visitor(visitor))
