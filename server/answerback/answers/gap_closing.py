"""Closes unanswered questions once a crawl finds pages that answer them."""

from __future__ import annotations

import orjson

from ..core.answering import Passage
from ..core.grounding import ranking
from ..core.grounding.judging import SURE
from ..core.grounding.quoting import best_quotes
from ..jobs.model import Job, Kind
from ..knowledge.crawl.crawler import SITE_READ
from ..knowledge.crawl.store import site_pages
from ..knowledge.index.search import SiteIndex
from ..priority import in_background
from ..runtime import Runtime
from . import gaps_store as store
from .degradation import RUNGS
from .gaps import Group, grouped, hash_of

MOST = 200
"""Groups that are looked at after a crawl, the newest."""


class GapClosing:
    """Runs after crawls."""

    def __init__(self, runtime: Runtime, index: SiteIndex) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._index = index

    def kind(self) -> Kind:
        """The kind of its job."""
        return Kind(SITE_READ, self._crawled)

    async def _crawled(self, job: Job) -> None:
        items = await self._db.read(lambda: store.unanswered([job.site]))
        groups = [group for group in await in_background(lambda: grouped(items)) if group.newest.silent]
        if not groups:
            return
        changed = {url: page.changed_at for url, page in (await self._db.read(lambda: site_pages(job.site))).items()}
        for group in groups[:MOST]:
            passage = await self._answering(job.site, group)
            if passage is not None and changed.get(passage.url, 0) > group.newest.at:
                ids, url, now = [item.id for item in group.items], passage.url, self._clock.now()
                await self._db.write(lambda: store.close(job.site, ids, url, now))  # noqa: B023  awaited here

    async def _answering(self, site: str, group: Group) -> Passage | None:
        """A passage that clearly answers the question and was not known when it was asked."""
        question, home = group.newest.question, group.newest.url
        found = await self._index.search(site, question)

        def look() -> Passage | None:
            chosen = ranking.choose(question, (), RUNGS[0].passages, others=found)
            quotes = best_quotes(question, chosen, 1, home=home)
            return quotes.quotes[0].passage if quotes.quotes and quotes.certainty >= SURE else None

        passage = await in_background(look)
        known = {read["hash"] for item in group.items for read in orjson.loads(item.passages or "[]")}
        return None if passage is None or hash_of(passage.text) in known else passage
