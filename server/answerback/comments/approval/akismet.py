"""Checks comments with Akismet (https://akismet.com/developers/) if a site has a key.

Owners' later decisions are not reported back: that requires the comment's IP address, which is not stored.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

from ...core.spam.signals import Opinion
from ...net.deny_list import PrivateSites
from ...net.fetch import AddressRefused, Resolver, resolve
from ...version import version

log = logging.getLogger(__name__)

SECONDS = 3.0
"""The timeout; without a verdict, the comment goes on."""
MOST_BYTES = 4_096
_NONE = "Akismet has given an answer that is none"


@dataclass(frozen=True, slots=True)
class Described:
    """A comment in the terms of Akismet's API."""

    blog: str
    address: str
    agent: str
    author: str
    body: str
    permalink: str
    kind: Literal["comment", "reply"]
    lang: str = ""
    at: str = ""

    def fields(self) -> dict[str, str]:
        """The form fields of the request."""
        found = {
            "blog": self.blog, "user_ip": self.address, "user_agent": self.agent, "comment_author": self.author,
            "comment_content": self.body, "permalink": self.permalink, "comment_type": self.kind,
            "blog_lang": self.lang, "blog_charset": "UTF-8", "comment_date_gmt": self.at,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}


class SpamService(Protocol):
    """An external service that judges comments."""

    async def check(self, key: str, comment: Described) -> Opinion | None:
        """The verdict; None if the service is unavailable. Never raises."""
        ...


class Akismet:
    """Akismet over HTTP: public addresses only, unless the operator named the host."""

    def __init__(self, url: str, private: PrivateSites, resolver: Resolver = resolve, seconds: float = SECONDS) -> None:
        self._url = url.rstrip("/") + "/"
        self._private = private
        self._resolver = resolver
        self._seconds = seconds

    async def check(self, key: str, comment: Described) -> Opinion | None:
        """The verdict; None if Akismet is unavailable. Never raises."""
        said = await self._post("comment-check", key, comment.fields())
        if said is None:
            return None
        text, headers = said
        if text not in ("true", "false"):
            # Not the error's text: it may quote the comment's author.
            log.warning("Akismet does not take the key" if text == "invalid" else _NONE)
            return None
        return Opinion(spam=text == "true", sure=headers.get("x-akismet-pro-tip") == "discard")

    async def _post(self, call: str, key: str, fields: Mapping[str, str]) -> tuple[str, Mapping[str, str]] | None:
        import httpcore2  # first needed here, as in net/fetch.py
        import httpx2

        from ...net.checked_transport import checked_transport

        url = self._url + call
        host = urlsplit(url).hostname or ""
        transport = checked_transport(url, self._resolver, lambda _, __, address: self._private.allow(host, address))
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False) as client,
                client.stream(
                    "POST", url, data={"api_key": key, **fields}, headers={"User-Agent": f"Answerback/{version()}"}
                ) as response,
            ):  # fmt: skip
                if response.status_code != 200:
                    log.warning("Akismet has answered with status %d", response.status_code)
                    return None
                text = b""
                async for part in response.aiter_bytes():
                    text += part
                    if len(text) > MOST_BYTES:
                        return None
                return text.decode("utf-8", "replace").strip(), response.headers
        except (TimeoutError, OSError, UnicodeError, ValueError, httpx2.HTTPError, httpx2.InvalidURL,
                httpcore2.ConnectError, AddressRefused) as error:  # fmt: skip
            log.warning("Akismet cannot be reached: %s", type(error).__name__)
            return None
