"""Sends webhooks to checked addresses and reads only the status of the response.

The person who sets up a webhook need not run the server, so a private address is reached only if the operator has named
its host or network (ANSWERBACK_PRIVATE_SITES), never because the URL names it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from .deny_list import PrivateSites
from .fetch import AddressRefused, Resolver, resolve, seconds_until

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcome: HTTP's `code`, or 0 with the reason (`address`, `slow`, `network`)."""

    code: int
    problem: str = ""
    retry_after: float = 0.0

    @property
    def accepted(self) -> bool:
        """Whether the receiver accepted it. A redirect does not count and is not followed."""
        return 200 <= self.code < 300


class HttpSender:
    """Posts over the network. Never reads a response's body, however large it is."""

    def __init__(self, private: PrivateSites, resolver: Resolver = resolve, seconds: float = SECONDS) -> None:
        self._private = private
        self._resolver = resolver
        self._seconds = seconds

    def may_name(self, url: str) -> bool:
        """Whether a URL can be sent to: over TLS, or to a host that the operator has named."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            return False
        if not host or "@" in parts.netloc or "\\" in url or any(letter <= " " for letter in url):
            return False
        return parts.scheme == "https" or (parts.scheme == "http" and self._private.names(host, host))

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Posts a body. Never raises."""
        import httpcore2  # first needed here, as in net/fetch.py
        import httpx2

        from .checked_transport import checked_transport

        transport = checked_transport(url, self._resolver, lambda host, _, address: self._private.names(host, address))
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False) as client,
                client.stream("POST", url, content=body, headers=dict(headers)) as response,
            ):
                after = seconds_until(response.headers.get("retry-after", ""), time.time())
                return Sent(response.status_code, retry_after=after or 0.0)
        except TimeoutError:
            return Sent(0, "slow")
        except AddressRefused:
            return Sent(0, "address")
        except (OSError, UnicodeError, ValueError, httpx2.HTTPError, httpx2.InvalidURL, httpcore2.ConnectError):
            return Sent(0, "network")
