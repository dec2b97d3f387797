"""Text is told from frame on the sixty pages of the bench, as well and as quickly as is promised."""

from __future__ import annotations

import statistics

from tests.bench.extraction.measuring import f1, measure, ours
from tests.bench.extraction.pages import pages


def test_sixty_pages_are_read_well_and_quickly() -> None:
    found = list(pages())
    figures = measure(ours, found)
    assert len({page.name for page in found}) == 60
    assert figures.median >= 0.99
    assert {name: value for name, value in figures.f1.items() if value < 0.95} == {}
    assert statistics.median(figures.milliseconds) <= 30


def test_f1_counts_each_word_as_often_as_it_stands() -> None:
    assert f1(["a", "b"], ["a", "b"]) == 1.0
    assert f1(["a", "b"], ["a", "a"]) == 0.5
    assert f1(["a"], ["b"]) == 0.0
