"""Stores a visited page: its passages, or why it has none."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

import orjson

from ...clock import Clock
from ...core.grounding.passages import Block, own_words
from ...db.database import Database
from ...db.work import Work
from ...net.fetch import Fetched
from ...priority import in_background
from ..index.search import SiteIndex
from ..page_reader import PageReader
from ..store import PageText, mark_page_text, page_text
from . import store
from .listings import own_blocks
from .moved import seen_elsewhere
from .repeats import LEAST_PAGES, Repeats, marked_as, sample
from .store import SitePage
from .walk import Walk

GONE = 3
"""So often in a row a page may be a 404, or empty, before what it said is forgotten."""
INDEX_VERSION = 3
"""Grows when passages or terms are made otherwise: pages are then indexed anew."""


class PageKeeper:
    """Stores pages, and keeps what is known until a page is gone for good: a failed crawl loses nothing."""

    def __init__(self, db: Database, clock: Clock, reader: PageReader, index: SiteIndex) -> None:
        self._db = db
        self._clock = clock
        self._reader = reader
        self._index = index

    async def same(self, walk: Walk, known: SitePage) -> None:
        """Records that a page has not changed."""
        walk.result.unchanged += 1
        walk.outcomes[known.url] = known.status
        page = replace(known, read_at=self._clock.now(), failures=0, missing=0)
        await self._db.write(lambda: store.keep_page(walk.site.key, page))

    async def keep(self, walk: Walk, page: PageText, keys: Collection[str], own: Sequence[Block] | None = None) -> None:
        """Stores a page's text, and its passages if they changed; `own` is the part that no other page repeats."""
        key, now = walk.site.key, self._clock.now()
        before = await page_text(self._db, key, page.url)
        page = page if before is None else replace(page, blocks=marked_as(page.blocks, before.blocks))
        known, hash = walk.known.get(page.url), index_hash(page)
        same = known is not None and known.status in ("ok", "listing") and known.hash == hash and own is None
        indexed = replace(page, blocks=tuple(own_words(page.blocks if own is None else own)))
        found = [] if same else await self._reader.parsing.passages(indexed)
        status = known.status if known and same else "listing" if own is not None and not found else "ok"
        kept = SitePage(
            page.url, page.title[:300], hash, status, known.passages if known and same else len(found), page.etag,
            page.last_modified, known.found_at if known else now, now, known.changed_at if known and same else now,
        )  # fmt: skip

        def work() -> Work[str]:
            twin = yield from store.same_text(key, page.url, hash)
            if twin is not None:
                yield from store.keep_page(key, replace(kept, status="duplicate", passages=0, leads_to=twin))
                yield from self._index.forget(key, page.url)
            elif (yield from store.keep_page(key, kept)) and not same:
                yield from self._index.put(key, page.url, found)
            yield from self._reader.keep(page, keys)
            yield from seen_elsewhere(walk.site, known, page.url, "", status, now)
            return "duplicate" if twin is not None else status

        walk.outcomes[page.url] = await self._db.write(work)
        self._count(walk, page.url, same=same)

    def _count(self, walk: Walk, url: str, *, same: bool) -> None:
        result, known, outcome = walk.result, walk.known.get(url), walk.outcomes[url]
        result.read += 1
        if outcome != "ok":
            result.left_out += 1
            result.note(outcome, url)
        elif same:
            result.read -= 1
            result.unchanged += 1
        elif known is None or known.status != "ok":
            result.added += 1
        else:
            result.changed += 1

    async def keep_listing(self, walk: Walk, url: str) -> None:
        """Stores what a listing says beyond the pages it links to."""
        teasers, keys = walk.listings[url]
        page = await page_text(self._db, walk.site.key, url)
        if page is None:
            return
        others: dict[str, tuple[Block, ...]] = {}
        for target in {teaser.url for teaser in teasers}:
            other = await page_text(self._db, walk.site.key, target)
            if other is not None and walk.outcomes.get(target, "ok") == "ok":
                others[target] = other.blocks
        own = await in_background(lambda: own_blocks(page.blocks, teasers, others))
        await self.keep(walk, page, keys, None if own == page.blocks else own)

    async def leave_out_repeats(self, walk: Walk, go_on: Callable[[], Awaitable[None]]) -> None:
        """Removes text that many pages repeat from the index, except on one of them."""
        key, result = walk.site.key, walk.result
        known = await self._db.read(lambda: store.site_pages(key))
        pages = {url: page for url, page in sorted(known.items()) if page.status == "ok"}
        if len(pages) < LEAST_PAGES or not result.added + result.changed + result.forgotten:
            return
        texts = (await page_text(self._db, key, url) for url in sample(list(pages)))
        repeats = Repeats([page.blocks async for page in texts if page is not None])
        for url in pages:
            if (page := await page_text(self._db, key, url)) is not None:
                repeats.add(url, page.blocks)
        for url, site_page in pages.items():
            page = await page_text(self._db, key, url)
            if page is not None and (marked := repeats.marked(url, page.blocks)) != page.blocks:
                await self._mark(site_page, replace(page, blocks=marked), indexed=url not in walk.listings)
                await go_on()

    async def _mark(self, known: SitePage, page: PageText, *, indexed: bool) -> None:
        own = replace(page, blocks=tuple(own_words(page.blocks)))
        found = await self._reader.parsing.passages(own) if indexed else []

        def work() -> Work[None]:
            yield from mark_page_text(page)
            if indexed and (yield from store.keep_page(page.site, replace(known, passages=len(found)))):
                yield from self._index.put(page.site, page.url, found)

        await self._db.write(work)

    async def vanished(self, walk: Walk, url: str, status: str, title: str = "") -> None:
        """Records a missing or empty page. Its text is kept until that has happened several times."""
        known = walk.known.get(url)
        walk.result.note(status, url)
        if known is None or known.status != "ok" or known.missing + 1 >= GONE:
            if status in ("gone", "missing"):
                await self.drop(walk, url)
            if status != "gone":
                await self.leave_out(walk, url, status, title=title, noted=True)
            return
        walk.outcomes[url] = status
        again = replace(known, missing=known.missing + 1, failures=known.failures + 1, read_at=self._clock.now())
        await self._db.write(lambda: store.keep_page(walk.site.key, again))

    async def drop(self, walk: Walk, url: str) -> None:
        """Forgets a page that is gone for good."""
        key = walk.site.key

        def work() -> Work[None]:
            yield from store.drop_page(key, url)
            yield from self._index.forget(key, url)
            yield from self._reader.drop(key, url)

        await self._db.write(work)
        walk.outcomes[url] = "gone"
        if url in walk.known and walk.known[url].status != "waiting":
            walk.result.forgotten += 1

    async def failed(self, walk: Walk, url: str, fetched: Fetched, status: str = "") -> None:
        """Records a failed fetch; the page's text stays for as long as that lasts."""
        known, status = walk.known.get(url), status or fetched.status
        walk.result.failed += 1
        walk.result.note(f"http {fetched.code}" if status == "http" else status, url)
        if known is None or known.status != "ok":
            await self.leave_out(walk, url, status, counted=False, noted=True)
        else:
            walk.outcomes[url] = status
            again = replace(known, failures=known.failures + 1, read_at=self._clock.now())
            await self._db.write(lambda: store.keep_page(walk.site.key, again))

    async def leave_out(
        self, walk: Walk, url: str, status: str, *, leads_to: str = "", title: str = "", counted: bool = True,
        noted: bool = False,
    ) -> None:  # fmt: skip
        """Records a page that is not used and removes its passages."""
        key, known, now = walk.site.key, walk.known.get(url), self._clock.now()
        walk.result.left_out += counted
        walk.outcomes[url] = status
        if not noted:
            walk.result.note(status, url)
        found_at, failures = (known.found_at, known.failures + 1) if known else (now, 1)
        title = title[:300] or (known.title if known else "")
        page = SitePage(
            url, title, "", status, 0, "", "", found_at, now, now, 0 if counted else failures, 0, leads_to
        )  # fmt: skip

        def work() -> Work[None]:
            yield from store.keep_page(key, page)
            yield from self._index.forget(key, url)
            if leads_to:
                yield from seen_elsewhere(walk.site, known, url, leads_to, status, now)

        await self._db.write(work)


def index_hash(page: PageText) -> str:
    """A hash that changes whenever the page's passages would."""
    said = [INDEX_VERSION, page.title, [[block.text, block.headings] for block in page.blocks]]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]
