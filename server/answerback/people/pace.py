"""How many of something one address begins in a minute: a few are people, hundreds are a program."""

from __future__ import annotations

from ..errors import LimitReached
from ..seams import Clock

KEPT = 10_000


class Pace:
    """Counts in this process, by keyed address."""

    def __init__(self, clock: Clock, a_minute: int) -> None:
        self._clock = clock
        self._most = a_minute
        self._begun: dict[str, list[int]] = {}

    def step(self, key: str) -> None:
        """Count one more. Raises LimitReached (`too_many_requests`) when there have been enough."""
        now = self._clock.now()
        recent = [moment for moment in self._begun.get(key, []) if now - moment < 60_000]
        if len(recent) >= self._most:
            raise LimitReached("too_many_requests", retry_after=60 - (now - recent[0]) // 1000)
        if len(self._begun) > KEPT:
            self._begun = {known: moments for known, moments in self._begun.items() if now - moments[-1] < 60_000}
        self._begun[key] = [*recent, now]
