"""Requires proof of work while a site is under attack, judged by the number of held comments."""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

from ...core.spam.forms import sign_form
from ...core.spam.work import Challenge, is_solved, pose
from ...db.database import Database
from ...ids import Ids
from ...runtime import Runtime
from ...sites.settings import Site
from . import spam_store as store

FRESH_MS = 5_000
"""How long a count is cached."""
LASTS_MS = 1_800_000
"""How long an attack lasts after its last sign."""
KEPT = 20_000
"""The most solved challenges that this process remembers, so that none is solved twice; they expire in an hour."""


class Attacks:
    """Which sites are under attack, as far as this process knows, and their proof of work."""

    def __init__(self, runtime: Runtime) -> None:
        self._db: Database = runtime.db
        self._ids: Ids = runtime.ids
        self._keys = runtime.settings.secret_key
        self._looked: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._answered: OrderedDict[str, None] = OrderedDict()

    async def asks_for_work(self, site: Site, now: int) -> bool:
        """Whether comments on this site need proof of work now."""
        if site.proof_of_work != "auto":
            return site.proof_of_work == "always"
        return await self.is_on(site.key, now)

    async def is_on(self, site: str, now: int) -> bool:
        """Whether the site is under attack, or was until recently."""
        if not 0 <= now - self._looked.get(site, -FRESH_MS) < FRESH_MS:
            self._looked[site] = now
            if await self._db.read(lambda: store.held_lately(site, now)) >= store.ATTACK:
                self._seen[site] = now
        return 0 <= now - self._seen.get(site, -LASTS_MS) < LASTS_MS

    async def form(self, site: Site, now: int) -> tuple[str, Challenge | None]:
        """The values of a new form: its signed time, and a challenge if required."""
        asks = await self.asks_for_work(site, now)
        return sign_form(site.key, now, self._keys[-1]), self._pose(site.key, now) if asks else None

    def _pose(self, site: str, now: int) -> Challenge:
        return pose(site, self._ids.secret(), now, self._keys[-1])

    async def work(self, site: Site, answer: object, now: int) -> Literal["none", "done", "missing"]:
        """Checks a comment's proof of work, if required. Each solution counts once."""
        salt = is_solved(answer, site.key, now, self._keys) if answer else ""
        if salt and salt not in self._answered:
            self._answered[salt] = None
            while len(self._answered) > KEPT:
                self._answered.popitem(last=False)
            return "done"
        return "missing" if await self.asks_for_work(site, now) else "none"
