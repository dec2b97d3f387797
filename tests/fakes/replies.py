"""Responses as a server of the tests writes them."""

from __future__ import annotations

import asyncio
import json
from typing import Any


class Reply:
    """Writes one response."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.closing = False
        self.is_new = True

    async def json(self, data: Any, status: int = 200, **headers: str) -> None:
        body = json.dumps(data).encode()
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
        self._head(status, fields)
        self._writer.write(body)
        await self._writer.drain()

    def begin_stream(self) -> None:
        self._head(200, {"Content-Type": "text/event-stream; charset=utf-8", "Transfer-Encoding": "chunked"})

    async def send(self, data: bytes) -> None:
        self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self._writer.drain()

    def end_stream(self) -> None:
        self._writer.write(b"0\r\n\r\n")

    def drop(self) -> None:
        """As when the machine at the other end dies."""
        self.closing = True
        self._writer.transport.abort()

    def _head(self, status: int, fields: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in fields.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
