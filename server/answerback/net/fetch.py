"""Fetches a page's bytes, safe from SSRF (threat 11).

Only from the site's own origins, also after each redirect; every resolved address is checked, and the connection goes
to the very address that was checked. A private address is reached only where the origin itself names it in so many
words (`http://127.0.0.1:8001`), or the operator has named its host or network (ANSWERBACK_PRIVATE_SITES).

httpx2 is imported with the first page: it is a tenth of the start, and of the memory of a server at rest.
"""

from __future__ import annotations

import asyncio
import logging
import mmap
import socket
import tempfile
import time
import zlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin, urlsplit

from ..core.hosts import normal_origin
from .browsing import Session
from .deny_list import PrivateSites

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

SECONDS, MOST_BYTES, REDIRECTS = 5.0, 8 * 1024 * 1024, 3
"""Of a page's bytes most may be pictures in it: what is read without them is limited where they are taken out."""
IN_MEMORY = MOST_BYTES
"""What is larger is on disk: a site cannot fill our memory by its sitemaps."""
ADDRESSES_TRIED = 3
AGENT = "Answerback/0.1 (reads pages of its own site to answer comments)"
Resolver = Callable[[str, int], Awaitable[list[str]]]
Permits = Callable[[str, int, str], bool]
"""Whether a host with this port may be reached at this private address."""
PUBLIC_ONLY = PrivateSites(())
Allows = Callable[[str], bool]


def always(url: str) -> bool:
    """Allows every address."""
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource: accepted media types (all if empty), the maximum size in bytes, and a factor for the time
    limit."""

    types: tuple[str, ...]
    most_bytes: int
    patience: int = 1


_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
PAGE = Kind(_TYPES, MOST_BYTES)
CRAWLED = Kind(_TYPES, MOST_BYTES, 4)
"""A page that no visitor waits for: machines that sleep need their time to wake up."""
ROBOTS = Kind(("text/plain", "text/html", "application/octet-stream", ""), 512 * 1024, 4)
SITEMAP = Kind((), 50 * 1024 * 1024, 12)
"""Its type says little: what it is, its bytes tell."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response. `status` is `ok`, `unchanged`, or the failure (`origin`, `robots`, `address`, `redirects`, `slow`,
    `large`, `type`, `http`, `network`); `code` is the HTTP status if any, `robots` its `X-Robots-Tag`s, one a line;
    `for_good`: the redirect is permanent; `retry_after` is in seconds."""

    status: str
    url: str = ""
    body: bytes | mmap.mmap = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    code: int = 0
    robots: str = ""
    for_good: bool = False
    retry_after: float | None = None


class PageFetcher(Protocol):
    """Fetches pages of a site."""

    async def fetch(
        self, url: str, origins: Collection[str], *, etag: str = "", last_modified: str = "", kind: Kind = PAGE,
        allows: Allows = always, session: Session | None = None,
    ) -> Fetched:  # fmt: skip
        """Fetches a page on one of the origins, following redirects that `allows` permits. Never raises."""

        ...


class RecordedPageFetcher:
    """In-memory pages for tests without a network: `{url: html}`."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages
        self.calls: list[str] = []

    async def fetch(
        self, url: str, origins: Collection[str], *, etag: str = "", last_modified: str = "", kind: Kind = PAGE,
        allows: Allows = always, session: Session | None = None,
    ) -> Fetched:  # fmt: skip
        """The recorded page, or a 404."""
        self.calls.append(url)
        if url not in self.pages:
            return Fetched("http", url, code=404)
        return Fetched("ok", url, self.pages[url].encode(), "text/html; charset=utf-8", code=200)


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, as the system resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class AddressRefused(Exception):
    """A host resolves to an address that is never fetched."""


class HttpPageFetcher:
    """Fetches over the network; a connection lasts for one page, so that no address outlives its check."""

    def __init__(
        self, resolver: Resolver = resolve, seconds: float = SECONDS, private: PrivateSites = PUBLIC_ONLY
    ) -> None:
        self._resolver = resolver
        self._seconds = seconds
        self._private = private
        self._told: set[str] = set()

    async def fetch(
        self, url: str, origins: Collection[str], *, etag: str = "", last_modified: str = "", kind: Kind = PAGE,
        allows: Allows = always, session: Session | None = None,
    ) -> Fetched:  # fmt: skip
        """Fetches a page on one of the origins, following redirects that `allows` permits. Never raises."""
        import httpcore2
        import httpx2

        accept = "text/html, text/plain;q=0.8" if kind.types == _TYPES else "*/*"
        headers = {"User-Agent": AGENT, "Accept": accept, "Accept-Encoding": "gzip"}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        try:
            async with asyncio.timeout(self._seconds * kind.patience):
                return await self._follow(url, origins, headers, kind, allows, session or Session())
        except TimeoutError:
            return Fetched("slow", url)
        except AddressRefused as error:
            self._tell(str(error))
            return Fetched("address", url)
        except (OSError, UnicodeError, ValueError, httpx2.HTTPError, httpx2.InvalidURL, httpcore2.ConnectError):
            return Fetched("network", url)

    def _tell(self, host: str) -> None:
        if host not in self._told:
            self._told.add(host)
            log.warning("%s is at a private address and is not read: name it in ANSWERBACK_PRIVATE_SITES", host)

    async def _follow(
        self, url: str, origins: Collection[str], headers: dict[str, str], kind: Kind, allows: Allows, session: Session
    ) -> Fetched:
        import httpx2

        from .checked_transport import checked_transport

        for_good = True
        for number in range(REDIRECTS + 1):
            if not _is_of(url, origins):
                return Fetched("origin", url, for_good=for_good and number > 0)
            if number and not allows(url):
                return Fetched("robots", url)
            transport = checked_transport(
                url, self._resolver, lambda host, _, address: self._private.allow(host, address)
            )
            async with (
                httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False) as client,
                client.stream("GET", url, headers=headers | session.headers(url)) as response,
            ):
                session.take(url, response.headers.get_list("set-cookie"))
                if response.status_code in (301, 302, 303, 307, 308):
                    for_good = for_good and response.status_code in (301, 308)
                    url = urljoin(url, response.headers.get("location", "")).partition("#")[0]
                    continue
                return await _read(url, response, kind, for_good=for_good)
        return Fetched("redirects", url)


async def _read(url: str, response: httpx2.Response, kind: Kind, *, for_good: bool) -> Fetched:
    code, headers = response.status_code, response.headers
    robots = "\n".join(headers.get_list("x-robots-tag"))[:500]
    if code == 304:
        return Fetched("unchanged", url, code=code, robots=robots)
    if code != 200:
        return Fetched("http", url, code=code, retry_after=seconds_until(headers.get("retry-after", ""), time.time()))
    content_type = headers.get("content-type", "")[:200]
    if kind.types and content_type.partition(";")[0].strip().lower() not in kind.types:
        return Fetched("type", url, code=code)
    body = await _body(response, kind.most_bytes)
    if isinstance(body, str):
        return Fetched(body, url, code=code)
    etag, last_modified = headers.get("etag", "")[:200], headers.get("last-modified", "")[:100]
    return Fetched("ok", url, body, content_type, etag, last_modified, code, robots, for_good)


def seconds_until(retry_after: str, now: float) -> float | None:
    """Parses `Retry-After`: seconds or a date."""
    if retry_after.strip().isdecimal():
        return float(retry_after[:9])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except (ValueError, OverflowError):
        return None


async def _body(response: httpx2.Response, most: int) -> bytes | mmap.mmap | str:
    """Decompresses the body within the size limit; else the reason."""
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed not in ("", "identity", "gzip", "x-gzip"):
        return "type"
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in packed else None
    size = 0
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
        async for part in response.aiter_raw():
            try:
                part = part if unpack is None else unpack.decompress(part, most + 1 - size)
            except zlib.error:
                return "network"
            size += len(part)
            if size > most or (unpack is not None and unpack.unconsumed_tail):
                return "large"
            body.write(part)
        if unpack is not None and not unpack.eof:
            return "network"
        if size > IN_MEMORY:
            body.flush()
            return mmap.mmap(body.fileno(), 0, prot=mmap.PROT_READ)
        body.seek(0)
        return body.read()


def _is_of(url: str, origins: Collection[str]) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in url:
        return False
    try:
        return normal_origin(f"{parts.scheme}://{parts.netloc}") in origins
    except ValueError:
        return False
