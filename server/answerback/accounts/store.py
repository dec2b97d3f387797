"""Visitors, their sessions, owners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from ..core.model import Visitor
from ..core.roles import Role, read_role
from ..db.database import Database
from ..db.work import Row, Work, many, one, run
from .credentials_store import end_everything_of_owner, end_unproved

VISITOR = """v.id, v.site, v.kind, v.name, v.avatar_url, v.daily_answers, v.blocked, v.blocked_until, v.shadow,
    v.trusted, v.credentials"""


def read_visitor(row: Row) -> Visitor:
    """A visitor from a row that has the columns of `VISITOR`."""
    return Visitor(
        row["id"],
        row["site"],
        row["kind"],
        row["name"],
        row["avatar_url"] or None,
        row["daily_answers"],
        bool(row["blocked"]),
        row["blocked_until"],
        bool(row["shadow"]),
        bool(row["trusted"]),
        row["credentials"],
    )


def add_visitor(id: str, site: str, kind: str, name: str, now: int) -> Work[None]:
    """Add a visitor without sign-in data."""
    yield run(
        """INSERT INTO visitors (id, site, kind, name, created_at) VALUES (:id, :site, :kind, :name, :now)""",
        id=id, site=site, kind=kind, name=name, now=now,
    )  # fmt: skip


def add_user(id: str, site: str, name: str, email: str, password_hash: str, now: int) -> Work[bool]:
    """Add a visitor who signs in by password; False if the address is taken on this site."""
    row = yield one(
        """INSERT INTO visitors (id, site, kind, name, email, password_hash, created_at)
        VALUES (:id, :site, 'user', :name, :email, :password_hash, :now)
        ON CONFLICT (site, email) DO NOTHING RETURNING id""",
        id=id, site=site, name=name, email=email, password_hash=password_hash, now=now,
    )  # fmt: skip
    return row is not None


def owner_of(site: str) -> Work[str]:
    """The name of a site's owner in its threads."""
    row = yield one("SELECT settings FROM sites WHERE key = :site", site=site)
    return (orjson.loads(row["settings"]).get("name") if row else "") or site


def rename_guest(visitor_id: str, name: str) -> Work[None]:
    """Rename a guest."""
    yield run(
        "UPDATE visitors SET name = :name WHERE id = :id AND kind = 'guest' AND name <> :name",
        id=visitor_id,
        name=name,
    )


def visitor_by_id(site: str, id: str) -> Work[Visitor | None]:
    """A visitor of this site."""
    row = yield one(f"SELECT {VISITOR} FROM visitors v WHERE v.site = :site AND v.id = :id", site=site, id=id)
    return None if row is None else read_visitor(row)


def set_daily_answers(site: str, id: str, limit: str | None) -> Work[bool]:
    """Sets a visitor's own daily answer limit; None: the site's. False if there is no such visitor."""
    row = yield one(
        "UPDATE visitors SET daily_answers = :limit WHERE site = :site AND id = :id RETURNING id",
        limit=limit, site=site, id=id,
    )  # fmt: skip
    return row is not None


def set_blocked(site: str, id: str, *, blocked: bool) -> Work[bool]:
    """Blocks or unblocks a visitor. False if there is no such visitor."""
    row = yield one(
        "UPDATE visitors SET blocked = :blocked WHERE site = :site AND id = :id RETURNING id",
        blocked=int(blocked), site=site, id=id,
    )  # fmt: skip
    return row is not None


async def user_by_email(db: Database, site: str, email: str) -> tuple[Visitor, str] | None:
    """The visitor with that address, and their password hash."""
    row = await db.fetch_one(
        f"""SELECT {VISITOR}, v.password_hash FROM visitors v
        WHERE v.site = :site AND v.email = :email AND v.password_hash IS NOT NULL""",
        site=site, email=email,
    )  # fmt: skip
    return None if row is None else (read_visitor(row), row["password_hash"])


def add_session(values: dict[str, Any]) -> Work[None]:
    """Add a session: id, site, visitor_id, origin, agent, cookie_hash, bearer_hash, now, expires_at."""
    yield run(
        """INSERT INTO sessions (id, site, visitor_id, origin, agent, cookie_hash, bearer_hash, created_at, expires_at)
        VALUES (:id, :site, :visitor_id, :origin, :agent, :cookie_hash, :bearer_hash, :now, :expires_at)""",
        **values,
    )


def session_by_secret(
    site: str, *, cookie_hash: str | None, bearer_hash: str | None, now: int
) -> Work[tuple[str, str, Visitor] | None]:
    """Session id, origin and visitor of a secret, if the session is active and of this site."""
    column = "cookie_hash" if cookie_hash else "bearer_hash"
    row = yield one(
        f"""SELECT s.id AS session_id, s.origin, {VISITOR} FROM sessions s JOIN visitors v ON v.id = s.visitor_id
        WHERE s.{column} = :hash AND s.site = :site AND s.revoked_at IS NULL AND s.expires_at > :now""",
        hash=cookie_hash or bearer_hash, site=site, now=now,
    )  # fmt: skip  # the column is one of two constants
    return None if row is None else (row["session_id"], row["origin"], read_visitor(row))


def give_bearer(session_id: str, site: str, bearer_hash: str, now: int) -> Work[bool]:
    """Sets a session's bearer token, once."""
    row = yield one(
        """UPDATE sessions SET bearer_hash = :bearer_hash WHERE id = :id AND site = :site
        AND bearer_hash IS NULL AND revoked_at IS NULL AND expires_at > :now RETURNING id""",
        id=session_id, site=site, bearer_hash=bearer_hash, now=now,
    )  # fmt: skip
    return row is not None


def revoke_session(session_id: str, now: int) -> Work[None]:
    """Revokes a session with its cookie and bearer token, and closes the account page."""
    yield run("UPDATE sessions SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL", id=session_id, now=now)
    yield run(
        "DELETE FROM account_sessions WHERE visitor_id = (SELECT visitor_id FROM sessions WHERE id = :id)",
        id=session_id,
    )


def count_failure(bucket: str, now: int, forget_before: int) -> Work[None]:
    """Counts a failed sign-in; a count from before `forget_before` restarts."""
    yield run(
        """INSERT INTO login_failures (bucket, failures, last_at) VALUES (:bucket, 1, :now)
        ON CONFLICT (bucket) DO UPDATE SET last_at = excluded.last_at,
            failures = CASE WHEN login_failures.last_at < :forget_before THEN 1 ELSE login_failures.failures + 1 END""",
        bucket=bucket, now=now, forget_before=forget_before,
    )  # fmt: skip


def forget_failures(bucket: str) -> Work[None]:
    """Clears the count after a successful sign-in."""
    yield run("DELETE FROM login_failures WHERE bucket = :bucket", bucket=bucket)


async def failures(db: Database, bucket: str) -> tuple[int, int]:
    """The number of failed sign-ins and the time of the last; (0, 0) if none."""
    row = await db.fetch_one("SELECT failures, last_at FROM login_failures WHERE bucket = :bucket", bucket=bucket)
    return (0, 0) if row is None else (row["failures"], row["last_at"])


# ---- owners


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner and the keys of their sites; None: all sites, including future ones."""

    email: str
    sites: list[str] | None


def add_owner(
    id: str, email: str, password_hash: str | None, sites: list[str], now: int, *, all_sites: bool,
    role: Role | None = None,
) -> Work[str]:  # fmt: skip
    """Adds an owner, or gives an existing one these sites and the password too; returns the owner's id. `all_sites`
    gives all sites, to a new owner without named ones or an existing owner. Without a `role`, a new one is an owner,
    and an existing one keeps theirs. A new password ends sessions opened with the old one."""
    for given in sites or ([""] if all_sites else []):
        yield from end_unproved(email, now, given)
    row = yield one(
        """INSERT INTO owners (id, email, password_hash, all_sites, role, created_at)
        VALUES (:id, :email, :password_hash, :all_sites, :role, :now)
        ON CONFLICT (email) DO UPDATE SET password_hash = COALESCE(excluded.password_hash, owners.password_hash),
            all_sites = CASE WHEN :widened = 1 THEN 1 ELSE owners.all_sites END,
            role = CASE WHEN :given = 1 AND :named = 0 THEN excluded.role ELSE owners.role END
        RETURNING id""",
        id=id, email=email, password_hash=password_hash, all_sites=0 if sites else 1, widened=int(all_sites), now=now,
        role=role or "owner", given=int(role is not None), named=len(sites),
    )  # fmt: skip
    owner_id: str = row["id"]
    if password_hash is not None:
        yield from end_everything_of_owner(owner_id)
    for site in sites:
        yield run(
            """INSERT INTO owner_sites (owner_id, site, role) VALUES (:owner_id, :site, :role)
            ON CONFLICT (owner_id, site) DO UPDATE
                SET role = CASE WHEN :given = 1 THEN excluded.role ELSE owner_sites.role END""",
            owner_id=owner_id, site=site, role=role or "owner", given=int(role is not None),
        )  # fmt: skip
    return owner_id


def list_owners() -> Work[list[Owner]]:
    """All owners, by address."""
    owners = yield many("SELECT id, email, all_sites FROM owners ORDER BY email")
    given = yield many("SELECT owner_id, site FROM owner_sites ORDER BY site")
    return [
        Owner(
            row["email"], None if row["all_sites"] else [had["site"] for had in given if had["owner_id"] == row["id"]]
        )
        for row in owners
    ]


def take_site(email: str, site: str) -> Work[bool]:
    """Takes a site from an owner; False if they did not have it by name."""
    row = yield one(
        """DELETE FROM owner_sites WHERE site = :site AND owner_id = (SELECT id FROM owners WHERE email = :email)
        RETURNING site""",
        site=site, email=email,
    )  # fmt: skip
    return row is not None


def remove_owner(email: str) -> Work[bool]:
    """Deletes an owner with their links and sessions; False if there is none."""
    for table in ("owner_sites", "owner_links", "owner_sessions"):
        yield run(f"DELETE FROM {table} WHERE owner_id = (SELECT id FROM owners WHERE email = :email)", email=email)
    row = yield one("DELETE FROM owners WHERE email = :email RETURNING id", email=email)
    return row is not None


def add_owner_link(hash: str, owner_id: str, expires_at: int) -> Work[None]:
    """Add a one-time sign-in link."""
    yield run(
        "INSERT INTO owner_links (hash, owner_id, expires_at) VALUES (:hash, :owner_id, :expires_at)",
        hash=hash, owner_id=owner_id, expires_at=expires_at,
    )  # fmt: skip


def use_owner_link(hash: str, now: int) -> Work[str | None]:
    """The owner whom a link signs in, once."""
    row = yield one(
        """UPDATE owner_links SET used_at = :now WHERE hash = :hash AND used_at IS NULL AND expires_at > :now
        RETURNING owner_id""",
        hash=hash, now=now,
    )  # fmt: skip
    return None if row is None else row["owner_id"]


def owner_id(email: str) -> Work[str | None]:
    """The id of the owner with that address."""
    row = yield one("SELECT id FROM owners WHERE email = :email", email=email)
    return None if row is None else row["id"]


async def owner_by_email(db: Database, email: str) -> Row | None:
    """The owner's row: id, email, password_hash, credentials."""
    return await db.fetch_one(
        "SELECT id, email, password_hash, credentials FROM owners WHERE email = :email", email=email
    )


def owners_of(site: str) -> Work[list[str]]:
    """The ids of a site's owners, including owners of all sites."""
    rows = yield many(
        """SELECT id FROM owners o WHERE all_sites = 1
            OR EXISTS (SELECT 1 FROM owner_sites s WHERE s.owner_id = o.id AND s.site = :site) ORDER BY email""",
        site=site,
    )
    return [row["id"] for row in rows]


def owner_email(id: str, site: str) -> Work[str | None]:
    """The email address of an owner who still has that site."""
    row = yield one(
        """SELECT email FROM owners o WHERE id = :id AND (all_sites = 1
            OR EXISTS (SELECT 1 FROM owner_sites s WHERE s.owner_id = o.id AND s.site = :site))""",
        id=id, site=site,
    )  # fmt: skip
    return None if row is None else row["email"]


def owner_role(id: str, site: str) -> Work[Role | None]:
    """An owner's current role on a site; None if they have lost it."""
    row = yield one(
        """SELECT CASE WHEN o.all_sites = 1 THEN o.role ELSE (
            SELECT s.role FROM owner_sites s WHERE s.owner_id = o.id AND s.site = :site) END AS role
        FROM owners o WHERE o.id = :id""",
        id=id, site=site,
    )  # fmt: skip
    return None if row is None or row["role"] is None else read_role(row["role"])


def credentials_of(id: str) -> Work[int]:
    """The current version of an owner's credentials; -1 if there is no such owner."""
    row = yield one("SELECT credentials FROM owners WHERE id = :id", id=id)
    return -1 if row is None else int(row["credentials"])


def email_of(id: str) -> Work[str | None]:
    """The email address of an owner."""
    row = yield one("SELECT email FROM owners WHERE id = :id", id=id)
    return None if row is None else row["email"]
