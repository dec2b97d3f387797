"""A page's bytes, fetched so that nobody can make us fetch anything else (threat 11).

Only from the site's own origins, also after each redirect; every resolved address is checked, and the connection goes
to the very address that was checked. A private address is reached only where the origin itself names it in so many
words (`http://127.0.0.1:8001`), as the operator wrote it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2

from ..sites.settings import origin as normal_origin
from .addresses import is_public, names_itself

SECONDS, MOST_BYTES, REDIRECTS = 5.0, 2 * 1024 * 1024, 3
AGENT = "Answerback/0.1 (reads pages of its own site to answer comments)"
Resolver = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: `status` is `ok`, `unchanged`, or why not (`origin`, `address`, `redirects`, `slow`, `large`,
    `type`, `http`, `network`)."""

    status: str
    url: str = ""
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""


class PageFetcher(Protocol):
    """Fetches pages of a site."""

    async def fetch(self, url: str, origins: Collection[str], *, etag: str = "", last_modified: str = "") -> Fetched:
        """The page, if it is of one of the origins. Never raises."""
        ...


class RecordedPageFetcher:
    """Pages from memory, for tests that need no network: `{url: html}`."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages
        self.calls: list[str] = []

    async def fetch(self, url: str, origins: Collection[str], *, etag: str = "", last_modified: str = "") -> Fetched:
        self.calls.append(url)
        if url not in self.pages:
            return Fetched("http", url)
        return Fetched("ok", url, self.pages[url].encode(), "text/html; charset=utf-8")


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, as the system resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class AddressRefused(Exception):
    """A host leads to an address that pages are not fetched from."""


class _CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves, checks every address, and dials one that was checked."""

    def __init__(self, resolver: Resolver, private: Callable[[str, int], bool]) -> None:
        self._inner = httpcore2.AnyIOBackend()
        self._resolver = resolver
        self._private = private

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:  # fmt: skip
        addresses = await self._resolver(host, port)
        if not addresses or not (self._private(host, port) or all(map(is_public, addresses))):
            raise AddressRefused(host)
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused(path)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def checked_transport(url: str, resolver: Resolver, private: Callable[[str, int], bool]) -> httpx2.AsyncHTTPTransport:
    """A network that reaches public addresses only, and others where `private(host, port)` says that it may."""
    transport = httpx2.AsyncHTTPTransport(trust_env=False)
    transport._pool = httpcore2.AsyncConnectionPool(  # the transport has no argument for its network
        ssl_context=httpx2.create_ssl_context(trust_env=False) if url.startswith("https:") else None,
        network_backend=_CheckedBackend(resolver, private),
    )
    return transport


class HttpPageFetcher:
    """Fetches over the network; a connection lives as long as one page, so that no address outlives its check."""

    def __init__(self, resolver: Resolver = resolve, seconds: float = SECONDS) -> None:
        self._resolver = resolver
        self._seconds = seconds

    async def fetch(self, url: str, origins: Collection[str], *, etag: str = "", last_modified: str = "") -> Fetched:
        headers = {"User-Agent": AGENT, "Accept": "text/html, text/plain;q=0.8", "Accept-Encoding": "gzip"}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(url, origins, headers)
        except TimeoutError:
            return Fetched("slow", url)
        except AddressRefused:
            return Fetched("address", url)
        except (OSError, UnicodeError, ValueError, httpx2.HTTPError, httpx2.InvalidURL, httpcore2.ConnectError):
            return Fetched("network", url)

    async def _follow(self, url: str, origins: Collection[str], headers: dict[str, str]) -> Fetched:
        for _ in range(REDIRECTS + 1):
            if not _is_of(url, origins):
                return Fetched("origin", url)
            transport = checked_transport(url, self._resolver, lambda host, port: names_itself(host))
            async with (
                httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False) as client,
                client.stream("GET", url, headers=headers) as response,
            ):
                if response.status_code in (301, 302, 303, 307, 308):
                    url = urljoin(url, response.headers.get("location", ""))
                    continue
                return await _read(url, response)
        return Fetched("redirects", url)


async def _read(url: str, response: httpx2.Response) -> Fetched:
    if response.status_code == 304:
        return Fetched("unchanged", url)
    if response.status_code != 200:
        return Fetched("http", url)
    kind = response.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() not in ("text/html", "application/xhtml+xml", "text/plain"):
        return Fetched("type", url)
    body = bytearray()
    async for part in response.aiter_bytes(16 * 1024):  # decompressed: a bomb is noticed as it unfolds
        body += part
        if len(body) > MOST_BYTES:
            return Fetched("large", url)
    headers = response.headers
    return Fetched("ok", url, bytes(body), kind, headers.get("etag", "")[:200], headers.get("last-modified", "")[:100])


def _is_of(url: str, origins: Collection[str]) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in url:
        return False
    try:
        return normal_origin(f"{parts.scheme}://{parts.netloc}") in origins
    except ValueError:
        return False
