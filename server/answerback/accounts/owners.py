"""Owners are created by the operator or invited by other owners; nobody becomes one by arriving first."""

from __future__ import annotations

from ..clock import SystemClock
from ..core.roles import Role
from ..db.database import Database
from ..db.work import Work
from ..errors import BadRequest, NotFound
from ..i18n.catalogue import negotiate
from ..ids import Ids, RandomIds
from ..jobs.queue import JobQueue
from ..sites.store import list_sites
from . import first_run_store, store
from .factors.changing import reset_factors
from .factors.notices import KIND, job_data
from .passwords import check_password, hash_password
from .sessions import hash_secret
from .store import Owner

LINK_HOURS = 24
FIRST_RUN = "/admin/first-run/"
ACTOR = "answerback owner"
"""The actor in the audit trail for decisions on the command line."""


async def add_owner_with_link(
    db: Database, email: str, sites: list[str], password: str | None, ids: Ids | None = None, *,
    all_sites: bool = False, role: Role | None = None,
) -> str | None:  # fmt: skip
    """Adds an owner of these sites; without a password, returns the path of a one-time sign-in link. If no sites are
    named, a new owner gets all, and an existing one keeps theirs unless `all_sites`. Without a `role`, a new one is an
    owner. Raises NotFound for an unknown site and BadRequest for a bad password."""
    ids = ids or RandomIds()
    hash = None
    if password is not None:
        check_password(password, email=email)
        hash = await hash_password(password)
    owner_id, secret, now = ids.new(), ids.secret(), SystemClock().now()

    def work() -> Work[None]:
        known = {key for key, _ in (yield from list_sites())}
        if not known.issuperset(sites):
            raise NotFound("site_unknown")
        kept_id = yield from store.add_owner(owner_id, email, hash, sites, now, all_sites=all_sites, role=role)
        if hash is None:
            expires_at = now + LINK_HOURS * 3_600_000
            yield from store.add_owner_link(hash_secret(secret), kept_id, expires_at)

    await db.write(work)
    return None if hash is not None else f"/admin/sign-in/{secret}/"


async def first_owner_link(db: Database) -> str:
    """The path of the first owner's sign-in link; empty if there is an owner. Revokes the previous link."""
    secret, now = RandomIds().secret(), SystemClock().now()
    made = await db.write(lambda: first_run_store.keep_first_link(hash_secret(secret), now))
    return f"{FIRST_RUN}{secret}/" if made else ""


def owner_of(email: str) -> Work[Owner]:
    """The owner with that address. Raises NotFound."""
    for owner in (yield from store.list_owners()):
        if owner.email == email:
            return owner
    raise NotFound("not_found", f"There is no owner {email}.")


async def reset_second_factors(db: Database, email: str, *, mails: bool) -> None:
    """Removes all factors but the password, for an owner who has lost them. `mails`: the server sends mail, and
    notifies the owner. Raises NotFound."""
    clock = SystemClock()
    now, jobs = clock.now(), JobQueue(clock, RandomIds())

    def work() -> Work[None]:
        found = yield from store.owner_id(email)
        if found is None:
            raise NotFound("not_found", f"There is no owner {email}.")
        yield from reset_factors(found, email, now, ACTOR)
        if mails:
            yield from jobs.put(KIND, job_data(found, "factors_reset", negotiate("")))

    await db.write(work)


async def remove_owner(db: Database, email: str, sites: list[str]) -> list[str]:
    """Takes these sites (all by default) from an owner; returns the remaining ones. An owner without sites is deleted.
    Raises NotFound if they are no owner there, and BadRequest for an owner of all sites, who has none by name."""

    def work() -> Work[list[str]]:
        owner = yield from owner_of(email)
        if sites and owner.sites is None:
            raise BadRequest(
                "validation_failed", f"{email} has all sites: remove, then add again with --site for each to keep."
            )
        for site in sites:
            if not (yield from store.take_site(email, site)):
                raise NotFound("not_found", f"{email} is not an owner of {site}.")
        left = [site for site in owner.sites or () if sites and site not in sites]
        if not left:
            yield from store.remove_owner(email)
        return left

    return await db.write(work)
