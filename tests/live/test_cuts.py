"""A reader's connection breaks wherever it likes: after coming back, each event has been heard once and in order."""

from __future__ import annotations

import json
import sys

import pytest
from answerback.answers.streaming import AnswerStream, AnswerStreams
from answerback.clock import SteppedClock
from answerback.core.comments import utf16_length
from answerback.core.events import EventName
from answerback.live.bus import KEPT_BYTES, KEPT_EVENTS, KEPT_MS, MOST_KEPT, MemoryBus
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio
CHANNEL = "page:demo:/"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


class Browser:
    """As an EventSource: remembers the last id, drops a half event when its connection breaks."""

    def __init__(self) -> None:
        self.heard: list[dict[str, object]] = []
        self.last: str | None = None
        self.names: list[str] = []

    def read(self, data: bytes | None, cut: int | None = None) -> None:
        assert data is not None
        *whole, _ = data[:cut].split(b"\n\n")
        for block in whole:
            fields = dict(line.split(": ", 1) for line in block.decode().split("\n"))
            self.last = fields.get("id", self.last)
            self.names.append(fields["event"])
            self.heard.append(json.loads(fields["data"]))


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXTS, st.integers(0, 400)), max_size=12))
async def test_cut_stream_resumes_without_loss_or_repeat(steps: list[tuple[str, int]]) -> None:
    bus, browser = MemoryBus("epoch", SteppedClock()), Browser()
    browser.last = bus.latest(CHANNEL)
    for number, (text, cut) in enumerate(steps):
        async with bus.subscribe(CHANNEL, browser.last) as reader:
            bus.publish(CHANNEL, "comment.changed", {"id": f"{number}a", "text": text})
            bus.publish(CHANNEL, "comment.changed", {"id": f"{number}b", "text": text})
            browser.read(await reader.take(5), cut)
    bus.publish(CHANNEL, "comment.changed", {"id": "last", "text": ""})
    async with bus.subscribe(CHANNEL, browser.last) as reader:
        browser.read(await reader.take(5))
    expected = [f"{number}{letter}" for number in range(len(steps)) for letter in "ab"]
    assert [event["id"] for event in browser.heard] == [*expected, "last"]


async def test_stale_position_starts_over() -> None:
    bus = MemoryBus("epoch", SteppedClock())
    before = bus.latest(CHANNEL)
    for number in range(KEPT_EVENTS + 1):
        bus.publish(CHANNEL, "comment.changed", {"id": str(number)})
    for after in (before, "other-1", "epoch-999999", "nonsense"):
        browser = Browser()
        async with bus.subscribe(CHANNEL, after) as reader:
            browser.read(await reader.take(5))
        assert browser.names == ["reload"], after


async def test_forgotten_page_starts_over() -> None:
    """Pages that nobody reads are not kept for ever, and what they were told is not passed over in silence."""
    bus = MemoryBus("epoch", SteppedClock())
    shown = bus.latest(CHANNEL)
    bus.publish(CHANNEL, "comment.added", {"id": "1"})
    for number in range(MOST_KEPT):
        bus.publish(f"page:demo:/{number}", "comment.added", {"id": "2"})
    browser = Browser()
    async with bus.subscribe(CHANNEL, shown) as reader:
        browser.read(await reader.take(5))
    assert browser.names == ["reload"]


def held(bus: MemoryBus) -> int:
    """Bytes of events that the bus keeps, and of what it needs for each of their channels."""
    return sum(sys.getsizeof(data) for entry in bus._channels.values() for _, data in entry.kept) + sum(
        sys.getsizeof(name) + sys.getsizeof(entry.kept) for name, entry in bus._channels.items()
    )


async def test_events_on_many_pages_take_bounded_memory() -> None:
    bus = MemoryBus("epoch", SteppedClock())
    for page in range(10_000):
        for number in range(6):
            bus.publish(f"page:demo:/{page}", "comment.added", {"id": str(number), "html": 5_000 * "x"})
    assert held(bus) < 1.5 * KEPT_BYTES
    assert not bus.holds("page:demo:/0", "epoch-0")
    assert bus.holds("page:demo:/9999", f"epoch-{6 * 9_999}")


async def test_events_are_kept_for_minutes() -> None:
    clock = SteppedClock()
    bus = MemoryBus("epoch", clock)
    start = bus.latest(CHANNEL)
    bus.publish(CHANNEL, "comment.added", {"id": "1"})
    clock.advance(seconds=KEPT_MS / 1000 - 1)
    bus.publish("page:demo:/other", "comment.added", {"id": "2"})
    assert bus.holds(CHANNEL, start)
    clock.advance(seconds=1)
    bus.publish("page:demo:/other", "comment.added", {"id": "3"})
    assert not bus.holds(CHANNEL, start)


async def test_channel_without_readers_and_events_is_forgotten() -> None:
    bus = MemoryBus("epoch", SteppedClock())
    for number in range(1_000):
        async with bus.subscribe(f"page:demo:/{number}", None):
            assert bus.readers == 1
    assert held(bus) == 0


@pytest.mark.parametrize(("event", "afresh"), [("comment.removed", False), ("comment.changed", True)])
async def test_resuming_replays_nothing_from_before_a_removal(event: EventName, afresh: bool) -> None:
    bus = MemoryBus("epoch", SteppedClock())
    start = bus.latest(CHANNEL)
    bus.publish(CHANNEL, "comment.added", {"id": "1", "text": "secret"})
    shown = bus.latest(CHANNEL)
    bus.publish(CHANNEL, event, {"id": "1"}, afresh=afresh)
    bus.publish(CHANNEL, "comment.added", {"id": "2"})
    for after, names in ((start, ["reload"]), (shown, [event, "comment.added"])):
        browser = Browser()
        async with bus.subscribe(CHANNEL, after) as reader:
            browser.read(await reader.take(5))
        assert browser.names == names


@settings(max_examples=60)
@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=12), st.integers(0, 12))
async def test_late_reader_ends_with_the_same_text(pieces: list[str], arrival: int) -> None:
    """Offsets count as JavaScript does, and the text so far comes first."""
    bus = MemoryBus("epoch", SteppedClock())
    live, texts = AnswerStream(bus, CHANNEL, "answer"), AnswerStreams(bus)
    browser = Browser()
    for piece in pieces[:arrival]:
        live.add(piece)
    async with bus.subscribe(CHANNEL, None) as reader:
        browser.read(texts.on(CHANNEL))
        for piece in pieces[arrival:]:
            live.add(piece)
        assert live.end() == "".join(pieces)
        if len(pieces) > arrival or len(pieces[:arrival]) > 1:
            browser.read(await reader.take(5))
    text = ""
    for delta in browser.heard:
        offset = delta["offset"]
        assert isinstance(offset, int)
        assert offset <= utf16_length(text)
        units = text.encode("utf-16-le")[: 2 * offset] + str(delta["text"]).encode("utf-16-le")
        text = units.decode("utf-16-le")
    assert text == "".join(pieces)
