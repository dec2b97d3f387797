"""Work that leaves room for visitors."""

from __future__ import annotations

import time

from answerback.priority import at_half_speed


def test_half_speed_pauses_as_long_as_it_has_worked() -> None:
    told: list[tuple[str, int]] = []
    report = at_half_speed(lambda step, done: told.append((step, done)))
    begun, worked = time.monotonic(), 0.0
    for number in range(5):
        start = time.monotonic()
        while time.monotonic() < start + 0.004:
            pass
        worked += time.monotonic() - start
        report("Copying", number)
    assert told == [("Copying", number) for number in range(5)]
    assert time.monotonic() - begun >= 2 * worked
