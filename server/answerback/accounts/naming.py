"""Members' names: nobody may use the owner's or the AI's."""

from __future__ import annotations

from ..core.names import imitates, shows_something
from ..db.work import Work
from ..errors import BadRequest
from .store import owner_of


def check_name(name: str, owner: str) -> None:
    """Raises BadRequest (`name_reserved`) for a name that looks like the owner's."""
    if imitates(name, owner):
        raise BadRequest("name_reserved")


def check_member_name(site: str, name: str) -> Work[None]:
    """Like `check_name`, within a write."""
    check_name(name, (yield from owner_of(site)))


def first_allowed(site: str, *names: str) -> Work[str]:
    """The first of these names that a member may have; empty if there is none."""
    owner = yield from owner_of(site)
    return next((name for name in names if shows_something(name) and not imitates(name, owner)), "")
