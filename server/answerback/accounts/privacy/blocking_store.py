"""Recognises blocked visitors after they erased their account, by only a keyed hash of their sign-in identity."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from ...core.model import Visitor
from ...db.sql import in_list
from ...db.work import Work, many, one, run
from ..identities.store import identities_of


def by_email(email: str) -> str:
    """The blocking key for an address."""
    return f"email|{email}"


def by_identity(issuer: str, subject: str) -> str:
    """The blocking key for an identity."""
    return f"identity|{issuer}|{subject}"


def remember(visitor: Visitor, key: str, now: int) -> Work[None]:
    """Within the write that erases a visitor: if they are blocked, remembers their sign-in methods."""
    row = yield one("SELECT email, blocked FROM visitors WHERE id = :id", id=visitor.id)
    if row is None or not row["blocked"]:
        return
    known = [by_identity(each.issuer, each.subject) for each in (yield from identities_of(visitor.id))]
    if row["email"]:
        known.append(by_email(row["email"]))
    for hash in _hashes(visitor.site, known, [key]):
        yield run(
            """INSERT INTO blocked_identities (site, hash, blocked_at) VALUES (:site, :hash, :now)
            ON CONFLICT (site, hash) DO NOTHING""",
            site=visitor.site, hash=hash, now=now,
        )  # fmt: skip


def recognise(visitor: Visitor, known: Sequence[str], keys: Iterable[str]) -> Work[None]:
    """Within the write that adds a visitor: blocks the account if its sign-in method was blocked before."""
    listed, params = in_list("hash", _hashes(visitor.site, known, keys))
    rows = yield many(
        f"DELETE FROM blocked_identities WHERE site = :site AND hash IN ({listed}) RETURNING hash",
        site=visitor.site, **params,
    )  # fmt: skip
    if rows:
        yield run("UPDATE visitors SET blocked = 1 WHERE id = :id", id=visitor.id)


def _hashes(site: str, known: Iterable[str], keys: Iterable[str]) -> list[str]:
    return [
        hmac.new(key.encode(), f"blocked|{site}|{each}".encode(), hashlib.sha256).hexdigest()
        for key in keys
        for each in known
    ]
