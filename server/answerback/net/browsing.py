"""State of a crawl's requests: the site's own header, and cookies per origin.

Firewalls and shops redirect new visitors to the same page with a cookie; without it, the redirects never end.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

MOST_COOKIES, COOKIE_LIMIT = 20, 4_096


class Session:
    """The state of one crawl. `header` is sent to the site's own origins only."""

    def __init__(self, header: str = "") -> None:
        self._header = header.partition(":")
        self._cookies: dict[str, dict[str, str]] = {}

    def headers(self, url: str) -> dict[str, str]:
        """The headers for an address, which the caller has checked to be on the site's origins."""
        name, _, value = self._header
        cookies = "; ".join(f"{name}={value}" for name, value in self._of(url).items())
        own = {name.strip(): value.strip()} if name else {}
        return own if not cookies or name.strip().lower() == "cookie" else own | {"Cookie": cookies}

    def take(self, url: str, lines: Iterable[str]) -> None:
        """Stores a response's cookies for the rest of the crawl."""
        cookies = self._of(url)
        for line in lines:
            pair, *attributes = line.split(";")
            name, sign, value = (part.strip() for part in pair.partition("="))
            if not sign or len(pair) > COOKIE_LIMIT or not pair.isprintable():
                continue
            cookies.pop(name, None)
            if not any(attribute.strip().lower() in ("max-age=0", "max-age=-1") for attribute in attributes):
                cookies[name] = value
            while len(cookies) > MOST_COOKIES:
                del cookies[next(iter(cookies))]

    def _of(self, url: str) -> dict[str, str]:
        parts = urlsplit(url)
        return self._cookies.setdefault(f"{parts.scheme}://{parts.netloc}", {})
