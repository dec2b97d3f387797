"""What sign-in methods require to merge a guest into an account."""

from __future__ import annotations

from typing import Protocol

from ...core.model import Visitor
from ...db.work import Work


class Merging(Protocol):
    """Moves a guest's data to an account."""

    def merge(self, guest: Visitor, account: Visitor, now: int) -> Work[None]:
        """Merges within the sign-in's transaction, which publishes the affected threads."""
        ...
