"""Changes profiles and updates the threads that show them."""

from __future__ import annotations

from collections.abc import Callable

from ...core.model import Visitor
from ...db.database import Database
from ...db.work import Work
from ..naming import check_member_name
from . import store


class Profiles:
    """Changes profiles; `changed(site, page)` is told of each thread that looks different afterwards."""

    def __init__(self, db: Database, changed: Callable[[str, str], None]) -> None:
        self._db = db
        self._changed = changed

    async def rename(self, visitor: Visitor, name: str) -> None:
        """Another name, also over what has been written already. Raises BadRequest (`name_reserved`)."""

        def work() -> Work[list[str]]:
            yield from check_member_name(visitor.site, name)
            return (yield from store.rename(visitor, name))

        self._tell(visitor, await self._db.write(work))

    async def remove_picture(self, visitor: Visitor) -> None:
        """Initials again."""
        self._tell(visitor, await self._db.write(lambda: store.drop_picture(visitor)))

    def _tell(self, visitor: Visitor, pages: list[str]) -> None:
        for page in pages:
            self._changed(visitor.site, page)
