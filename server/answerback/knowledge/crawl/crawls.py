"""Recurring crawls in the background; a slow site delays no other."""

from __future__ import annotations

import logging

from ...db.work import Work
from ...jobs.model import Job, Kind
from ...runtime import Runtime
from . import store
from .crawler import Crawler
from .report import is_fault

log = logging.getLogger(__name__)

KIND = "crawl"
PACE_SECONDS = 2.0
FIRST_MS = 60_000
"""How long after the server's start a site is read that never has been; it may be about to be set otherwise."""
EVERY_MS = 60_000
AT_ONCE = 16
"""Sites that one process reads at the same time: nearly all of it is waiting."""
TRIES, RETRY_MS = 3, 10 * 60_000


class SiteCrawls:
    """Crawls due sites, each in a job of its own."""

    def __init__(self, runtime: Runtime, crawler: Crawler) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._jobs = runtime.jobs
        self._crawler = crawler
        self._started_at = runtime.clock.now()

    def kinds(self) -> list[Kind]:
        """The job that crawls a site, and the one that schedules those."""
        return [
            Kind(KIND, self._crawl, at_once=AT_ONCE, tries=TRIES, retry_ms=RETRY_MS, seconds=None),
            Kind("crawls", self._put_due, every_ms=EVERY_MS),
        ]

    def put(self, site: str) -> Work[None]:
        """Schedules a site's crawl for now."""
        yield from store.make_due(site, self._clock.now())
        yield from self._jobs.put(KIND, site=site, key=site)

    async def _put_due(self, _: Job) -> None:
        await self._sites.refresh()
        now = self._clock.now()

        def work() -> Work[None]:
            crawls = yield from store.crawls(now)
            for site in self._sites.all():
                crawl = crawls.get(site.key)
                due_at = crawl.due_at if crawl is not None else self._started_at + FIRST_MS
                asked_for = crawl is not None and 0 < crawl.due_at >= crawl.ended_at
                if due_at <= now and (site.crawl or asked_for) and not (crawl is not None and crawl.running):
                    yield from self._jobs.put(KIND, site=site.key, key=site.key)

        await self._db.write(work)

    async def _crawl(self, job: Job) -> None:
        site = await self._sites.find(job.site)
        result = None if site is None else await self._crawler.crawl(site, job.id)
        if result is None:
            return
        level = logging.WARNING if result.mostly_unread else logging.INFO
        log.log(
            level, "crawled site %s: %d pages in use, %d new, %d changed, %d failed, %d left out",
            job.site, result.pages, result.added, result.changed, result.failed, result.left_out,
        )  # fmt: skip
        for name, reason in result.ordered():
            if is_fault(name):
                example = reason.examples[0].partition("?")[0]
                log.log(level, "crawl of site %s, %s: %d, as %s", job.site, name, reason.count, example)
