"""Deletes what a site keeps for a limited time: hashed addresses, private questions, deleted comments, decisions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..accounts import audit_store
from ..db.work import Work
from ..jobs.model import Kind
from ..runtime import Runtime
from ..sites.settings import Site
from . import retention_store as store
from .retention_store import Stretch

EVERY_MS, ROWS, MOST_TURNS = 3_600_000, 1_000, 20
DAY_MS = 86_400_000
Sweep = Callable[[Stretch], Work[int | None]]
SWEEPS: tuple[tuple[str, Callable[[Site], int | None], Sweep, bool], ...] = (
    ("addresses", lambda site: site.keep_address_days, store.forget_addresses, False),
    ("askers", lambda site: site.keep_address_days, store.forget_askers_addresses, False),
    ("private", lambda site: site.keep_private_days, store.forget_private, True),
    ("deleted", lambda site: site.keep_deleted_days, store.forget_deleted, True),
)
"""What goes, after how many days on a site, how, and whether old rows become due later, so that they are read again."""


class Retention:
    """Runs hourly, in stretches of rows, so that no other write waits long; where it got to is kept in memory."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._audit_days = runtime.settings.audit_days
        self._places: dict[tuple[str, str], int] = {}

    def kind(self) -> Kind:
        """The kind of its job."""
        return Kind("retention", lambda _: self.once(), every_ms=EVERY_MS)

    async def once(self) -> None:
        """Goes on with each site that keeps something for a limited time, then with the audit trail."""
        now = self._clock.now()
        await self._sites.refresh()
        sites = self._sites.all()
        for site in sites:
            for name, days_of, sweep, again in SWEEPS:
                days = days_of(site)
                if days is not None and await self._sweep((site.key, name), sweep, now - days * DAY_MS) and again:
                    self._places.pop((site.key, name), None)
        own = [site for site in sites if site.keep_audit_days is not None]
        for site in own:
            before = now - (site.keep_audit_days or 0) * DAY_MS
            await self._forget(partial(audit_store.forget, before, now, ROWS, site=site.key))
        if self._audit_days is not None:
            before, others = now - self._audit_days * DAY_MS, [site.key for site in own]
            await self._forget(partial(audit_store.forget, before, now, ROWS, but=others))

    async def _sweep(self, place: tuple[str, str], sweep: Sweep, before: int) -> bool:
        """Goes on from that place; whether it has come to the end."""
        for _ in range(MOST_TURNS):
            stretch = Stretch(place[0], self._places.get(place, 0), before, ROWS)
            last = await self._db.write(partial(sweep, stretch))
            if last is None:
                return True
            self._places[place] = last + (last == stretch.after)
        return False

    async def _forget(self, work: Callable[[], Work[int]]) -> None:
        for _ in range(MOST_TURNS):
            if await self._db.write(work) < ROWS:
                return
