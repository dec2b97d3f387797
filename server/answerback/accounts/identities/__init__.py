"""Sign-in by identity, and linking of identities to accounts."""

from __future__ import annotations

from ...core.model import Visitor
from ...core.names import clean_name
from ...db.work import Work
from ..naming import first_allowed
from . import store
from .model import NewIds, Profile


def sign_in(site: str, profile: Profile, ids: NewIds, now: int) -> Work[Visitor]:
    """The visitor with that identity; a new one at the first sign-in, whatever its address or name."""
    visitor = yield from store.visitor_of_identity(site, profile.issuer, profile.subject)
    if visitor is None:
        name = yield from first_allowed(site, clean_name(profile.name))
        visitor = Visitor(ids.visitor, site, "user", name)
        yield from store.add_member(visitor.id, site, visitor.name, now)
        yield from store.add_identity(ids.identity, visitor, profile, now)
    else:
        yield from store.touch_identity(site, profile, now)
    return visitor


def link(visitor: Visitor, profile: Profile, ids: NewIds, now: int) -> Work[bool]:
    """Links an identity to a signed-in visitor; False if it belongs to another visitor."""
    there = yield from store.visitor_of_identity(visitor.site, profile.issuer, profile.subject)
    if there is not None:
        return there.id == visitor.id
    yield from store.add_identity(ids.identity, visitor, profile, now)
    return True


def unlink(visitor: Visitor, id: str) -> Work[bool]:
    """Unlink an identity; False, without a change, if it is the last sign-in method."""
    if not (yield from store.ways_left(visitor.id, without=id)):
        return False
    yield from store.remove_identity(visitor.id, id)
    return True
