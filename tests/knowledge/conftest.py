"""A site and its crawler, for the tests of both."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from answerback.clock import SteppedClock
from answerback.db.database import Database
from answerback.ids import RandomIds
from answerback.jobs import store as job_store
from answerback.jobs.queue import JobQueue
from answerback.knowledge.crawl import store as site_store
from answerback.knowledge.crawl.crawler import Crawler
from answerback.knowledge.crawl.report import Crawled
from answerback.knowledge.index.search import SiteIndex
from answerback.knowledge.page_reader import PAGE_CHANGED, PageReader
from answerback.net.fetch import HttpPageFetcher, resolve
from answerback.sites.settings import read_site
from answerback.sites.store import add_site

from tests import services

from .serving import WebSite


@pytest.fixture
def web() -> Iterator[WebSite]:
    with WebSite.start() as site:
        yield site


@dataclass
class Reading:
    """A site, its crawler, and what was announced."""

    db: Database
    web: WebSite
    clock: SteppedClock
    crawler: Crawler
    index: SiteIndex
    reader: PageReader
    jobs: JobQueue

    async def changes(self) -> list[str]:
        """The addresses of pages of which it was announced that they say something else, once each."""
        jobs = [job for job in await self.db.read(lambda: job_store.listed_jobs(100)) if job.kind == PAGE_CHANGED]
        for job in jobs:
            await self.db.write(lambda job=job: job_store.forget(PAGE_CHANGED, f"demo {job.data['url']}"))
        return sorted(job.data["url"].removeprefix(self.web.origin) for job in jobs)

    async def crawl(self, *origins: str, **options: Any) -> Crawled:
        self.web.asked.clear()
        self.clock.advance(hours=1)
        site = read_site("demo", {"origins": ",".join([self.web.origin, *origins])}, daily_answers=5)
        result = await self.crawler.crawl(site, "holder", **options)
        assert result is not None
        return result

    async def statuses(self) -> dict[str, str]:
        pages = await self.db.read(lambda: site_store.site_pages("demo"))
        return {url.removeprefix(self.web.origin): item.status for url, item in sorted(pages.items())}

    async def found(self, question: str) -> list[str]:
        return [passage.text for passage in await self.index.search("demo", question)]


async def split_dns(host: str, port: int) -> list[str]:
    """As the system resolves it, but for a name that is known inside only."""
    return ["127.0.0.1"] if host == "wiki.example" else await resolve(host, port)


@pytest.fixture
async def reading(tmp_path: Path, web: WebSite) -> AsyncIterator[Reading]:
    path = tmp_path / "answerback.db"
    shutil.copy(services.migrated_sqlite(), path)
    db = Database(f"sqlite:///{path}")
    await db.connect()
    await db.write(lambda: add_site("demo", {"origins": web.origin}, 1))
    clock, index = SteppedClock(), SiteIndex(db)
    jobs = JobQueue(clock, RandomIds())
    reader = PageReader(db, clock, HttpPageFetcher(split_dns), jobs)
    yield Reading(db, web, clock, Crawler(db, clock, jobs, reader, index, pace=0), index, reader, jobs)
    await db.close()
