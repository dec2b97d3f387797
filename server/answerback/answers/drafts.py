"""Publishes drafts after the time that their site sets."""

from __future__ import annotations

from functools import partial

from ..comments import store as threads
from ..comments.updates import ThreadUpdates
from ..db.work import Work
from ..jobs.model import Job, Kind
from ..runtime import Runtime
from . import store

EVERY_MS = 60_000


class DraftPublishing:
    """Publishes drafts that are due."""

    def __init__(self, runtime: Runtime, updates: ThreadUpdates) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._updates = updates

    def kind(self) -> Kind:
        """The kind of its job."""
        return Kind("drafts", self._publish, every_ms=EVERY_MS)

    async def _publish(self, _: Job) -> None:
        await self._sites.refresh()
        now = self._clock.now()
        for site in self._sites.all():
            if site.draft_minutes is None:
                continue
            await self._db.write(partial(self._publish_due, site.key, now - site.draft_minutes * 60_000))

    def _publish_due(self, site: str, before: int) -> Work[None]:
        for id in (yield from store.drafts_due(site, before)):
            comment = yield from threads.comment_by_id(site, id)
            if comment is not None:
                yield from self._updates.changed(comment)
