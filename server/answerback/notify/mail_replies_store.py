"""Owners' reply addresses, and the mails received there."""

from __future__ import annotations

from dataclasses import dataclass

from ..db.work import Row, Work, one, run


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """The owner of a reply address and the comment it answers, in the version they were notified of (as in
    `DecisionLink`)."""

    owner_id: str
    site: str
    comment_id: str
    version: int
    seen: str
    expires_at: int


def keep_address(hash: str, address: ReplyAddress) -> Work[None]:
    """Stores an address under its hash."""
    yield run(
        """INSERT INTO reply_addresses (hash, owner_id, site, comment_id, version, seen, expires_at)
        VALUES (:hash, :owner, :site, :comment, :version, :seen, :expires_at)
        ON CONFLICT (hash) DO UPDATE SET version = excluded.version, seen = excluded.seen,
            expires_at = excluded.expires_at""",
        hash=hash, owner=address.owner_id, site=address.site, comment=address.comment_id, version=address.version,
        seen=address.seen, expires_at=address.expires_at,
    )  # fmt: skip


def address(hash: str) -> Work[ReplyAddress | None]:
    """The reply address with this hash."""
    row = yield one("SELECT * FROM reply_addresses WHERE hash = :hash", hash=hash)
    return None if row is None else ReplyAddress(**{name: row[name] for name in ReplyAddress.__slots__})


def receive(id: str, hash: str, address: str, sender: str, words: str, now: int) -> Work[bool]:
    """Stores a mail until it is processed; False if it was received before."""
    row = yield one(
        """INSERT INTO received_mails (id, hash, address_hash, sender, words, at)
        VALUES (:id, :hash, :address, :sender, :words, :now) ON CONFLICT (hash) DO NOTHING RETURNING id""",
        id=id, hash=hash, address=address, sender=sender, words=words, now=now,
    )  # fmt: skip
    return row is not None


def take(id: str) -> Work[Row | None]:
    """Takes an unprocessed mail: returns its `address_hash`, `sender` and `words`, and erases sender and words."""
    row: Row | None = yield one(
        "SELECT address_hash, sender, words FROM received_mails WHERE id = :id AND sender <> ''", id=id
    )
    if row is not None:
        yield run("UPDATE received_mails SET sender = '', words = '' WHERE id = :id", id=id)
    return row


def waiting(id: str) -> Work[ReplyAddress | None]:
    """The reply address of an unprocessed mail."""
    row = yield one("SELECT address_hash FROM received_mails WHERE id = :id AND sender <> ''", id=id)
    return None if row is None else (yield from address(row["address_hash"]))
