"""A site's team and their roles."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.roles import Role
from ..db.work import Work, many, one, run
from .credentials_store import end_unproved

MOST = 500


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a site's team; owners of all sites are managed on the command line."""

    id: str
    email: str
    role: Role
    all_sites: bool
    invited: bool
    """Whether they have never signed in, and have no password."""


_MEMBERS = """SELECT o.id, o.email, o.all_sites, CASE WHEN o.all_sites = 1 THEN o.role ELSE s.role END AS role,
    CASE WHEN o.password_hash IS NULL AND NOT EXISTS (SELECT 1 FROM owner_sessions e WHERE e.owner_id = o.id)
        AND NOT EXISTS (SELECT 1 FROM passkeys p WHERE p.owner_id = o.id)
        AND NOT EXISTS (SELECT 1 FROM owner_totp t WHERE t.owner_id = o.id) THEN 1 ELSE 0 END AS invited
    FROM owners o LEFT JOIN owner_sites s ON s.owner_id = o.id AND s.site = :site
    WHERE (o.all_sites = 1 OR s.site IS NOT NULL)"""


def members(site: str) -> Work[list[Member]]:
    """A site's team members, by address."""
    rows = yield many(f"{_MEMBERS} ORDER BY o.email LIMIT :most", site=site, most=MOST)
    return [Member(row["id"], row["email"], row["role"], bool(row["all_sites"]), bool(row["invited"])) for row in rows]


def member(site: str, id: str) -> Work[Member | None]:
    """One team member."""
    row = yield one(f"{_MEMBERS} AND o.id = :id", site=site, id=id)
    return None if row is None else Member(
        row["id"], row["email"], row["role"], bool(row["all_sites"]), bool(row["invited"])
    )  # fmt: skip


def owners_left(site: str, without: str) -> Work[bool]:
    """Whether a site has an owner besides this one."""
    row = yield one(
        """SELECT 1 AS one FROM owners o LEFT JOIN owner_sites s ON s.owner_id = o.id AND s.site = :site
        WHERE o.id <> :without AND ((o.all_sites = 1 AND o.role = 'owner') OR s.role = 'owner') LIMIT 1""",
        site=site, without=without,
    )  # fmt: skip
    return row is not None


def set_role(site: str, id: str, role: Role) -> Work[None]:
    """Changes the role of a member who has the site by name."""
    yield run("UPDATE owner_sites SET role = :role WHERE owner_id = :id AND site = :site", role=role, id=id, site=site)


def take_from(site: str, id: str) -> Work[None]:
    """Takes the site from a member; one without sites is deleted, with their sessions and links."""
    yield run("DELETE FROM owner_sites WHERE owner_id = :id AND site = :site", id=id, site=site)
    left = yield one(
        """SELECT 1 AS one FROM owners o WHERE o.id = :id
        AND (o.all_sites = 1 OR EXISTS (SELECT 1 FROM owner_sites s WHERE s.owner_id = o.id))""",
        id=id,
    )
    if left is None:
        for table in ("owner_links", "owner_sessions"):
            yield run(f"DELETE FROM {table} WHERE owner_id = :id", id=id)
        yield run("DELETE FROM owners WHERE id = :id", id=id)


def add_member(id: str, email: str, site: str, role: Role, now: int) -> Work[Member]:
    """Adds a member to a site; an existing member's role there stays."""
    yield from end_unproved(email, now, site)
    row = yield one(
        """INSERT INTO owners (id, email, password_hash, all_sites, created_at) VALUES (:id, :email, NULL, 0, :now)
        ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id""",
        id=id, email=email, now=now,
    )  # fmt: skip
    yield run(
        """INSERT INTO owner_sites (owner_id, site, role) VALUES (:id, :site, :role)
        ON CONFLICT (owner_id, site) DO NOTHING""",
        id=row["id"], site=site, role=role,
    )  # fmt: skip
    added = yield from member(site, row["id"])
    assert added is not None
    return added


def works_elsewhere(site: str, id: str) -> Work[bool]:
    """Whether a member has other sites too: then only they may see a sign-in link of theirs."""
    row = yield one(
        """SELECT 1 AS one FROM owners o WHERE o.id = :id AND (o.all_sites = 1
        OR EXISTS (SELECT 1 FROM owner_sites s WHERE s.owner_id = o.id AND s.site <> :site))""",
        id=id, site=site,
    )  # fmt: skip
    return row is not None
