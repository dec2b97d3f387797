"""A bus for several processes: one shared Redis stream.

Every process gives the readers it has what comes by on the stream, its own events too, so that order and ids are the
same everywhere, and a reader may come back at another process. While Redis cannot be reached each process tells its own
readers at once; when it is back, everyone fetches everything again, since something may have been missed.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from ..clock import Clock
from ..core.events import EventName, frame
from ..logs import Fault, describe
from .bus import PRIVATE, START_OVER, TAKE_BACK, Channels

log = logging.getLogger(__name__)

STREAM = "answerback:events"
STREAM_LENGTH = 20_000
CAUGHT_UP = 2_000
"""How many events a process that starts reads back, so that readers of the one before it need not begin anew."""
WAITING = 10_000
BLOCK_MS = 2_000
LONGEST_PAUSE = 2.0
_SEQUENCE_BITS = 32
KEPT_MS = 3_600_000
"""How long events stay in Redis at most, for processes that start and readers who come back to them."""
CLEANING_SECONDS = 5.0
READ_AT_ONCE = 500
Entry = tuple[str, str, bytes, bool]
"""Channel (empty: for observers only), event, its data as JSON, and whether it is told afresh."""


class RedisBus(Channels):
    """A bus over the Redis at `url`; `name` is this process's own."""

    def __init__(self, url: str, name: str, clock: Clock) -> None:
        super().__init__(clock)
        self._url = url
        self._name = name
        self._outgoing: list[Entry] = []
        self._in_flight: list[Entry] = []
        self._more = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._outage = Fault(log, "Redis is out of reach, and events stay in this process", level=logging.WARNING)
        self._last = ""
        self._taken_back: dict[str, int] = {}
        """Channels, and the positions from which on their events may stay in Redis."""
        self.up = False
        """Whether Redis can be reached."""

    def id_of(self, position: int) -> str:
        """The id of a position, in Redis's own notation."""
        return f"{position >> _SEQUENCE_BITS}-{position & (1 << _SEQUENCE_BITS) - 1}"

    def position_of(self, id: str) -> int | None:
        """The position of an event id; None for text that is no id of Redis."""
        milliseconds, _, sequence = id.partition("-")
        if not (milliseconds.isdecimal() and sequence.isdecimal() and len(id) < 40):
            return None
        return (int(milliseconds) << _SEQUENCE_BITS) + int(sequence)

    def publish(self, channel: str, event: EventName, data: dict[str, Any], *, afresh: bool = False) -> None:
        """Tell everyone on the channel, in all processes."""
        self._put((channel, event, orjson.dumps(data), afresh or event in TAKE_BACK))

    def announce(self, topic: str, data: dict[str, Any]) -> None:
        """Send something to the observers in all other processes that is not for readers."""
        self._put(("", topic, orjson.dumps(data), False))

    def _put(self, entry: Entry) -> None:
        if self.up and len(self._outgoing) < WAITING:
            self._outgoing.append(entry)
            self._sent.clear()
            self._more.set()
        else:
            self._tell_here(entry)

    def _tell_here(self, entry: Entry) -> None:
        channel, event, data, afresh = entry
        if channel and self.passes(event, orjson.loads(data)):
            if afresh:
                self._taken_back[channel] = sys.maxsize
            self.pass_on(channel, frame(event, data))
            self.tell_observers(channel, event, orjson.loads(data))

    async def open(self) -> None:
        """Begin to carry; returns when Redis was reached, or could not be."""
        self._task = asyncio.create_task(self._carry())
        await self._tried.wait()

    async def disconnect(self) -> None:
        """Send what is still queued, then close the connections."""
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
                async with self._connection() as reading, self._connection() as writing, self._connection() as cleaning:
                    await self._come_in(reading, writing)
                    self.up, pause = True, 0.1
                    self._tried.set()
                    self._outage.worked()
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(self._read(reading))
                        tasks.create_task(self._write(writing))
                        tasks.create_task(self._clean(cleaning))
            except* (RedisError, OSError, TimeoutError) as problems:
                self._outage.failed(describe(problems.exceptions[0]))
            finally:
                self._go_out()
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    def _connection(self) -> Any:  # redis-py's types do not fit
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
            mark = await writing.xadd(STREAM, self._fields(("", START_OVER, b"{}", False)), maxlen=STREAM_LENGTH)
            self._last = mark.decode()
            position = self.position_of(self._last) or 0
            self.start_over(position)
            self._taken_back = {channel: min(end, position) for channel, end in self._taken_back.items()}
            return
        newest = await reading.xrevrange(STREAM, count=CAUGHT_UP)
        self._last = "0-0"
        if newest:
            self.start_over((self.position_of(newest[-1][0].decode()) or 1) - 1)
        for id, fields in reversed(newest):
            self._arrive(id.decode(), fields, missed=True)

    async def _read(self, reading: Any) -> None:
        while True:
            for _, entries in await reading.xread({STREAM: self._last}, count=500, block=BLOCK_MS):
                for id, fields in entries:
                    self._arrive(id.decode(), fields)

    def _arrive(self, id: str, fields: dict[bytes, bytes], *, missed: bool = False) -> None:
        channel, event, data = fields[b"channel"].decode(), fields[b"event"].decode(), fields[b"data"]
        self._last, told = id, orjson.loads(data)
        if channel and not self.passes(event, told):
            return
        if channel:
            position = self.position_of(id) or 0
            self.deliver(channel, position, frame(event, data, id), afresh=fields[b"afresh"] == b"1", missed=missed)
        if channel or fields[b"by"] != self._name.encode():
            self.tell_observers(channel, event, told)

    async def _write(self, writing: Any) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            self._in_flight, self._outgoing = self._outgoing, []
            pipeline = writing.pipeline(transaction=False)
            for entry in self._in_flight:
                pipeline.xadd(STREAM, self._fields(entry), maxlen=STREAM_LENGTH, approximate=True)
            ids = await pipeline.execute()
            for (channel, _, _, afresh), id in zip(self._in_flight, ids, strict=True):
                if afresh and not channel.startswith(PRIVATE):
                    self._taken_back[channel] = self.position_of(id.decode()) or 0
            self._in_flight = []
            if not self._outgoing:
                self._sent.set()

    async def _clean(self, cleaning: Any) -> None:
        """Keep nothing in Redis that is old, or has been taken back since."""
        while True:
            seconds, microseconds = await cleaning.time()
            oldest = seconds * 1000 + microseconds // 1000 - KEPT_MS
            await cleaning.xtrim(STREAM, minid=oldest, approximate=False)
            if self._taken_back:
                await self._delete(cleaning, dict(self._taken_back))
            await asyncio.sleep(CLEANING_SECONDS)

    async def _delete(self, cleaning: Any, taken_back: dict[str, int]) -> None:
        begin = "-"
        while True:
            entries = await cleaning.xrange(STREAM, min=begin, count=READ_AT_ONCE)
            ids = [
                id for id, fields in entries
                if (self.position_of(id.decode()) or 0) < taken_back.get(fields[b"channel"].decode(), 0)
            ]  # fmt: skip
            if ids:
                await cleaning.xdel(STREAM, *ids)
            if len(entries) < READ_AT_ONCE:
                break
            begin = f"({entries[-1][0].decode()}"
        for channel, end in taken_back.items():
            if self._taken_back.get(channel) == end:
                del self._taken_back[channel]

    def _fields(self, entry: Entry) -> dict[Any, Any]:
        channel, event, data, afresh = entry
        return {"channel": channel, "event": event, "data": data, "by": self._name, "afresh": int(afresh)}
