"""Sites read again in the background, at a slow pace, one after the other."""

from __future__ import annotations

import asyncio
import logging

from ...clock import Clock
from ...db.database import Database
from ...sites.store import SiteDirectory
from . import store
from .crawler import Crawler

log = logging.getLogger(__name__)

PACE_SECONDS = 2.0
FIRST_MS = 60_000
"""How long after the server's start a site is read that never has been; it may be about to be set otherwise."""
SWEEP_SECONDS = 20.0


class Refresher:
    """Reads the sites that are due until it is closed."""

    def __init__(self, db: Database, clock: Clock, sites: SiteDirectory, crawler: Crawler) -> None:
        self._db = db
        self._clock = clock
        self._sites = sites
        self._crawler = crawler
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._started_at = 0

    def start(self) -> None:
        """Begin; nothing is read before it is due."""
        self._started_at = self._clock.now()
        self._task = asyncio.create_task(self._work())

    def wake(self) -> None:
        """Look now whether something is due."""
        self._wake.set()

    async def close(self) -> None:
        """Stop, in the middle of a site too: what has been read is kept."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._read_due()
            except Exception:
                log.exception("sites could not be read")
            try:
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _read_due(self) -> None:
        now = self._clock.now()
        crawls = await self._db.read(lambda: store.crawls(now))
        await self._sites.refresh()
        for site in self._sites.all():
            crawl = crawls.get(site.key)
            if crawl is not None and crawl.running:
                continue
            due_at = crawl.due_at if crawl is not None else self._started_at + FIRST_MS
            asked_for = crawl is not None and 0 < crawl.due_at >= crawl.ended_at
            if due_at > now or not (site.crawl or asked_for):
                continue
            result = await self._crawler.crawl(site)
            if result is not None:
                log.info("crawled site %s: %d pages in use, %d new", site.key, result.pages, result.added)
