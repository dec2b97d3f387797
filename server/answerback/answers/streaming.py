"""Streams the text of running answers: batches pieces briefly, then publishes each batch once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..core.comments import utf16_length
from ..core.events import encode
from ..live.bus import Bus

JOIN_SECONDS, EACH_SECONDS, MOST_SECONDS = 0.04, 0.0005, 0.25
"""For how long pieces are joined: longer for each answer that is being written, up to four times a second."""

LONGEST_PIECE = 1_000
"""Characters of a piece: PostgreSQL's notifications take 8,000 bytes."""


def alone() -> int:
    """The count of running answers for a single one."""
    return 1


class AnswerStream:
    """Streams an answer's text: the first piece at once, later ones batched for about 40 ms, longer the more answers
    run (`running`)."""

    __slots__ = ("_joined", "_loop", "_offset", "_pending", "_running", "_timer", "bus", "channel", "id", "silent")

    def __init__(self, bus: Bus, channel: str, id: str, running: Callable[[], int] = alone) -> None:
        self.id = id
        self.channel = channel
        self.bus = bus
        self._running = running
        self._loop = asyncio.get_running_loop()
        self._joined: list[str] = []
        self._pending: list[str] = []
        self._offset = 0
        self._timer: asyncio.TimerHandle | None = None
        self.silent = False
        """Whether nobody is to hear more, for now or for good."""

    @property
    def told(self) -> str:
        """The text published so far."""
        if len(self._joined) > 1:
            self._joined[:] = ["".join(self._joined)]
        return self._joined[0] if self._joined else ""

    @property
    def text(self) -> str:
        """The text received so far."""
        return self.told + "".join(self._pending)

    def add(self, piece: str) -> None:
        """Adds a piece."""
        self._pending.append(piece)
        if self._timer is None:
            self._tell()
            self._join()

    def _join(self) -> None:
        seconds = min(MOST_SECONDS, JOIN_SECONDS + EACH_SECONDS * self._running())
        self._timer = self._loop.call_later(seconds, self._elapsed)

    def _elapsed(self) -> None:
        self._timer = None
        if self._pending:
            self._tell()
            self._join()

    def _tell(self) -> None:
        if self.silent:
            return
        text = "".join(self._pending)
        self._pending.clear()
        for begin in range(0, len(text) or 1, LONGEST_PIECE):
            piece = text[begin : begin + LONGEST_PIECE]
            self.bus.publish(self.channel, "answer.delta", {"id": self.id, "offset": self._offset, "text": piece})
            self._joined.append(piece)
            self._offset += utf16_length(piece)

    def end(self) -> str:
        """Ends the stream and returns the whole text."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending:
            self._tell()
        return self.text


class AnswerStreams:
    """The published text of running answers in all processes."""

    def __init__(self, bus: Bus) -> None:
        self._on: dict[str, dict[str, _Heard]] = {}
        bus.observe(self._hear)

    def on(self, channel: str) -> bytes:
        """The text so far of each running answer on a channel, as events for a new subscriber."""
        return b"".join(
            encode("answer.delta", {"id": id, "offset": 0, "text": "".join(heard.pieces)})
            for id, heard in self._on.get(channel, {}).items()
        )

    def _hear(self, channel: str, event: str, data: dict[str, Any]) -> None:
        if event == "answer.delta":
            answers = self._on.setdefault(channel, {})
            heard = answers.setdefault(data["id"], _Heard())
            if data["offset"] == 0:
                heard.pieces, heard.length = [], 0
            if data["offset"] == heard.length:
                heard.pieces.append(data["text"])
                heard.length += utf16_length(data["text"])
            else:  # a piece was lost: send readers the saved text
                del answers[data["id"]]
        elif event in ("answer.settled", "comment.removed") and channel in self._on:
            self._on[channel].pop(data["id"], None)
        if channel in self._on and not self._on[channel]:
            del self._on[channel]


@dataclass(slots=True)
class _Heard:
    pieces: list[str] = field(default_factory=list)
    length: int = 0
