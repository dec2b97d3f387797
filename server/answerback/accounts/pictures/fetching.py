"""Fetches avatars under the same rules as pages (threat 11)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ...jobs.model import JobFailed
from ...net.fetch import REDIRECTS, AddressRefused, Resolver, resolve
from .images import MOST_BYTES, Picture, read_picture

if TYPE_CHECKING:
    import httpx2

SECONDS = 5.0
AGENT = "Answerback/0.1 (pictures of visitors)"


class PictureFetcher:
    """Fetches pictures. `own` are origins set by the operator (an internal provider): only those may have private
    addresses or lack TLS."""

    def __init__(self, own: Collection[str], resolver: Resolver = resolve) -> None:
        self._own = {_place(url) for url in own}
        self._resolver = resolver

    async def fetch(self, url: str) -> Picture | None:
        """The picture at an address, or None if there is no usable one; other origins are requested at public addresses
        only. Raises JobFailed if a retry may help."""
        import httpcore2  # first needed here, as in net/fetch.py
        import httpx2

        try:
            async with asyncio.timeout(SECONDS):
                return await self._follow(url)
        except (AddressRefused, UnicodeError, ValueError, httpx2.InvalidURL):
            return None
        except (TimeoutError, OSError, httpx2.HTTPError, httpcore2.ConnectError) as error:
            raise JobFailed(f"The picture could not be fetched: {type(error).__name__}.") from None

    async def _follow(self, url: str) -> Picture | None:
        import httpx2

        from ...net.checked_transport import checked_transport

        headers = {"User-Agent": AGENT, "Accept": "image/webp, image/png, image/jpeg, image/gif"}
        headers["Accept-Encoding"] = "identity"
        for _ in range(REDIRECTS + 1):
            url = self._safe(url)
            if not url:
                return None
            transport = checked_transport(url, self._resolver, lambda host, port, _: (host, port) in self._own)
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
        """The address with TLS (Kakao's picture addresses lack it); empty if it is not a web address."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or "\\" in url:
            return ""
        if _place(url) in self._own:
            return url
        if parts.port not in (None, 80, 443):
            return ""
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return parts._replace(scheme="https", netloc=host, fragment="").geturl()


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
