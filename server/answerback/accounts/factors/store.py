"""Owners' factors, and which codes and challenges have been used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...db.work import Row, Work, many, one, run


@dataclass(frozen=True, slots=True)
class Factors:
    """An owner's factors besides the password."""

    app: bool
    passkeys: int
    codes: int
    """The number of recovery codes left."""

    @property
    def any(self) -> bool:
        """Whether a second factor is required after a password or a link."""
        return self.app or self.passkeys > 0


NONE = Factors(False, 0, 0)
"""The factors of a new owner."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """An owner's public key; `synced` if its provider syncs the private key between devices."""

    id: str
    owner_id: str
    public_key: str
    sign_count: int
    name: str
    synced: bool
    created_at: int
    used_at: int | None


def owner(id: str) -> Work[Row | None]:
    """An owner's row: id, email, password_hash, credentials."""
    found: Row | None = yield one("SELECT id, email, password_hash, credentials FROM owners WHERE id = :id", id=id)
    return found


def factors_of(owner_id: str) -> Work[Factors]:
    """An owner's factors."""
    row = yield one(
        """SELECT (SELECT COUNT(*) FROM owner_totp t WHERE t.owner_id = :id) AS app,
            (SELECT COUNT(*) FROM passkeys p WHERE p.owner_id = :id) AS passkeys,
            (SELECT COUNT(*) FROM recovery_codes r WHERE r.owner_id = :id) AS codes""",
        id=owner_id,
    )
    return Factors(bool(row["app"]), row["passkeys"], row["codes"])


# ---- the app


def totp_secret(owner_id: str) -> Work[str | None]:
    """The sealed secret of an owner's app."""
    row = yield one("SELECT secret FROM owner_totp WHERE owner_id = :id", id=owner_id)
    return None if row is None else row["secret"]


def add_totp(owner_id: str, secret: str, step: int, now: int) -> Work[bool]:
    """Stores an app's secret, with the step of its first code; False if the owner has an app already."""
    row = yield one(
        """INSERT INTO owner_totp (owner_id, secret, last_step, created_at) VALUES (:id, :secret, :step, :now)
        ON CONFLICT (owner_id) DO NOTHING RETURNING owner_id""",
        id=owner_id, secret=secret, step=step, now=now,
    )  # fmt: skip
    return row is not None


def use_step(owner_id: str, step: int, secret: str) -> Work[bool]:
    """Uses up a step's code and those of all earlier steps; stores the secret as sealed now."""
    row = yield one(
        """UPDATE owner_totp SET last_step = :step, secret = :secret WHERE owner_id = :id AND last_step < :step
        RETURNING owner_id""",
        id=owner_id, step=step, secret=secret,
    )  # fmt: skip
    return row is not None


def remove_totp(owner_id: str) -> Work[bool]:
    """Removes an owner's app."""
    return (yield one("DELETE FROM owner_totp WHERE owner_id = :id RETURNING owner_id", id=owner_id)) is not None


# ---- recovery codes


def set_codes(owner_id: str, hashes: Sequence[str]) -> Work[None]:
    """Replaces the recovery codes."""
    yield run("DELETE FROM recovery_codes WHERE owner_id = :id", id=owner_id)
    for hash in hashes:
        yield run("INSERT INTO recovery_codes (hash, owner_id) VALUES (:hash, :id)", hash=hash, id=owner_id)


def use_code(owner_id: str, hash: str) -> Work[bool]:
    """Uses a recovery code, once."""
    row = yield one(
        "DELETE FROM recovery_codes WHERE hash = :hash AND owner_id = :id RETURNING hash", hash=hash, id=owner_id
    )
    return row is not None


# ---- passkeys


def passkeys(owner_id: str) -> Work[list[Passkey]]:
    """An owner's passkeys, oldest first."""
    rows = yield many("SELECT * FROM passkeys WHERE owner_id = :id ORDER BY created_at, id", id=owner_id)
    return [_passkey(row) for row in rows]


def passkey(id: str) -> Work[Passkey | None]:
    """The passkey with that id, whoever owns it."""
    row = yield one("SELECT * FROM passkeys WHERE id = :id", id=id)
    return None if row is None else _passkey(row)


def _passkey(row: Row) -> Passkey:
    return Passkey(**{**row, "synced": bool(row["synced"])})


def add_passkey(key: Passkey) -> Work[bool]:
    """Stores a passkey; False if its id exists already."""
    row = yield one(
        """INSERT INTO passkeys (id, owner_id, public_key, sign_count, name, synced, created_at)
        VALUES (:id, :owner_id, :public_key, :sign_count, :name, :synced, :created_at)
        ON CONFLICT (id) DO NOTHING RETURNING id""",
        id=key.id, owner_id=key.owner_id, public_key=key.public_key, sign_count=key.sign_count, name=key.name,
        synced=int(key.synced), created_at=key.created_at,
    )  # fmt: skip
    return row is not None


def use_passkey(id: str, sign_count: int, now: int) -> Work[bool]:
    """Records a use of a passkey; False if its counter has not increased since it was read."""
    row = yield one(
        """UPDATE passkeys SET sign_count = :count, used_at = :now
        WHERE id = :id AND (sign_count < :count OR (sign_count = 0 AND :count = 0)) RETURNING id""",
        id=id, count=sign_count, now=now,
    )  # fmt: skip
    return row is not None


def remove_passkey(owner_id: str, id: str) -> Work[str | None]:
    """Removes one of an owner's passkeys; returns its name."""
    row = yield one(
        "DELETE FROM passkeys WHERE id = :id AND owner_id = :owner_id RETURNING name", id=id, owner_id=owner_id
    )
    return None if row is None else row["name"]


def use_challenge(hash: str, expires_at: int) -> Work[bool]:
    """Uses a challenge, once."""
    row = yield one(
        """INSERT INTO used_challenges (hash, expires_at) VALUES (:hash, :expires_at)
        ON CONFLICT (hash) DO NOTHING RETURNING hash""",
        hash=hash, expires_at=expires_at,
    )  # fmt: skip
    return row is not None


def any_passkey() -> Work[bool]:
    """Whether there is any passkey."""
    return (yield one("SELECT id FROM passkeys LIMIT 1")) is not None


# ---- sign-ins that wait for their second step


def add_pending(hash: str, owner_id: str, credentials: int, expires_at: int) -> Work[None]:
    """Stores a sign-in that has passed only a password or a link."""
    yield run(
        """INSERT INTO pending_owners (hash, owner_id, credentials, expires_at)
        VALUES (:hash, :id, :credentials, :expires_at)""",
        hash=hash, id=owner_id, credentials=credentials, expires_at=expires_at,
    )  # fmt: skip


def pending(hash: str, now: int) -> Work[Row | None]:
    """The owner of a pending sign-in: id, email, and the `credentials` shown."""
    found: Row | None = yield one(
        """SELECT o.id, o.email, p.credentials FROM pending_owners p JOIN owners o ON o.id = p.owner_id
        WHERE p.hash = :hash AND p.expires_at > :now AND p.credentials = o.credentials""",
        hash=hash, now=now,
    )  # fmt: skip
    return found


def end_pending(hash: str) -> Work[bool]:
    """Ends a pending sign-in; returns whether there was one."""
    return (yield one("DELETE FROM pending_owners WHERE hash = :hash RETURNING hash", hash=hash)) is not None
