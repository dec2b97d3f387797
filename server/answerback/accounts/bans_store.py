"""Bans of visitors and address prefixes, trust, and notes about visitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..db.sql import in_list
from ..db.work import Work, many, one, run

MOST = 500


def ban(site: str, id: str, *, shadow: bool, until: int | None, reason: str) -> Work[bool]:
    """Bans a visitor until a time, or for good (None). False if there is no such visitor."""
    row = yield one(
        """UPDATE visitors SET blocked = 1, shadow = :shadow, blocked_until = :until, block_reason = :reason
        WHERE site = :site AND id = :id RETURNING id""",
        shadow=int(shadow), until=until, reason=reason, site=site, id=id,
    )  # fmt: skip
    return row is not None


def lift(site: str, id: str) -> Work[bool]:
    """Lifts a visitor's ban. False if there is no such visitor."""
    row = yield one(
        """UPDATE visitors SET blocked = 0, shadow = 0, blocked_until = NULL, block_reason = ''
        WHERE site = :site AND id = :id RETURNING id""",
        site=site, id=id,
    )  # fmt: skip
    return row is not None


def trust(site: str, id: str, *, trusted: bool) -> Work[None]:
    """Sets whether a visitor's comments skip the spam filter."""
    yield run(
        "UPDATE visitors SET trusted = :trusted WHERE site = :site AND id = :id",
        trusted=int(trusted), site=site, id=id,
    )  # fmt: skip


def reason_of(site: str, id: str) -> Work[str]:
    """Why a visitor is banned."""
    row = yield one("SELECT block_reason FROM visitors WHERE site = :site AND id = :id", site=site, id=id)
    return "" if row is None else row["block_reason"]


@dataclass(frozen=True, slots=True)
class Note:
    """An owner's note about a visitor."""

    author: str
    body: str
    created_at: int


def add_note(id: str, site: str, visitor_id: str, note: Note) -> Work[None]:
    """Adds a note."""
    yield run(
        """INSERT INTO visitor_notes (id, site, visitor_id, author, body, created_at)
        VALUES (:id, :site, :visitor_id, :author, :body, :at)""",
        id=id, site=site, visitor_id=visitor_id, author=note.author, body=note.body, at=note.created_at,
    )  # fmt: skip


def notes_of(site: str, visitor_id: str) -> Work[list[Note]]:
    """The notes about a visitor, newest first."""
    rows = yield many(
        """SELECT author, body, created_at FROM visitor_notes WHERE visitor_id = :id AND site = :site
        ORDER BY created_at DESC, id DESC LIMIT 100""",
        id=visitor_id, site=site,
    )  # fmt: skip
    return [Note(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class PrefixBan:
    """A banned address prefix."""

    id: str
    site: str
    prefix: str
    shadow: bool
    until: int | None
    reason: str
    author: str
    created_at: int


def ban_prefix(ban: PrefixBan) -> Work[None]:
    """Bans a prefix, or replaces its ban."""
    yield run(
        """INSERT INTO address_bans (id, site, prefix, shadow, until, reason, author, created_at)
        VALUES (:id, :site, :prefix, :shadow, :until, :reason, :author, :at)
        ON CONFLICT (site, prefix) DO UPDATE SET shadow = excluded.shadow, until = excluded.until,
            reason = excluded.reason, author = excluded.author, created_at = excluded.created_at""",
        id=ban.id, site=ban.site, prefix=ban.prefix, shadow=int(ban.shadow), until=ban.until, reason=ban.reason,
        author=ban.author, at=ban.created_at,
    )  # fmt: skip


def lift_prefix(site: str, prefix: str) -> Work[bool]:
    """Lifts a prefix ban; False if there was none."""
    row = yield one(
        "DELETE FROM address_bans WHERE site = :site AND prefix = :prefix RETURNING id", site=site, prefix=prefix
    )
    return row is not None


def prefix_bans(site: str) -> Work[list[PrefixBan]]:
    """The banned prefixes of a site."""
    rows = yield many(
        """SELECT id, site, prefix, shadow, until, reason, author, created_at FROM address_bans WHERE site = :site
        ORDER BY prefix LIMIT :most""",
        site=site, most=MOST,
    )  # fmt: skip
    return [PrefixBan(**(row | {"shadow": bool(row["shadow"])})) for row in rows]


@dataclass(frozen=True, slots=True)
class BannedVisitor:
    """A banned visitor."""

    id: str
    site: str
    kind: str
    name: str
    shadow: bool
    until: int | None
    reason: str


def banned(sites: Sequence[str]) -> Work[list[BannedVisitor]]:
    """The banned visitors of these sites, by name."""
    listed, params = in_list("site", sites)
    rows = yield many(
        f"""SELECT id, site, kind, name, shadow, blocked_until AS until, block_reason AS reason FROM visitors
        WHERE blocked = 1 AND site IN ({listed}) ORDER BY name, id LIMIT :most""",
        most=MOST, **params,
    )  # fmt: skip
    return [BannedVisitor(**(row | {"shadow": bool(row["shadow"])})) for row in rows]
