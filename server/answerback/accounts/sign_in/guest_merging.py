"""What sign-in methods require to merge a guest into an account."""

from __future__ import annotations

from typing import Protocol

from ...core.model import Visitor
from ...db.work import Work


class Merging(Protocol):
    """Gives what a guest has done to the account."""

    def merge(self, guest: Visitor, account: Visitor, now: int) -> Work[None]:
        """Within the transaction of the sign-in, which tells of the threads that look different."""
        ...
