"""The bus of several processes: one Redis stream that all of them write to and read from.

Every process gives the readers it has what comes by on the stream, its own events too, so that order and ids are the
same everywhere, and a reader may come back at another process. While Redis cannot be reached each process tells its own
readers at once; when it is back, everyone fetches everything again, since something may have been missed.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from ..core.events import EventName, frame
from .bus import Channels

log = logging.getLogger(__name__)

STREAM = "answerback:events"
STREAM_LENGTH = 20_000
CAUGHT_UP = 2_000
"""How many events a process that starts reads back, so that readers of the one before it need not begin anew."""
WAITING = 10_000
BLOCK_MS = 2_000
LONGEST_PAUSE = 2.0
_SEQUENCE_BITS = 32
Entry = tuple[str, str, bytes]
"""Channel (empty: for observers only), event and its data as JSON."""


class RedisBus(Channels):
    """A bus over the Redis at `url`; `name` is this process's own."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__()
        self._url = url
        self._name = name
        self._outgoing: list[Entry] = []
        self._in_flight: list[Entry] = []
        self._more = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._last = ""
        self.up = False
        """Whether Redis can be reached."""

    def id_of(self, position: int) -> str:
        return f"{position >> _SEQUENCE_BITS}-{position & (1 << _SEQUENCE_BITS) - 1}"

    def position_of(self, id: str) -> int | None:
        milliseconds, _, sequence = id.partition("-")
        if not (milliseconds.isdecimal() and sequence.isdecimal() and len(id) < 40):
            return None
        return (int(milliseconds) << _SEQUENCE_BITS) + int(sequence)

    def publish(self, channel: str, event: EventName, data: dict[str, Any]) -> None:
        """Tell everyone on the channel, in all processes."""
        self._put((channel, event, orjson.dumps(data)))

    def announce(self, topic: str, data: dict[str, Any]) -> None:
        """Tell the observers of all other processes something that is not for readers."""
        self._put(("", topic, orjson.dumps(data)))

    def _put(self, entry: Entry) -> None:
        if self.up and len(self._outgoing) < WAITING:
            self._outgoing.append(entry)
            self._sent.clear()
            self._more.set()
        else:
            self._tell_here(entry)

    def _tell_here(self, entry: Entry) -> None:
        channel, event, data = entry
        if channel:
            self.pass_on(channel, frame(event, data))
            self.tell_observers(channel, event, orjson.loads(data))

    async def open(self) -> None:
        """Begin to carry; returns when Redis was reached, or could not be."""
        self._task = asyncio.create_task(self._carry())
        await self._tried.wait()

    async def disconnect(self) -> None:
        """Tell what is still to be told, then let go of connections."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self._sent.wait()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _carry(self) -> None:
        pause = 0.1
        while True:
            try:
                async with self._connection() as reading, self._connection() as writing:
                    await self._come_in(reading, writing)
                    self.up, pause = True, 0.1
                    self._tried.set()
                    async with asyncio.TaskGroup() as both:
                        both.create_task(self._read(reading))
                        both.create_task(self._write(writing))
            except* (RedisError, OSError, TimeoutError) as problems:
                log.warning("Redis cannot be reached (%s); events stay in this process", problems.exceptions[0])
            finally:
                self._go_out()
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    def _connection(self) -> Any:  # its own types take everything for text or bytes
        return Redis.from_url(self._url, protocol=2, socket_timeout=5, socket_connect_timeout=2, retry=None)

    def _go_out(self) -> None:
        self.up = False
        self._tried.set()
        left, self._in_flight, self._outgoing = self._in_flight + self._outgoing, [], []
        for entry in left:
            self._tell_here(entry)
        self._sent.set()

    async def _come_in(self, reading: Any, writing: Any) -> None:
        """Where to read from: the newest events at the start, a mark of our own after an outage."""
        if self._last:
            mark = await writing.xadd(STREAM, self._fields(("", "again", b"{}")), maxlen=STREAM_LENGTH)
            self._last = mark.decode()
            self.start_over(self.position_of(self._last) or 0)
            return
        newest = await reading.xrevrange(STREAM, count=CAUGHT_UP)
        self._last = "0-0"
        if newest:
            self.start_over((self.position_of(newest[-1][0].decode()) or 1) - 1)
        for id, fields in reversed(newest):
            self._arrive(id.decode(), fields)

    async def _read(self, reading: Any) -> None:
        while True:
            for _, entries in await reading.xread({STREAM: self._last}, count=500, block=BLOCK_MS):
                for id, fields in entries:
                    self._arrive(id.decode(), fields)

    def _arrive(self, id: str, fields: dict[bytes, bytes]) -> None:
        channel, event, data = fields[b"channel"].decode(), fields[b"event"].decode(), fields[b"data"]
        self._last = id
        if channel:
            self.deliver(channel, self.position_of(id) or 0, event, frame(event, data, id))
        if channel or fields[b"by"] != self._name.encode():
            self.tell_observers(channel, event, orjson.loads(data))

    async def _write(self, writing: Any) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            self._in_flight, self._outgoing = self._outgoing, []
            pipeline = writing.pipeline(transaction=False)
            for entry in self._in_flight:
                pipeline.xadd(STREAM, self._fields(entry), maxlen=STREAM_LENGTH, approximate=True)
            await pipeline.execute()
            self._in_flight = []
            if not self._outgoing:
                self._sent.set()

    def _fields(self, entry: Entry) -> dict[Any, Any]:
        channel, event, data = entry
        return {"channel": channel, "event": event, "data": data, "by": self._name}
