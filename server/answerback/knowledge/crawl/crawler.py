"""Crawls a site from its sitemaps and links, politely, and reads only what changed.

What enters the index is what the site itself leads to. A page that a visitor names is read for that visitor's question
and no further: an address can be made to say anything (`/search?q=…`), and so can a link in a comment (threat 17).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict

from ...clock import Clock
from ...db.database import Database
from ...db.work import Work
from ...jobs.queue import JobQueue
from ...net.fetch import CRAWLED, ROBOTS, Fetched
from ...sandbox.pool import Refused
from ...sites.settings import Site
from ..extract.content import Content
from ..index.meaning import EMBEDDINGS
from ..index.search import SiteIndex
from ..page_reader import PageReader, as_page
from ..store import PageText
from . import store
from .keeping import PageKeeper, index_hash
from .links import Signs, normal_url
from .missing import PROBE, Missing, words_of
from .report import Crawled
from .requests import Requests, origin_of
from .robots import EVERYTHING, NOTHING, Robots, parse
from .site_listing import read_sitemaps
from .walk import MOST_PAGES, Walk

MOST_BYTES = 500 * 1024 * 1024
LEASE_MS = 10 * 60_000
AFTER_A_MISHAP_MS = 3_600_000
TRUSTED_MS = 7 * 24 * 3_600_000
"""For so long a sitemap is believed that a page has not changed."""
SITE_READ = "site_read"
"""The job that follows a crawl which has found something new."""
Tell = Callable[[int, int], None]


class LeaseLost(Exception):
    """Another process crawls the site by now."""


class Crawler:
    """Crawls sites. `pace` is the pause between requests to one origin in seconds, unless the site asks for a longer
    one."""

    def __init__(
        self, db: Database, clock: Clock, jobs: JobQueue, reader: PageReader, index: SiteIndex, pace: float
    ) -> None:
        self._db = db
        self._clock = clock
        self._jobs = jobs
        self._reader = reader
        self._index = index
        self._pace = pace
        self._pages = PageKeeper(db, clock, reader, index)

    async def crawl(
        self, site: Site, holder: str, *, limit: int = MOST_PAGES, tell: Tell = lambda done, total: None
    ) -> Crawled | None:
        """Reads new and changed pages, at most `limit`; None if the site is being crawled already."""
        now = self._clock.now()
        if not await self._db.write(lambda: store.begin_crawl(site.key, holder, now, now + LEASE_MS)):
            return None
        known = await self._db.read(lambda: store.site_pages(site.key))
        requests = Requests(self._reader.fetcher, site, self._pace)
        walk = Walk(site, Crawled(site.key), holder, known, limit, requests)
        again_in = AFTER_A_MISHAP_MS
        try:
            await self._read_all(walk, tell)
            again_in = self._again_in(walk)
        except LeaseLost:
            walk.result.error = "lost"
        except asyncio.CancelledError:  # the server is stopping: the next one continues
            again_in = 0
            raise
        finally:
            ending = asyncio.create_task(self._end(walk, again_in))
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:  # wait until the cancelled task has ended
                await ending
                raise
        return walk.result

    def _again_in(self, walk: Walk) -> int:
        """When the site is due again: sooner if it asked for a pause."""
        usual = walk.site.crawl_hours * 3_600_000
        if walk.requests.back_in is not None:
            return min(usual, max(60_000, int(1000 * walk.requests.back_in)))
        return min(usual, AFTER_A_MISHAP_MS) if walk.requests.closed else usual

    async def _end(self, walk: Walk, again_in: int) -> None:
        if walk.requests.closed and not walk.result.error:
            walk.result.error = "paused"
        key, result, now = walk.site.key, walk.result, self._clock.now()
        due = now + again_in if walk.site.crawl else 0
        found = [url for url in walk.waiting if url not in walk.known][:MOST_PAGES]

        def work() -> Work[None]:
            yield from store.note_pages(key, found, now)
            for row in (yield from store.count_pages([key])):
                if row["status"] == "ok":
                    result.pages, result.passages = row["pages"], row["passages"]
            yield from store.end_crawl(key, walk.holder, now, due, result.error, asdict(result))
            if self._index.by_meaning:
                yield from self._jobs.put(EMBEDDINGS, site=key, key=key)
            if result.added + result.changed:
                yield from self._jobs.put(SITE_READ, site=key, key=key)

        await self._db.write(work)

    async def _read_all(self, walk: Walk, tell: Tell) -> None:
        for origin in walk.site.origins:
            walk.requests.robots[origin] = await self._robots(walk, origin)
            walk.find(f"{origin}/")
            await self._look_for_nothing(walk, origin)
        for url, page in walk.known.items():
            if page.status == "waiting" and normal_url(url, walk.site.origins) == url:
                walk.find(url)
        await read_sitemaps(walk, self._reader.parsing)
        for url, page in walk.known.items():  # least recently read first
            if page.status != "forgotten" and normal_url(url, walk.site.origins) == url:
                walk.find(url)
        while walk.waiting or walk.again():
            if walk.fetched >= walk.limit or walk.requests.received >= MOST_BYTES:
                for url in walk.waiting:
                    walk.result.note("limit", url)
                break
            await self._visit(walk, *walk.next())
            await self._go_on(walk, tell)
        for url, (target, title) in walk.canonical.items():
            await self._pages.leave_out(walk, url, "canonical", leads_to=target, title=title)
        for url in walk.listings:
            await self._pages.keep_listing(walk, url)
        await self._forget_others(walk)
        await self._pages.leave_out_repeats(walk, lambda: self._go_on(walk, tell))

    async def _go_on(self, walk: Walk, tell: Tell) -> None:
        done, until = len(walk.done), self._clock.now() + LEASE_MS
        total = min(done + len(walk.waiting), walk.limit + done - walk.fetched)
        if not await self._db.write(lambda: store.go_on(walk.site.key, walk.holder, done, total, until)):
            raise LeaseLost
        tell(done, total)

    async def _forget_others(self, walk: Walk) -> None:
        """Forgets pages of origins that are no longer the site's."""
        for url, page in walk.known.items():
            if page.status != "forgotten" and not normal_url(url, walk.site.origins):
                await self._pages.drop(walk, url)

    async def _robots(self, walk: Walk, origin: str) -> Robots:
        fetched = await walk.requests.get(f"{origin}/robots.txt", ROBOTS)
        if fetched.status == "ok":
            return parse(bytes(fetched.body).decode("utf-8", "replace"))
        if fetched.status in ("type", "origin", "redirects") or (400 <= fetched.code < 500 and fetched.code != 429):
            return EVERYTHING
        walk.requests.closed.add(origin)
        why = f"http {fetched.code}" if fetched.status == "http" else fetched.status
        walk.result.note(f"robots.txt {why}", f"{origin}/robots.txt")
        walk.result.error = "address" if fetched.status == "address" else f"robots: {fetched.status}"
        return NOTHING

    async def _look_for_nothing(self, walk: Walk, origin: str) -> None:
        """Fetches an address that cannot exist; pages that look like the response are soft 404s."""
        url = origin + PROBE
        if origin in walk.requests.closed or not walk.requests.allows(url):
            return
        fetched = await walk.requests.get(url, CRAWLED, walk.requests.allows)
        if fetched.status != "ok":
            return
        final = normal_url(fetched.url, walk.site.origins)
        try:
            content, _ = await self._reader.parsing.page(walk.site.key, fetched, url, walk.site.origins)
        except Refused:
            return
        walk.missing[origin] = Missing(words_of(content, url), final if final != url else "")

    async def _visit(self, walk: Walk, url: str, changed: int) -> None:
        known, origin, now = walk.known.get(url), origin_of(url), self._clock.now()
        if known is not None and known.status == "forgotten":
            walk.outcomes[url] = "forgotten"
        elif origin in walk.requests.closed:
            walk.result.left_out += 1
            walk.result.note("paused", url)
        elif not walk.requests.allows(url):
            await self._pages.leave_out(walk, url, "robots")
        elif known and known.status == "ok" and 0 < changed < known.read_at and now - known.read_at < TRUSTED_MS:
            walk.result.unchanged += 1
            walk.outcomes[url] = "ok"
        else:
            walk.fetched += 1
            await self._take(walk, url, await walk.requests.page(url, known))

    async def _take(self, walk: Walk, url: str, fetched: Fetched) -> None:
        known = walk.known.get(url)
        if fetched.status == "unchanged" and known is not None:
            await self._pages.same(walk, known)
        elif fetched.status == "ok":
            await self._arrived(walk, url, fetched)
        elif fetched.code == 410:
            walk.result.note("gone", url)
            await self._pages.drop(walk, url)
        elif fetched.code == 404:
            await self._pages.vanished(walk, url, "gone")
        elif fetched.status == "robots":
            await self._pages.leave_out(walk, url, "robots")
        elif fetched.status == "origin" and (fetched.for_good or known is None or known.status != "ok"):
            await self._pages.leave_out(walk, url, "elsewhere")
        else:
            await self._pages.failed(walk, url, fetched, "away" if fetched.status == "origin" else "")

    async def _arrived(self, walk: Walk, url: str, fetched: Fetched) -> None:
        final = normal_url(fetched.url, walk.site.origins)
        if final != url:
            nothing = walk.missing.get(origin_of(url))
            if nothing is not None and nothing.leads_to and nothing.leads_to == final:
                await self._pages.vanished(walk, url, "missing")
            else:
                await self._pages.leave_out(walk, url, "moved", leads_to=final if fetched.for_good else "")
            forgotten = final in walk.known and walk.known[final].status == "forgotten"
            if not final or final in walk.done or forgotten or not walk.requests.allows(final):
                return
            walk.waiting.pop(final, None)
            walk.done.add(final)
        try:
            content, signs = await self._reader.parsing.page(walk.site.key, fetched, final, walk.site.origins)
        except Refused as refused:
            await self._pages.failed(walk, final, fetched, "large" if refused.reason == "large" else "complex")
            return
        for link in signs.links:
            walk.find(link)
        if content.is_cut:
            walk.result.note("cut", final)
        await self._judge(walk, final, fetched, content, signs)

    async def _judge(self, walk: Walk, url: str, fetched: Fetched, content: Content, signs: Signs) -> None:
        """Decides what to do with a fetched page."""
        page = as_page(walk.site.key, url, fetched, content, self._clock.now(), asked=False)
        nothing, home = walk.missing.get(origin_of(url)), url == f"{origin_of(url)}/"
        if signs.sends_to and signs.sends_to != url and url not in walk.believed:
            walk.find(signs.sends_to)
            await self._pages.leave_out(walk, url, "moved", leads_to=signs.sends_to, title=content.title)
        elif not signs.may_keep:
            await self._pages.leave_out(walk, url, "noindex", title=content.title)
        elif page is None or signs.scripted:
            await self._pages.vanished(walk, url, "script" if signs.scripted else "empty", content.title)
        elif nothing is not None and not home and nothing.is_like(content, url):
            await self._pages.vanished(walk, url, "missing", content.title)
        elif signs.canonical and signs.canonical != url and url not in walk.believed:
            walk.find(signs.canonical)
            walk.canonical[url] = (signs.canonical, content.title)
        elif signs.teasers and self._differs(walk, page):
            walk.listings[url] = (signs.teasers, signs.keys)
            await self._db.write(lambda: self._reader.keep(page, signs.keys))
        else:
            await self._pages.keep(walk, page, signs.keys)

    def _differs(self, walk: Walk, page: PageText) -> bool:
        known = walk.known.get(page.url)
        return known is None or known.status not in ("ok", "listing") or known.hash != index_hash(page)
