"""The bus of several processes: each event is a database row, written in the transaction of its change.

Every process, including the author's, reads the rows in the order of their positions, so that order and ids are the
same everywhere and a reader may return to another process. Carriers (`carriers.py`) notify the processes and transport
ephemeral events: pieces of answers. A message names the position up to which its sender has read; the receiver first
reads up to there, so that a piece never comes before the event it belongs to. Without any carrier, the rows are polled
four times a second.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

import orjson

from ..clock import Clock
from ..core.events import EventName, frame
from ..db.database import Database
from ..db.work import Work, after
from ..logs import Fault, describe
from . import events_store as store
from .bus import TAKE_BACK, Channels, Told, Watch
from .carriers import Carrier, Link, PostgresLink
from .events_store import CHANGED, Event, Placed

log = logging.getLogger(__name__)

CAUGHT_UP = 2_000
"""The number of events that a new process reads back, so that its predecessor's readers need not reload."""
READ_AT_ONCE = 500
LOOK_SECONDS, ALONE_SECONDS = 1.0, 0.25
"""The polling intervals of the database, with and without a connected carrier."""
LONGEST_PAUSE = 2.0
KEPT_MS = 3_600_000
"""How long events stay in the database, for new processes and returning readers."""
SWEEP_SECONDS, SWEPT_AT_ONCE = 10.0, 2_000


class Piece(NamedTuple):
    """An ephemeral event on its channel."""

    channel: str
    event: str
    data: bytes


Item = Piece | bytes | None
"""The next task: a piece of our own, another process's message, or a read of the database."""


class SharedBus(Channels):
    """A bus over the database and these carriers, in order of preference; `name` is this process's own."""

    def __init__(self, db: Database, carriers: Sequence[Carrier], name: str, clock: Clock, watch: Watch) -> None:
        super().__init__(clock)
        self._db = db
        self._carriers = carriers
        self._name = name
        self._watch = watch
        self._links: dict[str, Link] = {}
        self._items: list[Item] = []
        self._more = asyncio.Event()
        self._tried = {carrier.name: asyncio.Event() for carrier in carriers}
        self._keeping: list[asyncio.Task[None]] = []
        self._working: list[asyncio.Task[None]] = []
        self._read_to = 0
        """Position of the newest event that was read."""
        self._read_at = time.monotonic()
        self._doubtful = False
        """Whether the database may have lost its newest events since the last check."""
        self._reading = Fault(log, "events could not be read from the database")
        self._faults = {
            carrier.name: Fault(log, f"live events cannot go by {carrier.name}", level=logging.WARNING)
            for carrier in carriers
        }
        self._strange = Fault(log, "a live event was left out", level=logging.WARNING)

    def id_of(self, position: int) -> str:
        """A position as text."""
        return str(position)

    def position_of(self, id: str) -> int | None:
        """The position of an event id; None for a foreign id, or one not known here yet."""
        if not (id.isascii() and id.isdecimal() and len(id) < 19):
            return None
        return int(id) if int(id) <= self._read_to else None

    def tell(self, channels: Sequence[str], event: Told, data: dict[str, Any], *, afresh: bool = False) -> Work[None]:
        """Inserts the event and takes back those it replaces; all readers get it after the commit."""
        if not channels:
            return
        subject = str(data.get("id") or data.get("comment", {}).get("id") or "")
        afresh = afresh or event in TAKE_BACK
        if afresh and subject:
            yield from store.take_back(channels[0], subject)
        elif afresh:
            yield from store.take_all_back(channels)
        text = orjson.dumps(data).decode()
        yield from store.add([Event(channel, subject, event, text, afresh) for channel in channels], self._clock.now())
        yield after(partial(self._committed, channels))

    def _committed(self, channels: Sequence[str]) -> None:
        """Tells the observers at once, so that the author of a change reads it here; the readers follow when its row is
        read."""
        for channel in channels:
            self.tell_observers(channel, CHANGED, {})
        self._do(None)

    def publish(self, channel: str, event: EventName, data: dict[str, Any]) -> None:
        """Publishes the event in all reachable processes."""
        self._do(Piece(channel, event, orjson.dumps(data)))

    def _do(self, item: Item) -> None:
        self._items.append(item)
        self._more.set()

    async def open(self) -> None:
        """Starts the bus; returns once each carrier has connected or failed. Raises Unavailable."""
        placed = await self._db.read(partial(store.newest_events, CAUGHT_UP))
        if placed:
            self.start_over(placed[0].position - 1)
        for each in placed:
            self._arrive(each, missed=True)
        self._keeping = [asyncio.create_task(self._keep(carrier)) for carrier in self._carriers]
        for tried in self._tried.values():
            await tried.wait()
        self._working = [asyncio.create_task(self._work()), asyncio.create_task(self._sweep())]

    async def disconnect(self) -> None:
        """Sends queued events, then closes the connections."""
        if self._working:
            await _end(self._working)
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await self._turn()
        await _end(self._keeping)

    async def _keep(self, carrier: Carrier) -> None:
        """Keeps a carrier connected, whatever happens to the connection."""
        pause = 0.1
        while True:
            try:
                async with carrier.connect(self._do) as link:
                    self._links[carrier.name], pause = link, 0.1
                    self._watch.carrier(carrier.name, is_up=True)
                    self._tried[carrier.name].set()
                    self._faults[carrier.name].worked()
                    self._doubtful = True
                    self._do(None)
                    await link.last()
            except* Exception as problems:
                self._failed(carrier.name, problems.exceptions[0])
            finally:
                self._links.pop(carrier.name, None)
                self._watch.carrier(carrier.name, is_up=False)
                self._tried[carrier.name].set()
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _work(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS if self._links else ALONE_SECONDS):
                    await self._more.wait()
            await self._turn()

    async def _turn(self) -> None:
        """Processes the queue in order; no failure stops it or affects later items."""
        self._more.clear()
        items, self._items = self._items, []
        pieces: list[Piece] = []
        looked = rang = False
        for item in items:
            try:
                if isinstance(item, Piece):
                    pieces.append(item)
                    self._pass(*item)
                elif item is not None:
                    await self._hear(item)
                elif not looked:
                    looked, rang = True, await self._place()
                    await self._look()
            except Exception as error:
                self._left_out(error)
        if not items:  # a notification may have been lost
            await self._place()
            await self._look()
        if pieces or (looked and not rang):
            await self._send(pieces)

    async def _place(self) -> bool:
        """Assigns positions to committed events, if the database does not, and notifies the processes."""
        try:
            for link in self._links.values():
                if isinstance(link, PostgresLink):
                    await link.place()
                    return True
        except Exception as error:
            self._failed("postgresql", error)
        return False

    async def _look(self) -> None:
        """Reads new events from the database."""
        try:
            if self._doubtful or time.monotonic() - self._read_at > KEPT_MS / 2_000:
                await self._go_on()
            while True:
                found = await self._db.read(partial(store.events_after, self._read_to, READ_AT_ONCE))
                for each in found:
                    self._arrive(each)
                if len(found) < READ_AT_ONCE:
                    break
            self._read_at = time.monotonic()
            self._reading.worked()
        except Exception as error:
            self._watch.bus_failed("database")
            self._reading.raised(error)

    async def _go_on(self) -> None:
        """Resumes after an outage: events may have been deleted meanwhile, and a database that lost its newest
        positions assigns them again."""
        newest = await self._db.read(store.newest_position)
        if newest < self._read_to or time.monotonic() - self._read_at > KEPT_MS / 2_000:
            self._read_to = newest
            self.start_over(newest)
        self._doubtful = False

    async def _hear(self, message: bytes) -> None:
        """Handles a notification (only a position), or a piece with the position up to which its sender has read."""
        told = orjson.loads(message)
        name, position, *piece = told if isinstance(told, list) else ("", told)
        if name == self._name:
            return
        if int(position) > self._read_to:
            await self._look()
        if piece:
            channel, event, data = piece
            self._pass(channel, event, orjson.dumps(data))

    def _pass(self, channel: str, event: str, data: bytes) -> None:
        told = orjson.loads(data)
        if self.passes(event, told):
            self.pass_on(channel, frame(event, data))
            self.tell_observers(channel, event, told)

    def _arrive(self, placed: Placed, *, missed: bool = False) -> None:
        position, (channel, _, event, text, afresh) = placed
        self._read_to = position
        try:
            data = orjson.loads(text)
            if event != CHANGED and self.passes(event, data):
                encoded = frame(event, text.encode(), self.id_of(position))
                self.deliver(channel, position, encoded, afresh=afresh, missed=missed)
            self.tell_observers(channel, event, data)
        except Exception as error:
            self._left_out(error)

    def _left_out(self, error: Exception) -> None:
        self._watch.bus_failed("event")
        self._strange.failed(describe(error))

    def _failed(self, carrier: str, error: BaseException) -> None:
        self._watch.bus_failed(carrier)
        self._faults[carrier].failed(describe(error))

    async def _send(self, pieces: Sequence[Piece]) -> None:
        """Sends by the best connected carrier, if any."""
        messages = [
            b"[%s]" % b",".join((*map(orjson.dumps, (self._name, self._read_to, channel, event)), data))
            for channel, event, data in pieces
        ] or [orjson.dumps((self._name, self._read_to))]  # fmt: skip
        for carrier in self._carriers:
            link = self._links.get(carrier.name)
            if link is None:
                continue
            try:
                await link.send(messages)
            except Exception as error:
                self._failed(carrier.name, error)
            else:
                return

    async def _sweep(self) -> None:
        while True:
            before = self._clock.now() - KEPT_MS
            try:
                await self._db.write(partial(store.forget, before, SWEPT_AT_ONCE))
            except Exception as error:
                self._reading.raised(error)
            await asyncio.sleep(SWEEP_SECONDS)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
