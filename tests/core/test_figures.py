"""Times in words are the times that pages write in figures."""

from __future__ import annotations

import time

import pytest
from answerback.core.languages.figures import CLOCK, figures


def minutes(text: str) -> list[list[int]]:
    """Each time of a text, in minutes since midnight; two where it may be before noon or after it."""
    return [sorted(map(int, figure.values)) for figure in figures(text) if figure.unit == CLOCK]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("at half past seven", [[450, 1170]]),
        ("half past seven in the evening", [[450, 1170]]),
        ("a quarter to nine", [[525, 1245]]),
        ("a quarter past 12", [[735]]),
        ("a quarter to one", [[765]]),
        ("5 minutes past 3", [[185, 905]]),
        ("seven o'clock", [[420, 1140]]),
        ("at 7 o’clock pm", [[1140]]),
        ("from noon to midnight", [[720], [0]]),
        ("오후 7시 반", [[1170]]),
        ("일곱 시 반에", [[450, 1170]]),
        ("열두 시", [[720]]),
        ("정오", [[720]]),
        ("7시간", []),
        ("두 시간", []),
        ("from ten to twelve", []),
    ],
)
def test_times_in_words(text: str, times: list[list[int]]) -> None:
    assert minutes(text) == times


@pytest.mark.parametrize("unit", ["7시 ", "noon ", "half past 7 ", "1 "])
def test_many_times_are_read_in_linear_time(unit: str) -> None:
    figures(unit)
    begun = time.process_time()
    figures((unit * 8_000)[:8_000])
    assert time.process_time() - begun < 0.2
