"""Builds the parts that read sites."""

from __future__ import annotations

from contextlib import suppress

from ..clock import SystemClock
from ..db.database import Database
from ..ids import RandomIds
from ..jobs.model import JobFailed, Kind
from ..jobs.queue import JobQueue
from ..live.bus import MemoryBus
from ..net.deny_list import PrivateSites
from ..net.fetch import HttpPageFetcher, PageFetcher
from ..runtime import Runtime
from ..settings import Settings
from ..sites.settings import Site
from ..sites.store import SiteDirectory
from .crawl.crawler import Crawler, Tell
from .crawl.crawls import PACE_SECONDS, SiteCrawls
from .crawl.report import Crawled
from .crawl.walk import MOST_PAGES
from .index.embedders import Embedder, OpenAIEmbedder
from .index.local_embedder import LocalEmbedder, require
from .index.meaning import PassageVectors
from .index.search import SiteIndex
from .page_reader import PageReader

COMMAND_PACE_SECONDS = 0.2


class Knowledge:
    """Reads single pages for questions, and whole sites in jobs."""

    def __init__(self, runtime: Runtime, fetcher: PageFetcher | None, pace: float = PACE_SECONDS) -> None:
        db, clock, jobs = runtime.db, runtime.clock, runtime.jobs
        self.fetcher = fetcher or HttpPageFetcher(private=PrivateSites(runtime.settings.private_sites))
        self.reader = PageReader(db, clock, self.fetcher, jobs)
        self.index = make_index(db, make_embedder(runtime.settings), jobs)
        self.words = make_index(db, None, jobs)
        """The index by words alone, which calls no model."""
        self.crawler = Crawler(db, clock, jobs, self.reader, self.index, pace)
        self.crawls = SiteCrawls(runtime, self.crawler)

    @property
    def jobs(self) -> tuple[Kind, ...]:
        """Its kinds of jobs."""
        return (*self.crawls.kinds(), *self.index.kinds())

    async def close(self) -> None:
        """Closes connections."""
        await self.index.close()


def make_embedder(settings: Settings) -> Embedder | None:
    """The embedding model that the settings name, if any. Raises SettingsError."""
    if settings.embedding == "local":
        require()
        return LocalEmbedder()
    if settings.embedding == "off" or not settings.embedding_model:
        return None
    base, key = settings.embedding_base_url, settings.embedding_api_key
    if not base:
        base, key = settings.openai_base_url, key or settings.openai_api_key
    return OpenAIEmbedder(api_key=key, base_url=base or None, model=settings.embedding_model)


def make_index(db: Database, embedder: Embedder | None, jobs: JobQueue | None = None) -> SiteIndex:
    """The index of passages, with vectors if there is an embedding model."""
    return SiteIndex(db, None if embedder is None else PassageVectors(db, embedder, jobs))


async def crawl_site(settings: Settings, db: Database, site: Site, limit: int | None, tell: Tell) -> Crawled | None:
    """Crawls a whole site, faster than in the background; None if it is being crawled already."""
    clock, ids = SystemClock(), RandomIds()
    sites = SiteDirectory(db, clock, settings.daily_answers)
    runtime = Runtime(settings, db, MemoryBus(ids.new(), clock), clock, ids, sites, JobQueue(clock, ids))
    knowledge = Knowledge(runtime, None, COMMAND_PACE_SECONDS)
    try:
        result = await knowledge.crawler.crawl(site, ids.new(), limit=limit or MOST_PAGES, tell=tell)
        with suppress(JobFailed):  # a running server retries
            await knowledge.index.understand(site.key)
        return result
    finally:
        await knowledge.close()
