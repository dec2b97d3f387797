"""Proxies a local server's pages and adds the tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2

# RFC 9110, 7.6.1, and headers that no longer hold for a body that was decompressed and changed.
_NOT_PASSED_ON = frozenset((
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
    b"transfer-encoding", b"upgrade", b"content-length", b"content-encoding", b"accept-encoding", b"host",
))  # fmt: skip
_SECONDS = 60


class LocalServer:
    """An ASGI application that forwards requests to the server at `url` and returns its responses, modified by
    `rewrite`."""

    def __init__(self, url: str, rewrite: Callable[[str, str, bytes], bytes]) -> None:
        self._url = url
        self._rewrite = rewrite
        self._client = httpx2.AsyncClient(timeout=_SECONDS, trust_env=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI: forwards one request, and reports a server that does not respond."""
        if scope["type"] != "http":
            return
        query = scope["query_string"].decode("latin-1")
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
        try:
            answer = await self._client.request(
                scope["method"],
                f"{self._url}{path}{'?' if query else ''}{query}",
                headers=[(name, value) for name, value in scope["headers"] if name not in _NOT_PASSED_ON],
                content=await _body_of(receive),
            )
        except httpx2.HTTPError as error:
            message = f"{self._url} does not answer ({type(error).__name__}).".encode()
            await _respond(send, 502, [(b"content-type", b"text/plain; charset=utf-8")], message)
            return
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        headers = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() not in _NOT_PASSED_ON]
        await _respond(send, answer.status_code, headers, self._rewrite(scope["path"], kind, answer.content))


async def _body_of(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _respond(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
