"""The bus: delivers a page's events to everybody who has it open."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, Protocol

from ..clock import Clock
from ..core.events import EventName, encode
from ..db.work import Work, after
from .events_store import CHANGED

KEPT_EVENTS = 512
"""The most events kept for each channel, for readers that return."""
KEPT_BYTES = 8 * 1024 * 1024
KEPT_MS = 10 * 60_000
MOST_KEPT = 20_000
"""The limits over all channels, in bytes, milliseconds and events."""
QUEUE_BYTES = 64 * 1024
"""The most bytes queued for one reader. A reader further behind must reload."""
TAKEN_AWAY = 10_000
TAKE_BACK = ("comment.removed", "reload")
"""Events that always imply `afresh`."""
START_OVER = "again"
"""What observers get, on an empty channel, when they may have missed events."""
Told = EventName | Literal["thread.changed"]
Observer = Callable[[str, str, dict[str, Any]], None]
"""Gets the channel, the event's name and its data."""


class Bus(Protocol):
    """Carries events of channels (one for each page and each private answer) to any number of readers."""

    def tell(self, channels: Sequence[str], event: Told, data: dict[str, Any], *, afresh: bool = False) -> Work[None]:
        """Within the transaction of a change: publishes an event to all readers of the channels, in all processes, if
        and only if it commits, even if this process dies. `afresh`: earlier events there, which may hold text that must
        not be read any more, are not replayed to returning readers. Events of `TAKE_BACK` always imply this."""
        ...

    def publish(self, channel: str, event: EventName, data: dict[str, Any]) -> None:
        """Publishes an ephemeral event, which may be lost: a piece of an answer."""
        ...

    def observe(self, observer: Observer) -> None:
        """Calls `observer` with every event."""
        ...

    def latest(self, channel: str) -> str:
        """The id of the channel's last event, to subscribe after."""
        ...

    def holds(self, channel: str, after: str) -> bool:
        """Whether all events on the channel after that id are still stored."""
        ...

    @property
    def readers(self) -> int:
        """The number of current readers in this process."""
        ...

    def subscribe(self, channel: str, after: str | None, reader: Reader | None = None) -> Any:
        """An async context manager over a `Reader` (this one, or a new one) of the events after that id; it ends when
        the bus closes."""
        ...

    async def open(self) -> None:
        """Starts the bus."""
        ...

    def close(self) -> None:
        """Ends every stream, so that the server can stop."""
        ...

    async def disconnect(self) -> None:
        """Sends queued events, then closes the connections."""
        ...


class Watch(Protocol):
    """Monitors the bus."""

    def carrier(self, name: str, *, is_up: bool) -> None:
        """Called when a carrier connects or disconnects."""
        ...

    def bus_failed(self, part: str) -> None:
        """Called when a carrier, the database or a single event fails; the bus continues."""
        ...


@dataclass(slots=True)
class _Channel:
    dropped: int
    """Position of the newest event that is not stored any more."""
    latest: int
    kept: deque[tuple[int, bytes]] = field(default_factory=deque)
    readers: set[Reader] = field(default_factory=set)


class Reader:
    """A reader's queue; a reader that falls too far behind is told to reload."""

    __slots__ = ("_wake", "behind", "closed", "queue", "size")

    def __init__(self) -> None:
        self.queue: list[bytes] = []  # a deque takes 600 bytes more, and most queues are empty
        self.size = 0
        """Bytes in the queue."""
        self.behind = False
        self.closed = False
        self._wake: asyncio.Future[None] | None = None

    def put(self, data: bytes) -> None:
        """Adds an event and wakes the waiting `take`."""
        if self.queue and self.size + len(data) > QUEUE_BYTES:
            self.lose()
        elif not self.behind:
            self.queue.append(data)
            self.size += len(data)
            self.wake()

    def lose(self) -> None:
        """Drops the queue: an event was missed, so the reader must reload."""
        self.queue.clear()
        self.size = 0
        self.behind = True
        self.wake()

    def wake(self) -> None:
        """Makes `take` return."""
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def take(self, seconds: float) -> bytes | None:
        """All queued events, joined; b"" after that many seconds without any; None at the end."""
        if not self.queue and not self.behind and not self.closed:
            self._wake = asyncio.get_running_loop().create_future()
            timer = asyncio.get_running_loop().call_later(seconds, self.wake)
            try:
                await self._wake
            finally:
                timer.cancel()
                self._wake = None
        return self.take_now()

    def take_now(self) -> bytes | None:
        """Like `take`, without waiting, so that nothing can come in between."""
        if self.behind:
            self.closed = True
            self.behind = False
            return encode("reload", {})
        if self.queue:
            data = self.queue[0] if len(self.queue) == 1 else b"".join(self.queue)
            self.queue.clear()
            self.size = 0
            return data
        return None if self.closed else b""


class Channels(ABC):
    """This process's readers, and each channel's newest events for readers that return. Events have increasing
    positions; an id is a position as text. At most `most` bytes of events are kept in all."""

    def __init__(self, clock: Clock, most: int = KEPT_BYTES) -> None:
        self._clock = clock
        self._most = most
        self._kept: deque[tuple[int, int, str]] = deque()
        """Time, position and channel of the events that may still be stored, oldest first."""
        self._bytes = 0
        self._channels: dict[str, _Channel] = {}
        self._observers: list[Observer] = []
        self._closed = False
        self._position = 0
        """The newest event's position on any channel."""
        self._taken_away: dict[str, None] = {}
        """Removed comments and settled answers: no process's pieces of them are sent any more."""
        self._floor = 0
        """The newest position that may have been dropped together with its channel."""

    @abstractmethod
    def id_of(self, position: int) -> str:
        """A position as an event's id."""

    @abstractmethod
    def position_of(self, id: str) -> int | None:
        """The position of an event id; None for a foreign id."""

    def observe(self, observer: Observer) -> None:
        """Calls `observer` with every event."""
        self._observers.append(observer)

    def tell_observers(self, channel: str, event: str, data: dict[str, Any]) -> None:
        """Passes an event to the observers."""
        for observer in self._observers:
            observer(channel, event, data)

    def passes(self, event: str, data: dict[str, Any]) -> bool:
        """Whether an event may be sent: no piece of an answer is, after its removal or end."""
        id = str(data.get("id") or data.get("comment", {}).get("id"))
        if event == "answer.delta":
            return id not in self._taken_away
        if event in ("comment.removed", "answer.settled"):
            self._taken_away[id] = None
            if len(self._taken_away) > TAKEN_AWAY:
                del self._taken_away[next(iter(self._taken_away))]
        elif event in ("answer.queued", "comment.changed"):
            self._taken_away.pop(id, None)
        return True

    def deliver(self, channel: str, position: int, encoded: bytes, *, afresh: bool, missed: bool = False) -> None:
        """Stores an event and passes it to the channel's readers; `afresh` drops earlier ones. `missed`: earlier events
        of the channel may be missing here."""
        entry = self._entry(channel)
        if afresh:
            self._bytes -= sum(len(data) for _, data in entry.kept)
            entry.kept.clear()
            entry.dropped = position - 1 if missed else entry.latest
        self._position = entry.latest = position
        entry.kept.append((position, encoded))
        self._kept.append((self._clock.now(), position, channel))
        self._bytes += len(encoded)
        if len(entry.kept) > KEPT_EVENTS:
            self._drop_first(entry)
        for reader in entry.readers:
            reader.put(encoded)
        self._forget_old()

    def pass_on(self, channel: str, encoded: bytes) -> None:
        """Passes an event without a position to the channel's current readers; it is not replayed."""
        entry = self._channels.get(channel)
        for reader in entry.readers if entry else ():
            reader.put(encoded)

    def latest(self, channel: str) -> str:
        """The id of the channel's last event, to subscribe after."""
        entry = self._channels.get(channel)
        return self.id_of(entry.latest if entry else self._position)

    @asynccontextmanager
    async def subscribe(self, channel: str, after: str | None, reader: Reader | None = None) -> AsyncIterator[Reader]:
        """A `Reader` that first gets the events missed since `after`, or a `reload` if those are too many or not stored
        any more."""
        entry = self._entry(channel)
        reader = reader or Reader()
        if after:
            position = self.position_of(after)
            if position is None or position < entry.dropped:
                reader.behind = True
            else:
                for data in [data for at, data in entry.kept if at > position]:
                    reader.put(data)
        reader.closed = self._closed
        entry.readers.add(reader)
        try:
            yield reader
        finally:
            entry.readers.discard(reader)
            self._leave(channel, entry)

    def holds(self, channel: str, after: str) -> bool:
        """Whether all events on the channel after that id are still stored."""
        position, entry = self.position_of(after), self._channels.get(channel)
        return position is not None and position >= (entry.dropped if entry else self._floor)

    def _entry(self, channel: str) -> _Channel:
        entry = self._channels.get(channel)
        if entry is None:
            entry = self._channels[channel] = _Channel(self._floor, self._floor)
        return entry

    def _drop_first(self, entry: _Channel) -> None:
        entry.dropped, data = entry.kept.popleft()
        self._bytes -= len(data)

    def _forget_old(self) -> None:
        now = self._clock.now()
        while self._kept and (
            self._bytes > self._most or len(self._kept) > MOST_KEPT or not 0 <= now - self._kept[0][0] < KEPT_MS
        ):
            _, position, channel = self._kept.popleft()
            entry = self._channels.get(channel)
            if entry is not None and entry.kept and entry.kept[0][0] == position:
                self._drop_first(entry)
                self._leave(channel, entry)

    def _leave(self, channel: str, entry: _Channel) -> None:
        """Drops a channel without readers and stored events; a thread shown before that must reload."""
        if not entry.kept and not entry.readers and self._channels.get(channel) is entry:
            del self._channels[channel]
            self._floor = max(self._floor, entry.latest)

    @property
    def readers(self) -> int:
        """The number of current readers in this process."""
        return sum(len(entry.readers) for entry in self._channels.values())

    def start_over(self, position: int) -> None:
        """Makes all readers reload: events up to this position may have been missed."""
        self._position = self._floor = position
        self._kept.clear()
        self._bytes = 0
        for entry in self._channels.values():
            entry.dropped = entry.latest = position
            entry.kept.clear()
            for reader in entry.readers:
                reader.lose()
        self.tell_observers("", START_OVER, {})

    def close(self) -> None:
        """Ends every stream, so that the server can stop."""
        self._closed = True
        for entry in self._channels.values():
            for reader in entry.readers:
                reader.closed = True
                reader.wake()


class MemoryBus(Channels):
    """The bus of a single process. Ids are `<epoch>-<n>`; another epoch means that the server has restarted."""

    def __init__(self, epoch: str, clock: Clock, most: int = KEPT_BYTES) -> None:
        super().__init__(clock, most)
        self._epoch = epoch

    def id_of(self, position: int) -> str:
        """The event id of a position."""
        return f"{self._epoch}-{position}"

    def position_of(self, id: str) -> int | None:
        """The position of an event id; None for an id of another bus."""
        epoch, _, number = id.rpartition("-")
        if epoch != self._epoch or not number.isdecimal() or len(number) > 18:
            return None
        return int(number) if int(number) <= self._position else None

    def tell(self, channels: Sequence[str], event: Told, data: dict[str, Any], *, afresh: bool = False) -> Work[None]:
        """Publishes the event after the commit, without a row, since no other process reads it."""
        yield after(partial(self._tell, channels, event, data, afresh=afresh))

    def _tell(self, channels: Sequence[str], event: Told, data: dict[str, Any], *, afresh: bool) -> None:
        for channel in channels:
            self.publish(channel, event, data, afresh=afresh)

    def publish(self, channel: str, event: Told, data: dict[str, Any], *, afresh: bool = False) -> None:
        """Publishes the event to the channel now."""
        if event == CHANGED:
            self.tell_observers(channel, event, data)
        elif self.passes(event, data):
            position = self._position + 1
            encoded = encode(event, data, self.id_of(position))
            self.deliver(channel, position, encoded, afresh=afresh or event in TAKE_BACK)
            self.tell_observers(channel, event, data)

    async def open(self) -> None:
        """Does nothing."""

    async def disconnect(self) -> None:
        """Does nothing."""


def page_channel(site: str, page: str) -> str:
    """The channel of a page's readers."""
    return f"page:{site}:{page}"


def page_of(channel: str) -> tuple[str, str] | None:
    """The site and page of a page's channel; None for another channel."""
    kind, _, rest = channel.partition(":")
    site, _, page = rest.partition(":")
    return (site, page) if kind == "page" else None


def answer_channel(answer_id: str) -> str:
    """The private channel of one ask-box answer."""
    return f"answer:{answer_id}"
