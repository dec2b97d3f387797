"""An HTTP/1.1 transport for httpx2; a piece of a stream costs a fifth of what the stock transport takes.

It does what calls of a provider need, and no more: requests with a whole body, responses read piece by piece,
connections kept for the next call. No proxies, no HTTP/2.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from typing import cast

import httptools
import httpx2

KEPT_CONNECTIONS = 64
KEPT_SECONDS = 300.0
HELD_BYTES = 256 * 1024
"""As much of a response waits for its reader; then the other side has to."""
REFUSAL_BYTES = 100_000
"""As much is read of a refusal, whose reader wants all of it; the rest is cut off."""
Place = tuple[str, str, int]


class Connection(asyncio.Protocol):
    """One connection, for one call at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self._held = 0
        self._length_told = False
        self._may_stay = False
        self._broken: httpx2.TransportError | None = None
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.whole = False
        """Whether the response has come to its end."""

    # ---- callbacks of asyncio and of the parser

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio callback: the connection is established."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """asyncio callback: feeds the parser; invalid HTTP ends the response."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._broken = httpx2.RemoteProtocolError("what came is not HTTP")
            self.close()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio callback: the connection closed, which completes a response of unknown length."""
        self._transport = None
        if self.status and not self._length_told and self._broken is None:
            self.whole = True  # a body that ends when the connection closes
        elif not self.whole and self._broken is None:
            self._broken = httpx2.ReadError("the connection was lost in the middle of a response")
        self._wake()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Parser callback: one header."""
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Parser callback: all headers, of the response or of an interim one."""
        status = self._parser.get_status_code()
        if status < 200:  # an interim response; the real one follows
            self.headers = []
            return
        self.status = status
        names = {name.lower() for name, _ in self.headers}
        self._length_told = b"content-length" in names or b"transfer-encoding" in names
        self._may_stay = self._length_told and self._parser.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        """Parser callback: a piece of the body; reading pauses at `HELD_BYTES`."""
        self._parts.append(data)
        self._held += len(data)
        if self._held > HELD_BYTES and self._transport is not None:
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """Parser callback: the response is complete."""
        self.whole = self.status > 0

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self) -> None:
        if self._broken is not None:
            raise self._broken
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    # ---- one call

    async def ask(self, head: bytes, body: bytes) -> None:
        """Sends a request and waits for the response's headers. Raises httpx2.TransportError."""
        self._begin()
        if self._transport is None:
            raise httpx2.ConnectError("the connection is closed")
        self._transport.write(head + body)
        while not self.status:
            await self._wait()

    async def piece(self) -> bytes:
        """The body received since the last piece; empty at its end. Raises httpx2.TransportError."""
        while not self._parts:
            if self.whole:
                return b""
            await self._wait()
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        if self._held > HELD_BYTES and self._transport is not None:
            self._transport.resume_reading()
        self._held = 0
        return data

    @property
    def usable(self) -> bool:
        """Whether another call may follow on this connection."""
        return self._transport is not None and self.whole and self._may_stay

    def rest(self) -> None:
        """Marks the connection idle; it closes after the idle limit."""
        self._expiry = self._loop.call_later(KEPT_SECONDS, self.close)

    def rise(self) -> bool:
        """Takes the connection for a call; False if it has closed meanwhile."""
        if self._expiry is not None:
            self._expiry.cancel()
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Closes the connection at once."""
        if self._expiry is not None:
            self._expiry.cancel()
        if self._transport is not None:
            self._transport.abort()


class Body(httpx2.AsyncByteStream):
    """A response's body, piece by piece."""

    def __init__(self, connection: Connection, give_back: Callable[[Connection], None]) -> None:
        self._connection = connection
        self._give_back: Callable[[Connection], None] | None = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = REFUSAL_BYTES if self._connection.status >= 300 else None
        try:
            while left != 0 and (data := await self._connection.piece()):
                yield data[:left]
                left = None if left is None else max(0, left - len(data))
        except BaseException:  # not all who read a refusal close it when that fails
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Returns the connection to the pool, once."""
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            give_back(self._connection)


class HttpTransport(httpx2.AsyncBaseTransport):
    """Connections to providers; `trust` is the TLS context (default: httpx2's)."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self._trust = trust
        self._resting: dict[Place, list[Connection]] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the response's body is still to come. Raises httpx2.TransportError."""
        body = await request.aread()
        target = request.method.encode("ascii") + b" " + request.url.raw_path
        lines = [target + b" HTTP/1.1", *(name + b": " + value for name, value in request.headers.raw)]
        if any(b"\r" in line or b"\n" in line for line in lines):
            raise httpx2.LocalProtocolError("a line break in a header")
        host, scheme = request.url.raw_host.decode("ascii"), request.url.scheme
        place = (scheme, host, request.url.port or (443 if scheme == "https" else 80))
        connection = self._rested(place) or await self._connect(place, request.extensions["timeout"].get("connect"))
        try:
            await connection.ask(b"\r\n".join(lines) + b"\r\n\r\n", body)
        except BaseException:
            connection.close()
            raise
        stream = Body(connection, lambda used: self._give_back(place, used))
        return httpx2.Response(connection.status, headers=connection.headers, stream=stream)

    def _rested(self, place: Place) -> Connection | None:
        resting = self._resting.get(place, [])
        while resting:
            connection = resting.pop()
            if connection.rise():
                return connection
        return None

    async def _connect(self, place: Place, seconds: float | None) -> Connection:
        scheme, host, port = place
        if scheme == "https" and self._trust is None:
            self._trust = await asyncio.to_thread(httpx2.create_ssl_context, trust_env=False)
        secure = self._trust if scheme == "https" else None
        try:
            async with asyncio.timeout(seconds):
                loop = asyncio.get_running_loop()
                _, connection = await loop.create_connection(Connection, host.strip("[]"), port, ssl=secure)
                return connection
        except TimeoutError:
            raise httpx2.ConnectTimeout("connecting took too long") from None
        except OSError as error:
            raise httpx2.ConnectError(str(error)) from error

    def _give_back(self, place: Place, connection: Connection) -> None:
        resting = self._resting.setdefault(place, [])
        if connection.usable and len(resting) < KEPT_CONNECTIONS:
            resting.append(connection)
            connection.rest()
        else:
            connection.close()

    async def aclose(self) -> None:
        """Closes idle connections."""
        for resting in self._resting.values():
            for connection in resting:
                connection.close()
        self._resting.clear()
