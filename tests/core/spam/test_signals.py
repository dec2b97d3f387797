"""Signals add up to a verdict that can be explained."""

from __future__ import annotations

from typing import Any

import pytest
from answerback.core.spam.forms import FormTime
from answerback.core.spam.signals import HOLD, Evidence, History, Opinion, Repeats, probability, weigh

SIGNED = FormTime("signed", 30_000)
TALK, PROMOTION = -2.0, 1.5


def verdict(log_odds: float = TALK, **seen: Any) -> float:
    given: dict[str, Any] = {"log_odds": log_odds, "form": SIGNED} | seen
    return probability(weigh(Evidence(**given)))


@pytest.mark.parametrize(
    "seen",
    [
        {},
        {"form": FormTime("missing")},
        {"form": FormTime("signed", 300)},
        {"address": History(recent=20)},
        {"repeats": Repeats(times=2, pages=2, sites=1)},
        {"links": 3},
        {"work": "missing"},
        {"author": History(spam=1)},
    ],
)
def test_no_single_accident_holds_a_comment(seen: dict[str, Any]) -> None:
    assert verdict(**seen) < HOLD


@pytest.mark.parametrize(
    "seen",
    [
        {"trapped": True},
        {"repeats": Repeats(times=3, pages=3, sites=1, spam=1)},
        {"repeats": Repeats(times=40, pages=12, sites=3)},
        {"listed": (("pills.example", "pharma"),)},
        {"akismet": Opinion(spam=True, sure=True)},
        {"form": FormTime("missing"), "address": History(recent=12, spam=3)},
    ],
)
def test_what_nobody_does_by_accident_holds_it(seen: dict[str, Any]) -> None:
    assert verdict(**seen) >= HOLD


def test_weak_signals_add_up() -> None:
    assert verdict(PROMOTION) < HOLD
    assert verdict(PROMOTION, form=FormTime("signed", 300)) >= HOLD
    assert verdict(PROMOTION, repeats=Repeats(times=3, pages=3, sites=1)) >= HOLD


def test_a_known_author_is_believed() -> None:
    assert verdict(PROMOTION, author=History(published=12)) < 0.5
    assert verdict(PROMOTION, author=History(published=12, spam=2)) >= HOLD


def test_others_opinions_count() -> None:
    assert verdict(PROMOTION, model=Opinion(spam=True)) >= HOLD
    assert verdict(PROMOTION, model=Opinion(spam=False)) < 0.5
    assert verdict(PROMOTION, akismet=Opinion(spam=False)) < verdict(PROMOTION)


def test_signals_come_by_weight_and_say_why() -> None:
    signals = weigh(
        Evidence(log_odds=2.5, because=("casino", "pills"), links=2, repeats=Repeats(times=3, pages=3, sites=2))
    )
    assert [signal.name for signal in signals] == ["repeated", "text", "form_missing", "links"]
    assert signals[0].details == {"count": 3, "pages": 3, "sites": 2}
    assert signals[1].figures == {"weight": 2.5, "words": "“casino”, “pills”"}
    assert signals[0].figures == {"weight": 3.0, "count": 3, "pages": 3, "sites": 2}


def test_what_was_called_good_before_passes() -> None:
    assert verdict(PROMOTION, repeats=Repeats(times=3, pages=3, sites=1, good=1)) < HOLD


def test_probabilities_stay_within_bounds() -> None:
    everything = weigh(
        Evidence(
            log_odds=6,
            links=50,
            form=FormTime("forged"),
            trapped=True,
            author=History(spam=20, held=20, recent=20),
            address=History(spam=20, held=20, recent=20),
            repeats=Repeats(20, 20, 20, 20),
            work="missing",
            listed=(("a.example", "one"),),
            akismet=Opinion(spam=True, sure=True),
            model=Opinion(spam=True),
        )
    )
    assert 0.999 < probability(everything) <= 1
    assert probability([]) == 0.5
