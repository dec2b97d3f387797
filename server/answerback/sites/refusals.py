"""Rejects calls from unlisted origins: the page is told what to do, and the owner can allow the origin."""

from __future__ import annotations

from contextlib import suppress

from ..clock import Clock
from ..core.hosts import normal_origin
from ..db.database import Database
from ..errors import AppError, Forbidden
from .refused_store import MOST_REFUSED, note_refused
from .settings import is_key
from .store import SiteDirectory


class Refusals:
    """Rejects calls from foreign origins, and records each origin once."""

    def __init__(self, db: Database, clock: Clock, sites: SiteDirectory) -> None:
        self._db = db
        self._clock = clock
        self._sites = sites
        self._noted: dict[str, set[str]] = {}
        self._version = sites.version

    async def refuse(self, origin: str, key: str) -> Forbidden:
        """The error for a page of that origin that requested that site."""
        if not _is_web(origin):
            return Forbidden(
                "origin_not_allowed",
                "Pages opened as files, or in a sandbox, have no origin of their own. Open the page through a web "
                "server, such as: python3 -m http.server",
            )
        site = self._sites.known(key)
        if site is not None:
            # A failure to record it must not change the refusal.
            with suppress(AppError):
                await self._note(site.key, origin)
        known = key if is_key(key) else "KEY"
        return Forbidden(
            "origin_not_allowed",
            f"{origin} is not an origin of the site {known}. "
            f"To allow it: answerback site set {known} origins+={origin}",
        )

    async def _note(self, key: str, origin: str) -> None:
        if self._version != self._sites.version:  # an owner may have changed origins
            self._noted.clear()
            self._version = self._sites.version
        noted = self._noted.setdefault(key, set())
        if origin in noted or len(noted) >= MOST_REFUSED:
            return
        noted.add(origin)
        now = self._clock.now()
        await self._db.write(lambda: note_refused(key, origin, now))


def _is_web(origin: str) -> bool:
    """Whether a site can list this origin."""
    try:
        return normal_origin(origin) == origin
    except ValueError:
        return False
