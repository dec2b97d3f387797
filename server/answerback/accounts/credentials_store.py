"""Versions each account's credentials; incrementing the version ends every open session and link.

Whoever has shown a password, a link or a provider's identity signs in, or changes the account, in a write that first
holds the version read with that proof. So a proof from before a change opens nothing after it, however late it arrives.
"""

from __future__ import annotations

from ..core.model import Visitor
from ..db.work import Work, one, run
from ..errors import Unauthorized
from .audit_store import note_about_owner

_HOLD = {
    table: f"UPDATE {table} SET credentials = credentials WHERE id = :id AND credentials = :credentials RETURNING id"
    for table in ("visitors", "owners")
}


def hold(visitor: Visitor) -> Work[None]:
    """Ensures, until the end of this write, that the visitor's credentials are still those read with `visitor`. Raises
    Unauthorized (`login_failed`)."""
    yield from _hold("visitors", visitor.id, visitor.credentials)


def hold_owner(id: str, credentials: int) -> Work[None]:
    """Like `hold`, for an owner."""
    yield from _hold("owners", id, credentials)


def _hold(table: str, id: str, credentials: int) -> Work[None]:
    # An UPDATE, so that concurrent changes are serialised on PostgreSQL, too.
    if (yield one(_HOLD[table], id=id, credentials=credentials)) is None:
        raise Unauthorized("login_failed")


def set_password(visitor_id: str, password_hash: str | None) -> Work[None]:
    """Sets or removes the visitor's password; call `end_everything` in the same write."""
    yield run("UPDATE visitors SET password_hash = :hash WHERE id = :id", id=visitor_id, hash=password_hash)


def end_everything(visitor_id: str, now: int, *, but_page: str = "") -> Work[None]:
    """Ends a visitor's sessions, pending sign-ins and account page sessions. `but_page` is the hash of the one account
    page session to keep."""
    yield run("UPDATE visitors SET credentials = credentials + 1 WHERE id = :id", id=visitor_id)
    yield run(
        "UPDATE sessions SET revoked_at = :now WHERE visitor_id = :id AND revoked_at IS NULL", id=visitor_id, now=now
    )
    yield run("DELETE FROM account_sessions WHERE visitor_id = :id AND hash <> :but", id=visitor_id, but=but_page)
    yield run("DELETE FROM sign_in_codes WHERE visitor_id = :id", id=visitor_id)
    yield run("UPDATE mail_links SET proved_by = NULL WHERE proved_by = :id", id=visitor_id)
    # Whoever could read the old mailbox may hold several links.
    yield run(
        """UPDATE mail_links SET used_at = :now WHERE used_at IS NULL AND purpose IN ('reset', 'sign_in')
        AND EXISTS (SELECT 1 FROM visitors v WHERE v.id = :id AND v.site = mail_links.site
            AND v.email = mail_links.email)""",
        id=visitor_id, now=now,
    )  # fmt: skip


def note_shown_link(owner_id: str, now: int) -> Work[None]:
    """Records that a link into this account was shown to somebody else: a factor set up there does not prove that the
    address is the owner's."""
    yield run(
        "INSERT INTO flags (name, value, changed_at) VALUES (:name, '1', :now) ON CONFLICT (name) DO NOTHING",
        name=f"shown_link|{owner_id}", now=now,
    )  # fmt: skip


def end_unproved(email: str, now: int, site: str = "") -> Work[None]:
    """Ends links and the sessions they opened, before somebody is given a site (or all): whoever invited that address
    to another site may have used such a link. If one was shown, also removes the password and all factors, which may
    have been set through it. Accounts with all sites, or with a password and no shown link, stay as they are."""
    row = yield one(
        """SELECT o.id, o.password_hash, f.name AS shown FROM owners o
        LEFT JOIN flags f ON f.name = 'shown_link|' || o.id
        WHERE o.email = :email AND o.all_sites = 0
        AND NOT EXISTS (SELECT 1 FROM owner_sites s WHERE s.owner_id = o.id AND s.site = :site)""",
        email=email, site=site,
    )  # fmt: skip
    if row is None or (row["password_hash"] is not None and row["shown"] is None):
        return
    # Sessions first: a concurrent change waits for this, then finds that its session has ended.
    yield from end_everything_of_owner(row["id"])
    if row["shown"] is not None:
        yield from set_owner_password(row["id"], None)
        yield from forget_factors(row["id"])
        yield run("DELETE FROM flags WHERE name = :name", name=row["shown"])
        yield from note_about_owner(row["id"], now, "invitation", "factors_reset", email)


def forget_factors(owner_id: str) -> Work[None]:
    """Removes all factors but the password."""
    for table in ("owner_totp", "passkeys", "recovery_codes"):
        yield run(f"DELETE FROM {table} WHERE owner_id = :id", id=owner_id)


def end_everything_of_owner(owner_id: str, *, but: str = "") -> Work[None]:
    """Ends an owner's links, pending sign-ins, and sessions except the one with that hash."""
    yield run("UPDATE owners SET credentials = credentials + 1 WHERE id = :id", id=owner_id)
    yield run("DELETE FROM owner_sessions WHERE owner_id = :id AND hash <> :but", id=owner_id, but=but)
    yield run("DELETE FROM owner_links WHERE owner_id = :id", id=owner_id)


def set_owner_password(owner_id: str, password_hash: str | None) -> Work[None]:
    """Sets or removes an owner's password; call `end_everything_of_owner` in the same write."""
    yield run("UPDATE owners SET password_hash = :hash WHERE id = :id", id=owner_id, hash=password_hash)
