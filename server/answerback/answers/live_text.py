"""The text of answers that are being written: joined for a moment, then told once to everyone who watches."""

from __future__ import annotations

import asyncio

from ..core.comments import utf16_length
from ..core.events import encode
from ..live.bus import Bus

JOIN_SECONDS = 0.04


class LiveText:
    """One answer's text so far; the first piece goes out at once, later ones are joined for about 40 ms."""

    __slots__ = ("_bus", "_joined", "_loop", "_offset", "_pending", "_timer", "channel", "id")

    def __init__(self, bus: Bus, channel: str, id: str) -> None:
        self.id = id
        self.channel = channel
        self._bus = bus
        self._loop = asyncio.get_running_loop()
        self._joined: list[str] = []
        self._pending: list[str] = []
        self._offset = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def told(self) -> str:
        """What has been told already."""
        if len(self._joined) > 1:
            self._joined[:] = ["".join(self._joined)]
        return self._joined[0] if self._joined else ""

    @property
    def text(self) -> str:
        """All that has come."""
        return self.told + "".join(self._pending)

    def add(self, piece: str) -> None:
        """The next piece."""
        self._pending.append(piece)
        if self._timer is None:
            self._tell()
            self._timer = self._loop.call_later(JOIN_SECONDS, self._elapsed)

    def _elapsed(self) -> None:
        self._timer = None
        if self._pending:
            self._tell()
            self._timer = self._loop.call_later(JOIN_SECONDS, self._elapsed)

    def _tell(self) -> None:
        piece = "".join(self._pending)
        self._pending.clear()
        self._bus.publish(self.channel, "answer.delta", {"id": self.id, "offset": self._offset, "text": piece})
        self._joined.append(piece)
        self._offset += utf16_length(piece)

    def end(self) -> str:
        """No more comes; the whole text."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending:
            self._tell()
        return self.told

    def whole(self) -> bytes:
        """What has been told so far as one event, for somebody who comes in the middle."""
        return encode("answer.delta", {"id": self.id, "offset": 0, "text": self.told})


class LiveTexts:
    """The answers being written in this process."""

    def __init__(self) -> None:
        self._by_id: dict[str, LiveText] = {}

    def begin(self, live: LiveText) -> None:
        """An answer begins."""
        self._by_id[live.id] = live

    def end(self, id: str) -> None:
        """An answer has ended."""
        self._by_id.pop(id, None)

    def on(self, channel: str) -> bytes:
        """The text so far of every answer on a channel, as events."""
        return b"".join(live.whole() for live in self._by_id.values() if live.channel == channel)
