"""A whole site, read page by page: from its sitemaps and its own links, politely, and only what has changed.

What enters the index is what the site itself leads to. A page that a visitor names is read for that visitor's question
and no further: an address can be made to say anything (`/search?q=…`), and so can a link in a comment (threat 17).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import orjson

from ...clock import Clock
from ...db.database import Database
from ...db.work import Work
from ...jobs.queue import JobQueue
from ...net.fetch import ROBOTS, SITEMAP, Fetched
from ...sandbox.pool import Refused
from ...sites.settings import Site
from ..index.search import EMBEDDINGS, SiteIndex
from ..page_reader import PageReader, as_page
from ..store import PageText
from . import store
from .links import normal_url
from .robots import EVERYTHING, NOTHING, Robots, parse
from .store import SitePage

MOST_PAGES = 5_000
MOST_BYTES = 500 * 1024 * 1024
MOST_SITEMAPS, MOST_PER_PATH = 50, 50
LEASE_MS = 10 * 60_000
FAILURES = 3
"""So often in a row a page may fail before what it said is forgotten."""
TRUSTED_MS = 7 * 24 * 3_600_000
"""For so long a sitemap is believed that a page has not changed."""
INDEX_VERSION = 3
"""Grows when passages or terms are made otherwise: pages are then indexed anew."""
Tell = Callable[[int, int], None]


@dataclass(slots=True)
class Crawled:
    """What a reading of a site has come to; `pages` and `passages` are what is in use now."""

    site: str
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    failed: int = 0
    forgotten: int = 0
    pages: int = 0
    passages: int = 0
    error: str = ""


@dataclass(slots=True)
class _Walk:
    """One reading of a site, while it goes on."""

    site: Site
    result: Crawled
    holder: str
    known: dict[str, SitePage]
    limit: int
    waiting: dict[str, int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    robots: dict[str, Robots] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    asked_at: dict[str, float] = field(default_factory=dict)
    of_path: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    fetched: int = 0

    def find(self, url: str, changed: int = 0) -> None:
        """There is a page at this address, which has changed then if that is known."""
        if url in self.done or url in self.waiting or len(self.done) + len(self.waiting) >= MOST_PAGES:
            return
        path, question, _ = url.partition("?")
        if question:
            self.of_path[path] = self.of_path.get(path, 0) + 1
            if self.of_path[path] > MOST_PER_PATH:
                return
        self.waiting[url] = changed

    def allows(self, url: str) -> bool:
        """Whether robots.txt lets us read an address."""
        url = normal_url(url, self.site.origins) or url
        return self.robots.get(origin_of(url), NOTHING).allows(url)


class LeaseLost(Exception):
    """Somebody else reads the site by now."""


class Crawler:
    """Reads sites. `pace` is the pause between requests to one origin in seconds, where the site asks for no longer."""

    def __init__(
        self, db: Database, clock: Clock, jobs: JobQueue, reader: PageReader, index: SiteIndex, pace: float
    ) -> None:
        self._db = db
        self._clock = clock
        self._jobs = jobs
        self._reader = reader
        self._fetcher, self._parsing = reader.fetcher, reader.parsing
        self._index = index
        self._pace = pace

    async def crawl(
        self, site: Site, holder: str, *, limit: int = MOST_PAGES, tell: Tell = lambda done, total: None
    ) -> Crawled | None:
        """Read what is new and what has changed, `limit` pages at most; None while another holder reads this site."""
        now = self._clock.now()
        if not await self._db.write(lambda: store.begin_crawl(site.key, holder, now, now + LEASE_MS)):
            return None
        walk = _Walk(site, Crawled(site.key), holder, await self._db.read(lambda: store.site_pages(site.key)), limit)
        again_in = 3_600_000  # after a mishap
        try:
            await self._read_all(walk, tell)
            again_in = site.crawl_hours * 3_600_000
        except LeaseLost:
            walk.result.error = "lost"
        except asyncio.CancelledError:  # the server stops: the next one goes on
            again_in = 0
            raise
        finally:
            ending = asyncio.create_task(self._end(walk, again_in))
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:  # cut off just now: nothing of it goes on when this returns
                await ending
                raise
        return walk.result

    async def _end(self, walk: _Walk, again_in: int) -> None:
        key, result, now = walk.site.key, walk.result, self._clock.now()
        due = now + again_in if walk.site.crawl else 0
        found = [url for url in walk.waiting if url not in walk.known][:MOST_PAGES]

        def work() -> Work[None]:
            yield from store.note_pages(key, found, now)
            yield from store.end_crawl(key, walk.holder, now, due, result.error)
            if self._index.by_meaning:
                yield from self._jobs.put(EMBEDDINGS, site=key, key=key)

        await self._db.write(work)
        for row in await self._db.read(lambda: store.count_pages([key])):
            if row["status"] == "ok":
                result.pages, result.passages = row["pages"], row["passages"]

    async def _read_all(self, walk: _Walk, tell: Tell) -> None:
        for origin in walk.site.origins:
            walk.robots[origin] = await self._robots(walk, origin)
            walk.find(f"{origin}/")
        for url, page in walk.known.items():
            if page.status == "waiting" and normal_url(url, walk.site.origins) == url:
                walk.find(url)
        await self._read_sitemaps(walk)
        for url, page in walk.known.items():  # those that were read longest ago first
            if page.status != "forgotten" and normal_url(url, walk.site.origins) == url:
                walk.find(url)
        while walk.waiting and walk.fetched < walk.limit and walk.bytes < MOST_BYTES:
            url, changed = next(iter(walk.waiting.items()))
            del walk.waiting[url]
            walk.done.add(url)
            await self._visit(walk, url, changed)
            done, total = (
                len(walk.done),
                min(len(walk.done) + len(walk.waiting), walk.limit + len(walk.done) - walk.fetched),
            )
            until = self._clock.now() + LEASE_MS
            if not await self._db.write(lambda: store.go_on(walk.site.key, walk.holder, done, total, until)):  # noqa: B023  awaited here
                raise LeaseLost
            tell(done, total)
        await self._forget_others(walk)

    async def _forget_others(self, walk: _Walk) -> None:
        """Pages of origins that are no longer the site's."""
        for url, page in walk.known.items():
            if page.status != "forgotten" and not normal_url(url, walk.site.origins):
                await self._drop(walk, url)

    async def _robots(self, walk: _Walk, origin: str) -> Robots:
        fetched = await self._fetch(walk, f"{origin}/robots.txt", kind="robots")
        if fetched.status == "ok":
            return parse(fetched.body.decode("utf-8", "replace"))
        if fetched.status in ("type", "origin", "redirects") or (400 <= fetched.code < 500 and fetched.code != 429):
            return EVERYTHING
        walk.closed.add(origin)
        walk.result.error = "address" if fetched.status == "address" else f"robots: {fetched.status}"
        return NOTHING

    async def _read_sitemaps(self, walk: _Walk) -> None:
        origins = walk.site.origins
        places = [place for robots in walk.robots.values() for place in robots.sitemaps]
        queue = list(dict.fromkeys([*places, *(f"{origin}/sitemap.xml" for origin in origins)]))
        seen: set[str] = set()
        while queue and len(seen) < MOST_SITEMAPS:
            place = normal_url(queue.pop(0), origins)
            if not place or place in seen or origin_of(place) in walk.closed:
                continue
            seen.add(place)
            fetched = await self._fetch(walk, place, kind="sitemap")
            if fetched.status != "ok":
                continue
            try:
                sitemap = await self._parsing.sitemap(walk.site.key, fetched.body)
            except Refused:
                walk.result.error = "sitemap: complex"
                continue
            queue += sitemap.sitemaps
            for url, changed in sitemap.pages.items():
                if page := normal_url(url, origins):
                    walk.find(page, changed)

    async def _fetch(self, walk: _Walk, url: str, *, kind: str = "page", known: SitePage | None = None) -> Fetched:
        """One request, after a pause when the origin has been asked before."""
        origin, clock = origin_of(url), asyncio.get_running_loop().time
        pause = max(self._pace, walk.robots.get(origin, EVERYTHING).delay)
        wait = walk.asked_at.get(origin, -pause) + pause - clock()
        if wait > 0:
            await asyncio.sleep(wait)
        origins = walk.site.origins
        if kind == "page":
            marks = (known.etag, known.last_modified) if known is not None and known.status == "ok" else ("", "")
            fetched = await self._fetcher.fetch(url, origins, etag=marks[0], last_modified=marks[1], allows=walk.allows)
        else:
            fetched = await self._fetcher.fetch(url, origins, kind=ROBOTS if kind == "robots" else SITEMAP)
        walk.asked_at[origin] = clock()
        walk.bytes += len(fetched.body)
        return fetched

    async def _visit(self, walk: _Walk, url: str, changed: int) -> None:
        known, origin, now = walk.known.get(url), origin_of(url), self._clock.now()
        if known is not None and known.status == "forgotten":
            return
        if origin in walk.closed:
            walk.result.left_out += 1
        elif not walk.allows(url):
            await self._leave_out(walk, url, "robots")
        elif known and known.status == "ok" and 0 < changed < known.read_at and now - known.read_at < TRUSTED_MS:
            walk.result.unchanged += 1
        else:
            walk.fetched += 1
            await self._take(walk, url, await self._fetch(walk, url, known=known))

    async def _take(self, walk: _Walk, url: str, fetched: Fetched) -> None:
        known, now = walk.known.get(url), self._clock.now()
        if fetched.status == "unchanged" and known is not None:
            walk.result.unchanged += 1
            await self._db.write(lambda: store.keep_page(walk.site.key, replace(known, read_at=now, failures=0)))
        elif fetched.status == "ok":
            await self._arrived(walk, url, fetched)
        elif fetched.code in (404, 410):
            await self._drop(walk, url)
        elif fetched.code in (429, 503):  # it wants to be left alone
            walk.closed.add(origin_of(url))
            walk.result.error = f"http {fetched.code}"
            await self._failed(walk, url, fetched)
        elif fetched.status in ("slow", "network") or fetched.code >= 500:
            await self._failed(walk, url, fetched)
        else:
            await self._leave_out(walk, url, "elsewhere" if fetched.status == "origin" else fetched.status)

    async def _arrived(self, walk: _Walk, url: str, fetched: Fetched) -> None:
        origins = walk.site.origins
        final = normal_url(fetched.url, origins)
        if final != url:
            await self._leave_out(walk, url, "moved")
            forgotten = final in walk.known and walk.known[final].status == "forgotten"
            if not final or final in walk.done or forgotten or not walk.allows(final):
                return
            walk.waiting.pop(final, None)
            walk.done.add(final)
        try:
            content, signs = await self._parsing.page(walk.site.key, fetched, final, origins)
        except Refused:
            await self._leave_out(walk, final, "complex")
            return
        for link in signs.links:
            walk.find(link)
        page = as_page(walk.site.key, final, fetched, content, self._clock.now())
        if not signs.may_keep:
            await self._leave_out(walk, final, "noindex", content.title)
        elif signs.canonical and signs.canonical != final:
            walk.find(signs.canonical)
            await self._leave_out(walk, final, "canonical", content.title)
        elif page is None:
            await self._leave_out(walk, final, "empty", content.title)
        else:
            await self._keep(walk, page, signs.keys)

    async def _keep(self, walk: _Walk, page: PageText, keys: Collection[str]) -> None:
        """Keep a page's text, and its passages where they are others than before."""
        key, now = walk.site.key, self._clock.now()
        known, hash = walk.known.get(page.url), index_hash(page)
        same = known is not None and known.status == "ok" and known.hash == hash
        found = [] if same else await self._parsing.passages(page)
        kept = SitePage(
            page.url, page.title[:300], hash, "ok", known.passages if known and same else len(found), page.etag,
            page.last_modified, known.found_at if known else now, now, known.changed_at if known and same else now, 0,
        )  # fmt: skip

        def work() -> Work[bool]:
            twin = yield from store.same_text(key, page.url, hash)
            if twin is not None:
                yield from store.keep_page(key, replace(kept, status="duplicate", passages=0))
                yield from self._index.forget(key, page.url)
            else:
                if (yield from store.keep_page(key, kept)) and not same:
                    yield from self._index.put(key, page.url, found)
            yield from self._reader.keep(page, keys)
            return twin is None

        alone = await self._db.write(work)
        result = walk.result
        result.read += 1
        if not alone:
            result.left_out += 1
        elif same:
            result.unchanged += 1
        elif known is None or known.status != "ok":
            result.added += 1
        else:
            result.changed += 1

    async def _drop(self, walk: _Walk, url: str) -> None:
        """A page is no more: nothing of it stays."""
        key = walk.site.key

        def work() -> Work[None]:
            yield from store.drop_page(key, url)
            yield from self._index.forget(key, url)
            yield from self._reader.drop(key, url)

        await self._db.write(work)
        if url in walk.known:
            walk.result.forgotten += 1

    async def _failed(self, walk: _Walk, url: str, fetched: Fetched) -> None:
        """A page did not come; what it said stays for a while."""
        known, now = walk.known.get(url), self._clock.now()
        walk.result.failed += 1
        if known is None or known.status != "ok" or known.failures + 1 >= FAILURES:
            await self._leave_out(walk, url, fetched.status, counted=False)
        else:
            again = replace(known, failures=known.failures + 1, read_at=now)
            await self._db.write(lambda: store.keep_page(walk.site.key, again))

    async def _leave_out(self, walk: _Walk, url: str, status: str, title: str = "", *, counted: bool = True) -> None:
        """A page that is known and not used; no passages of it stay."""
        key, known, now = walk.site.key, walk.known.get(url), self._clock.now()
        walk.result.left_out += counted
        found_at, failures = (known.found_at, known.failures + 1) if known else (now, 1)
        title = title[:300] or (known.title if known else "")
        page = SitePage(url, title, "", status, 0, "", "", found_at, now, now, 0 if counted else failures)

        def work() -> Work[None]:
            yield from store.keep_page(key, page)
            yield from self._index.forget(key, url)

        await self._db.write(work)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address that has been made normal."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def index_hash(page: PageText) -> str:
    """Tells whether a page's passages would be the same."""
    said = [INDEX_VERSION, page.title, [[block.text, block.headings] for block in page.blocks]]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]
