"""Pictures of visitors: fetched once by the rules for pages (threat 11), checked, kept, and served by us."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Collection
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2
from starlette.requests import Request
from starlette.responses import Response

from ...core.model import Visitor
from ...errors import NotFound
from ...net.fetch import REDIRECTS, AddressRefused, Resolver, checked_transport, resolve
from ...net.http import problem
from ...runtime import Runtime
from ..profile import store
from .images import MOST_BYTES, Picture, read_picture

log = logging.getLogger(__name__)

SECONDS, AT_ONCE = 5.0, 4
AGENT = "Answerback/0.1 (pictures of visitors)"
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


class Avatars:
    """Fetches, keeps and serves pictures.

    `own` are origins that the operator has set (a provider inside the house): only those may be at private addresses,
    and only those are read without TLS. `changed(site, page)` is told of each thread that shows a new picture.
    """

    def __init__(
        self, runtime: Runtime, own: Collection[str], changed: Callable[[str, str], None], resolver: Resolver = resolve
    ) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._public_url = runtime.settings.public_url
        self._own = {_place(url) for url in own}
        self._changed = changed
        self._resolver = resolver
        self._running: set[asyncio.Task[None]] = set()
        self._some = asyncio.Semaphore(AT_ONCE)

    def later(self, visitor: Visitor, url: str) -> None:
        """Fetch a picture for a visitor without keeping anybody waiting; initials stay when that fails."""
        if url and len(self._running) < 100:
            task = asyncio.get_running_loop().create_task(self._take(visitor, url))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Let go of what is still being fetched."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _take(self, visitor: Visitor, url: str) -> None:
        try:
            async with self._some:
                picture = await self.fetch(url)
            if picture is not None:
                await self.keep(visitor, picture, only_first=True)
        except Exception as error:
            log.warning("a picture could not be kept: %s", type(error).__name__)

    async def fetch(self, url: str) -> Picture | None:
        """The picture at an address, or None; nothing but public addresses is ever asked. Never raises."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._follow(url)
        except (AddressRefused, TimeoutError, OSError, UnicodeError, ValueError):
            return None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpcore2.ConnectError):
            return None

    async def _follow(self, url: str) -> Picture | None:
        headers = {"User-Agent": AGENT, "Accept": "image/webp, image/png, image/jpeg, image/gif"}
        headers["Accept-Encoding"] = "identity"
        for _ in range(REDIRECTS + 1):
            url = self._safe(url)
            if not url:
                return None
            transport = checked_transport(url, self._resolver, lambda host, port: (host, port) in self._own)
            async with (
                httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False) as client,
                client.stream("GET", url, headers=headers) as response,
            ):
                if response.status_code in (301, 302, 303, 307, 308):
                    url = urljoin(url, response.headers.get("location", ""))
                    continue
                return await _read(response)
        return None

    def _safe(self, url: str) -> str:
        """The address with TLS (Kakao writes its pictures' addresses without), empty if it is none of the web."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or "\\" in url:
            return ""
        if _place(url) in self._own:
            return url
        if parts.port not in (None, 80, 443):
            return ""
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return parts._replace(scheme="https", netloc=host, fragment="").geturl()

    async def keep(self, visitor: Visitor, picture: Picture, *, only_first: bool = False) -> str | None:
        """Make it the visitor's picture; its address, or None when the visitor has chosen already."""
        id, now = self._ids.new(), self._clock.now()
        url = f"{self._public_url}/avatars/{id}"
        data = base64.b64encode(picture.data).decode("ascii")
        pages = await self._db.write(
            lambda: store.keep_picture(id, visitor, picture.media_type, data, url, now, only_first=only_first)
        )
        for page in pages or ():
            self._changed(visitor.site, page)
        return None if pages is None else url

    async def serve(self, request: Request) -> Response:
        """`GET /avatars/<id>`."""
        found = await store.picture(self._db, str(request.path_params["id"]))
        if found is None:
            return problem(NotFound())
        media_type, data = found
        headers = {**HEADERS, "Content-Type": media_type}
        return Response(base64.b64decode(data), headers=headers)


async def _read(response: httpx2.Response) -> Picture | None:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code != 200 or not kind.startswith("image/") or kind == "image/svg+xml":
        return None
    body = bytearray()
    async for part in response.aiter_raw(16 * 1024):
        body += part
        if len(body) > MOST_BYTES:
            return None
    return read_picture(bytes(body))


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)
