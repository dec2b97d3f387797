"""HTTP calls to a provider's server, shared by all dialects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import httpx2
import orjson

from .http_transport import HttpTransport

SHOWN = {
    "Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json",
    "User-Agent": "Answerback",
}  # fmt: skip
"""What servers are told besides the key."""


class Client(Protocol):
    """Calls to one server."""

    async def send(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> httpx2.Response:
        """Sends a request. The response's body is still to come, except that a refusal's has been read. Raises
        httpx2.HTTPError."""
        ...

    async def moderate(self, text: str) -> bool | None:
        """Whether the server flags a text; None if it cannot tell. Errors propagate."""
        ...

    async def close(self) -> None:
        """Closes connections."""
        ...


def connections(url: str, headers: Mapping[str, str], transport: HttpTransport) -> httpx2.AsyncClient:
    """An HTTP client that ignores the environment; callers set the deadlines."""
    return httpx2.AsyncClient(
        base_url=url, headers=headers, timeout=httpx2.Timeout(None, connect=5.0, write=10.0), transport=transport,
        trust_env=False, follow_redirects=False,
    )  # fmt: skip


class HttpClient:
    """A client over plain HTTP."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._http = connections(url, {**SHOWN, **headers}, HttpTransport())

    async def send(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> httpx2.Response:
        """Sends a request. The response's body is still to come, except that a refusal's has been read. Raises
        httpx2.HTTPError."""
        asked = self._http.build_request("POST", path, content=orjson.dumps(body), headers=headers)
        response = await self._http.send(asked, stream=True)
        if not response.is_success:
            await response.aread()
        return response

    async def moderate(self, text: str) -> bool | None:
        """Always None: only OpenAI's servers moderate."""
        return None

    async def close(self) -> None:
        """Closes connections."""
        await self._http.aclose()


async def plain(url: str, headers: Mapping[str, str]) -> Client:
    """A plain HTTP client of a server."""
    return HttpClient(url, headers)
