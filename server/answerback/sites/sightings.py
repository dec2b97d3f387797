"""Detects whether the tag works: records a site's first page that requests its comments."""

from __future__ import annotations

from contextlib import suppress

from ..clock import Clock
from ..db.database import Database
from ..errors import AppError
from .settings import Site
from .sightings_store import note_seen

PAGE_LIMIT = 500


class Sightings:
    """Records each site's first page; a known sighting costs no statement."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._noted: set[str] = set()

    async def see(self, site: Site, origin: str | None, page: str) -> None:
        """Records a call from a page of that origin."""
        if site.key in self._noted or origin not in site.origins or not page or len(page) > PAGE_LIMIT:
            return
        self._noted.add(site.key)
        key, now, of = site.pages.key(page), self._clock.now(), str(origin)
        # A failure to record it must not fail the call.
        with suppress(AppError):
            await self._db.write(lambda: note_seen(site.key, of, key, now))
