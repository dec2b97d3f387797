"""What the product needs to know sites by, put together."""

from __future__ import annotations

from ..clock import SystemClock
from ..db.database import Database
from ..ids import RandomIds
from ..live.bus import MemoryBus
from ..net.fetch import HttpPageFetcher, PageFetcher
from ..runtime import Runtime
from ..settings import Settings
from ..sites.settings import Site
from ..sites.store import SiteDirectory
from .crawl.crawler import MOST_PAGES, Crawled, Crawler, Tell
from .crawl.refresher import PACE_SECONDS, Refresher
from .index.embeddings import OpenAIEmbedder, PassageVectors
from .index.search import SiteIndex
from .page_reader import Changed, PageReader, nobody

COMMAND_PACE_SECONDS = 0.2


class Knowledge:
    """Reads single pages for a question, and whole sites in the background between `start()` and `close()`."""

    def __init__(
        self, runtime: Runtime, fetcher: PageFetcher | None, pace: float = PACE_SECONDS, changed: Changed = nobody
    ) -> None:
        db, clock = runtime.db, runtime.clock
        self._embedder = make_embedder(runtime.settings)
        self.reader = PageReader(db, clock, fetcher or HttpPageFetcher(), changed)
        self.index = make_index(db, self._embedder)
        self.crawler = Crawler(db, clock, runtime.ids, self.reader, self.index, pace)
        self.refresher = Refresher(db, clock, runtime.sites, self.crawler)

    def start(self) -> None:
        """Begin to read the sites that are due."""
        self.refresher.start()

    async def close(self) -> None:
        """Stop reading."""
        await self.refresher.close()
        if self._embedder is not None:
            await self._embedder.close()


def make_embedder(settings: Settings) -> OpenAIEmbedder | None:
    """The embedding model that the settings ask for, if any."""
    if not settings.embedding_model:
        return None
    return OpenAIEmbedder(
        api_key=settings.openai_api_key, base_url=settings.openai_base_url or None, model=settings.embedding_model
    )


def make_index(db: Database, embedder: OpenAIEmbedder | None) -> SiteIndex:
    """The index of passages, by meaning too where there is a model for it."""
    return SiteIndex(db, None if embedder is None else PassageVectors(db, embedder))


async def crawl_site(settings: Settings, db: Database, site: Site, limit: int | None, tell: Tell) -> Crawled | None:
    """Read a whole site, faster than in the background; None while somebody else reads it."""
    clock, ids = SystemClock(), RandomIds()
    sites = SiteDirectory(db, clock, settings.daily_answers)
    runtime = Runtime(settings, db, MemoryBus(ids.new()), clock, ids, sites)
    knowledge = Knowledge(runtime, None, COMMAND_PACE_SECONDS)
    try:
        return await knowledge.crawler.crawl(site, limit=limit or MOST_PAGES, tell=tell)
    finally:
        await knowledge.close()
