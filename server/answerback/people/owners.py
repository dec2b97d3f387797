"""Owners come into being on the command line only: the first stranger to arrive is nobody."""

from __future__ import annotations

import re

from ..db import Database, Work
from ..errors import BadRequest, NotFound
from ..seams import Ids, RandomIds, SystemClock
from ..sites.store import list_sites
from . import store
from .passwords import check_password, hash_password
from .sessions import hash_secret

LINK_HOURS = 24


def normal_email(text: str) -> str:
    """An e-mail address in lower case. Raises BadRequest."""
    email = text.strip().lower()
    if not re.fullmatch(r"[^\s@]{1,64}@[^\s@]{1,250}", email):
        raise BadRequest("validation_failed", f"{text!r} is no e-mail address.")
    return email


async def add_owner_with_link(
    db: Database, email: str, sites: list[str], password: str | None, ids: Ids | None = None
) -> str | None:
    """Add an owner of these sites (none named: of all); without a password, the path of a one-time sign-in link.

    Raises NotFound for an unknown site and BadRequest for a bad password.
    """
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
        kept_id = yield from store.add_owner(owner_id, email, hash, sites, now)
        if hash is None:
            expires_at = now + LINK_HOURS * 3_600_000
            yield from store.add_owner_link(hash_secret(secret), kept_id, expires_at)

    await db.write(work)
    return None if hash is not None else f"/admin/sign-in/{secret}/"
