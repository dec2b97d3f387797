"""Roles on a site: reader, moderator, owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Role = Literal["reader", "moderator", "owner"]
ROLES: tuple[Role, ...] = ("reader", "moderator", "owner")
"""Each may do what those before it may."""


def covers(role: Role, needed: Role) -> bool:
    """Whether one role includes another's rights."""
    return ROLES.index(role) >= ROLES.index(needed)


def sites_with(roles: Mapping[str, Role], needed: Role) -> tuple[str, ...]:
    """The sites where somebody has this role or one that includes it."""
    return tuple(site for site, role in roles.items() if covers(role, needed))


def read_role(text: str) -> Role:
    """Parses a role's name. Raises ValueError."""
    for role in ROLES:
        if role == text:
            return role
    raise ValueError(f"must be one of {', '.join(ROLES)}")
