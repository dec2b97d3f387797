"""Events are written to connections as they are told; one that does not take them costs little, and misses nothing that
it would not hear of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import pytest
from answerback.answers.streaming import AnswerStream, AnswerStreams
from answerback.clock import SteppedClock
from answerback.core.events import PING, RETRY
from answerback.live.bus import QUEUE_BYTES, MemoryBus
from answerback.live.pushing import EXTENSION, EventStream, PushingReader

from tests.live.test_cuts import CHANNEL, Browser

pytestmark = pytest.mark.anyio


class Wire:
    """A connection whose other side takes nothing while it is `paused`."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.paused = False
        self.pushed, self.broken = asyncio.Event(), asyncio.Event()
        self.reader: PushingReader | None = None

    def follow(self, reader: PushingReader | None) -> None:
        self.reader = reader

    def push(self, data: bytes) -> None:
        assert not self.paused
        self.written.append(data)
        self.pushed.set()

    def resume(self) -> None:
        self.paused = False
        assert self.reader is not None
        self.reader.wake()

    def abort(self) -> None:
        self.broken.set()
        assert self.reader is not None
        self.reader.leave()


@asynccontextmanager
async def following(bus: MemoryBus, wire: Wire, heartbeat: float = 60) -> AsyncIterator[asyncio.Task[None]]:
    """Somebody on the channel, at the other end of the wire."""
    reader = PushingReader(wire, heartbeat)
    async with bus.subscribe(CHANNEL, None, reader):
        task = asyncio.create_task(reader.follow())
        await asyncio.sleep(0)
        yield task
        reader.leave()
        await task


def names(wire: Wire) -> list[str]:
    browser = Browser()
    browser.read(b"".join(wire.written))
    return browser.names


async def test_late_reader_hears_the_answers_start_first() -> None:
    bus, wire, browser = MemoryBus("epoch", SteppedClock()), Wire(), Browser()
    running = AnswerStreams(bus)
    answer = AnswerStream(bus, CHANNEL, "a")
    answer.add("From half past ")
    answer.add("seven.")
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if len(sent) == 1:
            answer.end()

    response = EventStream(bus, CHANNEL, None, lambda: running.on(CHANNEL), nullcontext())
    task = asyncio.create_task(response({"extensions": {EXTENSION: wire}}, None, send))
    await asyncio.sleep(0)
    browser.read(sent[1]["body"].removeprefix(RETRY + PING))
    browser.read(b"".join(wire.written))
    assert [(event["offset"], event["text"]) for event in browser.heard] == [(0, "From half past "), (15, "seven.")]
    bus.close()
    await task
    assert sent[2] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert bus.readers == 0


async def test_paused_connection_gets_what_came_meanwhile_at_once() -> None:
    bus, wire = MemoryBus("epoch", SteppedClock()), Wire()
    async with following(bus, wire):
        wire.paused = True
        for number in range(3):
            bus.publish(CHANNEL, "comment.changed", {"id": str(number)})
        assert wire.written == []
        wire.resume()
        assert len(wire.written) == 1
        bus.publish(CHANNEL, "comment.removed", {"id": "3"})
    assert names(wire) == [*["comment.changed"] * 3, "comment.removed"]


async def test_reader_far_behind_starts_over_and_is_let_go() -> None:
    bus, wire = MemoryBus("epoch", SteppedClock()), Wire()
    async with following(bus, wire) as task:
        wire.paused = True
        for _ in range(40):
            bus.publish(CHANNEL, "comment.changed", {"id": "1", "text": "x" * (QUEUE_BYTES // 30)})
        assert wire.reader is not None
        assert wire.reader.size <= QUEUE_BYTES
        wire.resume()
        await task
    assert names(wire) == ["reload"]


async def test_event_of_any_size_is_heard() -> None:
    bus, wire = MemoryBus("epoch", SteppedClock()), Wire()
    async with following(bus, wire):
        bus.publish(CHANNEL, "comment.changed", {"id": "1", "text": "x" * 2 * QUEUE_BYTES})
    assert names(wire) == ["comment.changed"]


async def test_whoever_missed_much_starts_over() -> None:
    bus, wire = MemoryBus("epoch", SteppedClock()), Wire()
    start = bus.latest(CHANNEL)
    for _ in range(40):
        bus.publish(CHANNEL, "comment.changed", {"id": "1", "text": "x" * (QUEUE_BYTES // 30)})
    async with bus.subscribe(CHANNEL, start, reader := PushingReader(wire)):
        assert b"event: reload" in (reader.take_now() or b"")


async def test_signs_of_life_come_and_a_stuck_reader_is_dropped() -> None:
    bus, wire = MemoryBus("epoch", SteppedClock()), Wire()
    async with following(bus, wire, heartbeat=0.005), asyncio.timeout(5):
        for _ in range(3):
            await wire.pushed.wait()
            wire.pushed.clear()
        wire.paused = True
        await wire.broken.wait()
    assert set(wire.written) == {PING}


@pytest.mark.parametrize(("running", "seconds"), [(1, 0.04), (300, 0.19), (5_000, 0.25)])
async def test_pieces_of_many_answers_are_joined_for_longer(running: int, seconds: float) -> None:
    bus, clock = MemoryBus("epoch", SteppedClock()), asyncio.get_running_loop().time
    answer = AnswerStream(bus, CHANNEL, "a", lambda: running)
    async with bus.subscribe(CHANNEL, None) as reader:
        begun = clock()
        for piece in ("From ", "half ", "past ", "seven."):
            answer.add(piece)
        assert b'"text":"From "' in (await reader.take(5) or b"")
        assert b'"text":"half past seven."' in (await reader.take(5) or b"")
        assert clock() - begun >= seconds - 0.002
    assert answer.end() == "From half past seven."
