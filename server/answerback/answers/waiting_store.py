"""The queue's length and age, for monitoring."""

from __future__ import annotations

from dataclasses import dataclass

from ..db.work import Work, many


@dataclass(frozen=True, slots=True)
class Waiting:
    """The queue of all processes at one time."""

    queued: int
    streaming: int
    oldest_ms: int
    """For how long the oldest has been due."""


def waiting_answers(now: int) -> Work[Waiting]:
    """The numbers of queued and running answers, and the age of the oldest."""
    rows = yield many(
        """SELECT state, COUNT(*) AS count, MIN(due_at) AS oldest FROM answers
        WHERE state IN ('queued', 'streaming') GROUP BY state"""
    )
    found = {row["state"]: row for row in rows}
    count = {state: found[state]["count"] if state in found else 0 for state in ("queued", "streaming")}
    oldest = max(0, now - found["queued"]["oldest"]) if count["queued"] else 0
    return Waiting(count["queued"], count["streaming"], oldest)
