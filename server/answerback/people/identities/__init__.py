"""Who somebody is elsewhere: an identity is (site, issuer, subject), never an e-mail address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...core.comments import NAME_LIMIT, clean_line, is_text, keepable
from ...core.model import Visitor
from ...db import Work
from . import store

SUBJECT_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Profile:
    """What an issuer says of somebody. Only issuer and subject are certain; `email` is given only when verified."""

    issuer: str
    subject: str
    name: str = ""
    email: str | None = None
    picture: str = ""

    def __post_init__(self) -> None:
        if (
            not self.issuer
            or not self.subject.strip()
            or len(self.subject) > SUBJECT_LIMIT
            or not is_text(self.subject)
        ):
            raise ValueError("an identity has an issuer and a subject")


def said(value: Any, limit: int = 2_000) -> str:
    """A text as an issuer says it; empty for anything that is none, too long, or not to be kept."""
    return value if isinstance(value, str) and len(value) <= limit and is_text(value) else ""


def said_name(value: Any) -> str:
    """As `said`, but a name may have been cut within a character, and is kept up to there."""
    return said(keepable(value)) if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class NewIds:
    """Ids made before the write, which may be run again."""

    visitor: str
    identity: str


def clean_name(name: str) -> str:
    """A name from elsewhere, on one line and no longer than ours."""
    return clean_line(name)[:NAME_LIMIT].strip()


def sign_in(site: str, profile: Profile, ids: NewIds, now: int) -> Work[Visitor]:
    """The visitor behind an identity; at the first time a new one, whatever address or name it comes with."""
    visitor = yield from store.visitor_of_identity(site, profile.issuer, profile.subject)
    if visitor is None:
        visitor = Visitor(ids.visitor, site, "user", clean_name(profile.name))
        yield from store.add_member(visitor.id, site, visitor.name, now)
        yield from store.add_identity(ids.identity, visitor, profile, now)
    else:
        yield from store.touch_identity(site, profile, now)
    return visitor


def link(visitor: Visitor, profile: Profile, ids: NewIds, now: int) -> Work[bool]:
    """Give a signed-in visitor one more way in; False when the identity is somebody else's already."""
    there = yield from store.visitor_of_identity(visitor.site, profile.issuer, profile.subject)
    if there is not None:
        return there.id == visitor.id
    yield from store.add_identity(ids.identity, visitor, profile, now)
    return True


def unlink(visitor: Visitor, id: str) -> Work[bool]:
    """Take a way in away; False, and nothing is changed, when it is the last one."""
    if not (yield from store.ways_left(visitor.id, without=id)):
        return False
    yield from store.remove_identity(visitor.id, id)
    return True
