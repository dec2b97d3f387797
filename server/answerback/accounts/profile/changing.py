"""Changes profiles and updates the threads that show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...core.model import Visitor
from ...db.database import Database
from ...db.work import Work
from ..naming import check_member_name
from . import store

Told = Callable[[str, Iterable[str]], Work[None]]
"""Publishes that threads of a site have changed, within the change's write."""


class Profiles:
    """Changes profiles; `changed` is called with the affected threads."""

    def __init__(self, db: Database, changed: Told) -> None:
        self._db = db
        self._changed = changed

    async def rename(self, visitor: Visitor, name: str) -> None:
        """Renames a visitor, on existing comments too. Raises BadRequest (`name_reserved`)."""

        def work() -> Work[None]:
            yield from check_member_name(visitor.site, name)
            yield from self._changed(visitor.site, (yield from store.rename(visitor, name)))

        await self._db.write(work)

    async def remove_picture(self, visitor: Visitor) -> None:
        """Removes the picture; initials are shown instead."""

        def work() -> Work[None]:
            yield from self._changed(visitor.site, (yield from store.drop_picture(visitor)))

        await self._db.write(work)
