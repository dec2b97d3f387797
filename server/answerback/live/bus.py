"""The bus: what happens on a page, told to everyone who has it open."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..core.events import EventName, encode

KEPT_EVENTS = 512
QUEUE_LIMIT = 1_024
CHANNELS = 10_000


class Bus(Protocol):
    """Carries events of channels (one a page, one a private answer) to any number of readers."""

    def publish(self, channel: str, event: EventName, data: dict[str, Any]) -> str:
        """Tell everyone on the channel; the event's id."""
        ...

    def latest(self, channel: str) -> str:
        """The id of the channel's last event, to begin after."""
        ...

    def subscribe(self, channel: str, after: str | None) -> Any:
        """An async context manager over an iterator of encoded events after that id; it ends when the bus closes."""
        ...


@dataclass(slots=True)
class _Channel:
    dropped: int
    """Number of the newest event that is not kept any more."""
    latest: int
    kept: deque[tuple[int, bytes]] = field(default_factory=deque)
    readers: set[Reader] = field(default_factory=set)


class Reader:
    """One reader's queue; a reader that falls too far behind is told to fetch everything again."""

    __slots__ = ("_wake", "behind", "closed", "queue")

    def __init__(self) -> None:
        self.queue: deque[bytes] = deque()
        self.behind = False
        self.closed = False
        self._wake: asyncio.Future[None] | None = None

    def put(self, data: bytes) -> None:
        """Add an event; wakes whoever waits."""
        if len(self.queue) >= QUEUE_LIMIT:
            self.queue.clear()
            self.behind = True
        elif not self.behind:
            self.queue.append(data)
        self.wake()

    def wake(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def take(self, seconds: float) -> bytes | None:
        """All that waits, joined; b"" after that many quiet seconds; None at the end."""
        if not self.queue and not self.behind and not self.closed:
            self._wake = asyncio.get_running_loop().create_future()
            timer = asyncio.get_running_loop().call_later(seconds, self.wake)
            try:
                await self._wake
            finally:
                timer.cancel()
                self._wake = None
        if self.behind:
            self.closed = True
            self.behind = False
            return encode("reload", {})
        if self.queue:
            data = self.queue[0] if len(self.queue) == 1 else b"".join(self.queue)
            self.queue.clear()
            return data
        return None if self.closed else b""


class MemoryBus:
    """The bus of one process. Ids are `<epoch>-<n>`; another epoch means that the server was restarted."""

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._channels: dict[str, _Channel] = {}
        self._closed = False
        self._count = 0

    def publish(self, channel: str, event: EventName, data: dict[str, Any]) -> str:
        entry = self._entry(channel)
        self._count += 1
        entry.latest = self._count
        event_id = f"{self._epoch}-{self._count}"
        encoded = encode(event, data, event_id)
        entry.kept.append((self._count, encoded))
        if len(entry.kept) > KEPT_EVENTS:
            entry.dropped = entry.kept.popleft()[0]
        for reader in entry.readers:
            reader.put(encoded)
        return event_id

    def latest(self, channel: str) -> str:
        entry = self._channels.get(channel)
        return f"{self._epoch}-{entry.latest if entry else self._count}"

    @asynccontextmanager
    async def subscribe(self, channel: str, after: str | None) -> AsyncIterator[Reader]:
        """A `Reader` that first gets what it missed since `after`, or a `reload` when that is not known any more."""
        entry = self._entry(channel)
        reader = Reader()
        if after:
            self._replay(entry, reader, after)
        reader.closed = self._closed
        entry.readers.add(reader)
        try:
            yield reader
        finally:
            entry.readers.discard(reader)

    def _replay(self, entry: _Channel, reader: Reader, after: str) -> None:
        epoch, _, number = after.rpartition("-")
        if epoch != self._epoch or not number.isdigit() or not entry.dropped <= int(number) <= self._count:
            reader.behind = True
            return
        reader.queue.extend(data for count, data in entry.kept if count > int(number))

    def _entry(self, channel: str) -> _Channel:
        entry = self._channels.get(channel)
        if entry is None:
            if len(self._channels) >= CHANNELS:
                self._forget_quiet()
            entry = self._channels[channel] = _Channel(self._count, self._count)
        return entry

    def _forget_quiet(self) -> None:
        # Nobody reads these; a thread shown from before begins again with a reload.
        for name in [name for name, entry in self._channels.items() if not entry.readers][: CHANNELS // 2]:
            del self._channels[name]

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for entry in self._channels.values():
            for reader in entry.readers:
                reader.closed = True
                reader.wake()


def page_channel(site: str, page: str) -> str:
    """The channel of everyone on a page."""
    return f"page:{site}:{page}"


def answer_channel(answer_id: str) -> str:
    """The private channel of one answer in the ask box."""
    return f"answer:{answer_id}"
