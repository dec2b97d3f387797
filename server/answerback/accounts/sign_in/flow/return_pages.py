"""Whether a page that a sign-in goes back to has our tag: the code in its address is read by whatever is there.

An open redirect of the site would carry it on. So the page is looked at first, as it is, without following anything; of
its query only what its canonical link names is kept.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from lxml import html
from lxml.etree import LxmlError

from ....net.fetch import PageFetcher

_TAGGED = "//script[contains(@src, 'answerback.js')]/@data-site | //*[starts-with(name(), 'answerback-')]/@data-site"
_CANONICAL = "string(//link[@rel='canonical']/@href)"


def stays(url: str) -> bool:
    """No address but the first is asked for."""
    return False


class ReturnPages:
    """Looks at pages of a site."""

    def __init__(self, fetcher: PageFetcher) -> None:
        self._fetcher = fetcher

    async def address(self, site: str, origin: str, url: str) -> str:
        """The address to go back to: this one, or without a query that is not the page's own; empty where the page is
        none with our tag."""
        for address in dict.fromkeys((url, url.partition("?")[0])):
            page = await self._fetcher.fetch(address, [origin], allows=stays)
            if page.status == "ok" and _is_at(page.body, site, urlsplit(address).query):
                return address
        return ""


def _is_at(body: bytes, site: str, query: str) -> bool:
    try:
        tree = html.document_fromstring(body)
    except (LxmlError, ValueError):
        return False
    own_query = urlsplit(tree.xpath(_CANONICAL)).query
    return site in tree.xpath(_TAGGED) and query in ("", own_query)
