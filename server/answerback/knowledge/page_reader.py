"""A page's text: cached while fresh, else fetched, extracted and cached."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from ..clock import Clock
from ..core.page_addresses import names
from ..db.database import Database
from ..db.work import Work
from ..jobs.queue import JobQueue
from ..net.browsing import Session
from ..net.fetch import Fetched, PageFetcher
from ..sandbox.pool import Refused
from ..sites.settings import Site
from .crawl.links import Signs, normal_url
from .crawl.repeats import marked_as
from .extract.content import Content
from .parsing import Parsing
from .store import PageText, drop_page_text, keep_page_text, name_threads, page_text

log = logging.getLogger(__name__)

FRESH_MS = 10 * 60_000
STALE_MS = 24 * 3_600_000
GONE = (404, 410)
HINT = "hint"
MayFetch = Callable[[], Awaitable[bool]]

PAGE_CHANGED = "page_changed"
"""The job, with the page's `url`, for whoever follows what a page says: it says something else, or is gone."""


async def always() -> bool:
    """Allows every page to be fetched."""
    return True


class PageReader:
    """Reads pages, one fetch per page at a time."""

    def __init__(self, db: Database, clock: Clock, fetcher: PageFetcher, jobs: JobQueue) -> None:
        self.fetcher = fetcher
        self.parsing = Parsing()
        self._db = db
        self._clock = clock
        self._jobs = jobs
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def read(self, site: Site, url: str, may_fetch: MayFetch = always, *, hint: str = "") -> PageText | None:
        """The page's text, or None if unavailable; a cached text is used rather than none, for a day if the page is
        gone. `may_fetch` is asked before each fetch. If nothing is at its address, the visitor's `hint` is tried,
        provided the page there names this address as canonical."""
        url = url.partition("#")[0]
        lock = self._locks.setdefault((site.key, url), asyncio.Lock())
        async with lock:
            now = self._clock.now()
            kept = await page_text(self._db, site.key, url)
            if kept is not None and now - kept.fetched_at < FRESH_MS:
                return kept
            hinted = normal_url(hint, site.origins) if hint else ""
            at_hint = await page_text(self._db, site.key, hinted) if hinted else None
            if at_hint is not None and at_hint.status == HINT and now - at_hint.fetched_at < FRESH_MS:
                return at_hint
            if not await may_fetch():
                return kept
            session = Session(site.crawl_header)
            marks = (kept.etag, kept.last_modified) if kept else ("", "")
            fetched = await self.fetcher.fetch(
                url, site.origins, etag=marks[0], last_modified=marks[1], session=session
            )  # fmt: skip
            page, signs = await self._page(site.key, url, fetched, kept, now)
            if hinted and fetched.code in GONE and await may_fetch():
                page, signs = await self._hinted(site, hinted, session, now)
            if (
                page is None
                and fetched.code in GONE
                and kept is None
                and urlsplit(url).path.rstrip("/")
                and url[-1] == "/"
            ):
                return await self.read(site, url.rstrip("/"), may_fetch)  # keys end in a slash, addresses need not
            if page is None:
                gone = fetched.code in GONE
                return kept if kept is not None and not (gone and now - kept.fetched_at >= STALE_MS) else None
            if kept is not None:
                page = replace(page, blocks=marked_as(page.blocks, kept.blocks))
            await self._db.write(lambda: self.keep(page, signs.keys))
            return page

    async def _hinted(self, site: Site, url: str, session: Session, now: int) -> tuple[PageText | None, Signs]:
        fetched = await self.fetcher.fetch(url, site.origins, session=session)
        page, signs = await self._page(site.key, url, fetched, None, now, site.origins)
        if page is None or not names(signs.canonical, url):
            return None, Signs()
        return replace(page, status=HINT), signs

    def keep(self, page: PageText, keys: Collection[str] = ()) -> Work[None]:
        """Stores a page's text; `keys` are those of threads that the page names."""
        yield from name_threads(page, keys)
        old_hash = yield from keep_page_text(page)
        if old_hash is not None and old_hash != page.hash:
            yield from self._changed(page.site, page.url)

    def drop(self, site: str, url: str) -> Work[None]:
        """Forget the text of a page that is gone."""
        if (yield from drop_page_text(site, url)) is not None:
            yield from self._changed(site, url)

    def _changed(self, site: str, url: str) -> Work[None]:
        yield from self._jobs.put(PAGE_CHANGED, {"url": url}, site=site, key=f"{site} {url}")

    async def _page(
        self, site: str, url: str, fetched: Fetched, kept: PageText | None, now: int, origins: tuple[str, ...] = ()
    ) -> tuple[PageText | None, Signs]:
        if fetched.status == "unchanged" and kept is not None:
            return replace(kept, fetched_at=now), Signs()
        if fetched.status != "ok":
            return None, Signs()
        try:
            content, signs = await self.parsing.page(site, fetched, url, origins)
        except Refused as refused:
            log.warning("page_too_complex: a page of site %s cannot be read (%s)", site, refused.reason)
            return None, Signs()
        return as_page(site, url, fetched, content, now), signs


def as_page(
    site: str, url: str, fetched: Fetched, content: Content, now: int, *, asked: bool = True
) -> PageText | None:
    """What is kept of a page that has come; None when it has no text."""
    if not content.blocks:
        return None
    if content.is_cut:
        log.warning("page_cut: %s of site %s is long, and its end is not read", url, site)
    hash = hashlib.sha256("\n".join(block.text for block in content.blocks).encode()).hexdigest()[:32]
    return PageText(
        site, url, content.title, content.lang, content.blocks, hash, fetched.etag, fetched.last_modified, "ok", now,
        asked,
    )  # fmt: skip
