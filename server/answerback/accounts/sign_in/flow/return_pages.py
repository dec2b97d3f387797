"""Checks that the page a sign-in returns to has our tag, since any script on it can read the code.

An open redirect on the site would pass the code on. So the page is fetched first, without following redirects; of its
query, only the part in its canonical link is kept.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from ....net.browsing import Session
from ....net.fetch import PageFetcher
from ....sandbox.frames import Body
from ....sandbox.pool import Limits, Pool, Refused
from ....sites.settings import Site

PAGES = Pool(f"{__package__}.page_tasks", Limits(seconds=1.0, megabytes=200), workers=1)


def stays(url: str) -> bool:
    """Rejects redirects to any other address."""
    return False


class ReturnPages:
    """Checks pages to return to."""

    def __init__(self, fetcher: PageFetcher, pool: Pool = PAGES) -> None:
        self._fetcher = fetcher
        self._workers = pool

    async def address(self, site: Site, origin: str, url: str) -> str:
        """The return address, without a query that is not the page's own; empty if the page lacks our tag."""
        for address in dict.fromkeys((url, url.partition("?")[0])):
            page = await self._fetcher.fetch(address, [origin], allows=stays, session=Session(site.crawl_header))
            if page.status == "ok" and await self._has_tag(page.body, site.key, urlsplit(address).query):
                return address
        return ""

    async def _has_tag(self, body: Body, site: str, query: str) -> bool:
        try:
            found, _ = await self._workers.run("has_tag", {"site": site, "query": query}, body)
        except Refused:
            return False
        return bool(found)
