"""Writes encoded events to all streams of a page, without waking a task for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from starlette.responses import StreamingResponse

from ..core.events import PING, RETRY
from .bus import Bus, Reader

EXTENSION = "answerback.connection"
"""The ASGI extension that gives a request its connection (`app/serve.py`)."""
HEARTBEAT_SECONDS = 15.0
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Vary": "Origin",
}


class Connection(Protocol):
    """The connection of a response that is being streamed."""

    @property
    def paused(self) -> bool:
        """Whether the client must read before more can be written."""
        ...

    def follow(self, reader: PushingReader | None) -> None:
        """Calls this reader's `wake` when the client can take more, and its `leave` when it has gone."""
        ...

    def push(self, data: bytes) -> None:
        """Writes a piece of the response."""
        ...

    def abort(self) -> None:
        """Aborts the connection and discards unsent data."""
        ...


class PushingReader(Reader):
    """A reader without a task of its own: events are written at once, or wait until the client can take them."""

    __slots__ = ("_connection", "_heartbeat", "_over", "_stuck", "_timer")

    def __init__(self, connection: Connection, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        super().__init__()
        self._connection = connection
        self._heartbeat = heartbeat
        self._over: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stuck = False

    def wake(self) -> None:
        """Writes queued events, as far as the client can take them."""
        if self._over is None:
            return
        while (self.queue or self.behind or self.closed) and not self._connection.paused:
            data = self.take_now()
            if data is None:
                self.leave()
                return
            self._connection.push(data)

    async def follow(self) -> None:
        """Pushes events until the bus closes, the client leaves, or it has read nothing for too long."""
        self._over = asyncio.get_running_loop().create_future()
        self._connection.follow(self)
        self._wait()
        try:
            self.wake()
            await self._over
        finally:
            if self._timer is not None:
                self._timer.cancel()
            self._connection.follow(None)
            self._over = None

    def leave(self) -> None:
        """Ends the stream."""
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._heartbeat, self._beat)

    def _beat(self) -> None:
        """Sends a heartbeat, or drops a client that has read nothing since the last one."""
        if not self._connection.paused:
            self._connection.push(PING)
        elif self._stuck:
            self._connection.abort()
            return
        self._stuck = self._connection.paused
        self._wait()


class EventStream(StreamingResponse):
    """Streams a channel's events: those since `after`, then the current state from `opening`, then new ones. Holds
    `seat` meanwhile."""

    def __init__(
        self,
        bus: Bus,
        channel: str,
        after: str | None,
        opening: Callable[[], bytes],
        seat: AbstractContextManager[None],
    ) -> None:
        super().__init__((), headers=HEADERS)
        self._bus = bus
        self._channel = channel
        self._after = after
        self._opening = opening
        self._seat = seat

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Streams, as an ASGI app, until either side ends it."""
        reader = PushingReader(scope["extensions"][EXTENSION])
        with self._seat:
            async with self._bus.subscribe(self._channel, self._after, reader):
                missed = reader.take_now() or b""  # events from here on follow the opening
                first = RETRY + PING + missed + self._opening()
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                self.raw_headers.clear()  # frees memory while the stream lasts
                await send({"type": "http.response.body", "body": first, "more_body": True})
                await reader.follow()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
