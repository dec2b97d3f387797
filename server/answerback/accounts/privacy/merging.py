"""When a guest signs in, merges the guest's data into the account."""

from __future__ import annotations

from ...core.model import Visitor
from ...db.work import Work
from ..profile.changing import Told
from ..profile.store import pages_of
from . import merging_store


class Merging:
    """Merges guests into accounts; `told` is called with the affected threads."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def merge(self, guest: Visitor, account: Visitor, now: int) -> Work[None]:
        """Merges a guest within a sign-in's transaction; both belong to one site."""
        yield from merging_store.merge(guest, account)
        yield from self._told(account.site, (yield from pages_of(account)))
