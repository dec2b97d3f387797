"""When a guest signs in, merges the guest's data into the account."""

from __future__ import annotations

from ...core.model import Visitor
from ...db.database import Database
from ...db.work import Work
from ..profile.store import pages_of
from . import merging_store
from .erasing import Told


class Merging:
    """Merges guests into accounts; `told(site, page)` is called for each thread that looks different afterwards."""

    def __init__(self, db: Database, told: Told) -> None:
        self._db = db
        self._told = told

    def merge(self, guest: Visitor, account: Visitor, now: int) -> Work[None]:
        """Within the transaction of a sign-in; both are of one site."""
        yield from merging_store.merge(guest, account)

    async def tell(self, account: Visitor) -> None:
        """The threads of the account show another author."""
        for page in await self._db.read(lambda: pages_of(account)):
            self._told(account.site, page)
