"""Closes threads at a date of their own, or `close_days` after their first comment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..db.work import Work
from ..jobs.model import Kind
from ..runtime import Runtime
from . import closing_store as store
from .updates import ThreadUpdates

EVERY_MS, AT_ONCE = 60_000, 200
DAY_MS = 86_400_000


class ThreadClosing:
    """Runs once a minute."""

    def __init__(self, runtime: Runtime, updates: ThreadUpdates) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._updates = updates

    def kind(self) -> Kind:
        """The kind of its job."""
        return Kind("closing", lambda _: self.once(), every_ms=EVERY_MS)

    async def once(self) -> None:
        """Closes due threads, one batch; the next run continues."""
        now = self._clock.now()
        await self._sites.refresh()
        works = [partial(store.close_dated, now, AT_ONCE)]
        works += [
            partial(store.close_old, site.key, now - site.close_days * DAY_MS, AT_ONCE)
            for site in self._sites.all() if site.close_days is not None
        ]  # fmt: skip
        for work in works:
            await self._db.write(partial(self._close, work))

    def _close(self, work: Callable[[], Work[list[tuple[str, str]]]]) -> Work[None]:
        for site, page in (yield from work()):
            yield from self._updates.reload(site, [page])
