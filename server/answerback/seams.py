"""Time and chance, passed in so that tests can hold them still."""

from __future__ import annotations

import secrets
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
        return time.time_ns() // 1_000_000


class SteppedClock:
    """A clock that moves only when told to."""

    def __init__(self, start: int = 1_790_000_000_000) -> None:
        self.time = start

    def now(self) -> int:
        return self.time

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move forward; the parts are added up."""
        self.time += int(1000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days))))


class Ids(Protocol):
    """Makes names for new things."""

    def new(self) -> str:
        """An id that cannot be guessed: 16 characters of A–Z a–z 0–9 - _ (96 bits)."""
        ...

    def secret(self) -> str:
        """A secret to be kept by its holder: 43 characters (256 bits)."""
        ...


class RandomIds:
    """Ids from the operating system's randomness."""

    def new(self) -> str:
        return secrets.token_urlsafe(12)

    def secret(self) -> str:
        return secrets.token_urlsafe(32)


class CountedIds:
    """Ids in a row, for tests that read them."""

    def __init__(self) -> None:
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return f"id-{self._count:013d}"

    def secret(self) -> str:
        self._count += 1
        return f"secret-{self._count:036d}"
