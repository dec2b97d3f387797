"""A crawl's requests: one at a time per origin, with pauses and retries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from ...net.browsing import Session
from ...net.fetch import CRAWLED, Fetched, Kind, PageFetcher
from ...sites.settings import Site
from .links import normal_url
from .robots import EVERYTHING, NOTHING, Robots
from .store import SitePage

TRIES = 3
BACKOFF = 5
"""How many times the usual pause the first mishap costs; each further one twice as much."""
LONGEST_WAIT = 120.0
"""For so many seconds a crawl waits where a site asks it to; else the rest is left for the next one."""
PATIENCE, OF_A_REFUSAL = 5.0, 0.1
"""So many mishaps in a row, and an origin is left alone until the next crawl; refusals are cheap for both."""
PASSING = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))


class Requests:
    """Sends a crawl's requests and keeps what each origin has asked for."""

    def __init__(self, fetcher: PageFetcher, site: Site, pace: float) -> None:
        self._fetcher = fetcher
        self._origins = site.origins
        self._pace = pace
        self._session = Session(site.crawl_header)
        self._asked_at: dict[str, float] = {}
        self._mishaps: dict[str, float] = {}
        self.robots: dict[str, Robots] = {}
        self.closed: set[str] = set()
        """Origins that are left alone for the rest of this crawl."""
        self.back_in: float | None = None
        """After so many seconds the next crawl is welcome, where a site has said so."""
        self.received = 0

    def allows(self, url: str) -> bool:
        """Whether robots.txt lets us read an address."""
        url = normal_url(url, self._origins) or url
        return self.robots.get(origin_of(url), NOTHING).allows(url)

    async def page(self, url: str, known: SitePage | None) -> Fetched:
        """Fetches a page if it has changed."""
        etag, modified = (known.etag, known.last_modified) if known is not None and known.status == "ok" else ("", "")
        return await self.get(url, CRAWLED, self.allows, etag, modified)

    async def get(
        self, url: str, kind: Kind, allows: Callable[[str], bool] = lambda url: True, etag: str = "", modified: str = ""
    ) -> Fetched:
        """Fetches an address, with retries."""
        origin = origin_of(url)
        for number in range(TRIES):
            await self._turn(origin)
            fetched = await self._fetcher.fetch(
                url, self._origins, etag=etag, last_modified=modified, kind=kind, allows=allows, session=self._session
            )
            self._asked_at[origin] = asyncio.get_running_loop().time()
            self.received += len(fetched.body)
            if not self._may_pass(fetched):
                break
            wait = self._pace * BACKOFF * 2**number if fetched.retry_after is None else fetched.retry_after
            if wait > LONGEST_WAIT:
                self.closed.add(origin)
                self.back_in = max(wait, self.back_in or 0.0)
                break
            if number < TRIES - 1:
                await asyncio.sleep(wait)
        self._count(origin, fetched)
        return fetched

    def _may_pass(self, fetched: Fetched) -> bool:
        passing = fetched.status in ("slow", "network") or fetched.code in PASSING
        return passing or (fetched.status == "http" and fetched.retry_after is not None)

    def _count(self, origin: str, fetched: Fetched) -> None:
        if fetched.status in ("slow", "network") or fetched.code in PASSING:
            self._mishaps[origin] = self._mishaps.get(origin, 0.0) + 1.0
        elif fetched.code in (401, 403):
            self._mishaps[origin] = self._mishaps.get(origin, 0.0) + OF_A_REFUSAL
        else:
            self._mishaps[origin] = 0.0
        if self._mishaps[origin] > PATIENCE - OF_A_REFUSAL / 2:
            self.closed.add(origin)

    async def _turn(self, origin: str) -> None:
        pause = max(self._pace, self.robots.get(origin, EVERYTHING).delay)
        now = asyncio.get_running_loop().time()
        wait = self._asked_at.get(origin, now - pause) + pause - now
        if wait > 0:
            await asyncio.sleep(wait)


def origin_of(url: str) -> str:
    """The origin of a normalised address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
