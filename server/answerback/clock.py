"""The clock, injected so that tests can control it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000


class DatabaseClock:
    """The database server's clock: this machine's, corrected by the measured difference, so that servers sharing a
    database agree on the time."""

    def __init__(self, own: Clock) -> None:
        self.own = own
        self._ahead = 0

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return self.own.now() - self._ahead

    def correct(self, ahead: int) -> None:
        """Sets how many milliseconds this machine's clock is ahead of the database's."""
        self._ahead = ahead


class SteppedClock:
    """A clock that moves only when advanced."""

    def __init__(self, start: int = 1_790_000_000_000) -> None:
        self.time = start

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC, as last set."""
        return self.time

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Moves the clock forward by the sum of the parts."""
        self.time += int(1000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days))))
