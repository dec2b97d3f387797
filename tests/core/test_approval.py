"""What holds a comment, and what reasons come to."""

from __future__ import annotations

import pytest
from answerback.core.approval import (
    HOLD_AT,
    Reason,
    Rules,
    Standing,
    broken,
    decide,
    needs_standing,
    read,
    report_weight,
    suspicion,
    written,
)

DAY = 86_400_000
NEW, KNOWN = Standing(0, 0), Standing(1, 0)


def kinds(rules: Rules, body: str, standing: Standing | None = KNOWN) -> list[str]:
    found = broken(rules, body, standing)
    assert all(reason.verdict == "hold" for reason in found)
    return [reason.kind for reason in found]


def holding(*names: str, **more: object) -> Rules:
    return Rules(frozenset(names), **more)  # type: ignore[arg-type]  # what a test says of a rule


def test_nothing_is_held_without_rules() -> None:
    assert kinds(holding(), "https://a.example ![x](https://a.example/x.png) casino", NEW) == []


def test_everything_is_held_for_that_reason_alone() -> None:
    assert kinds(holding("all"), "casino https://a.example") == ["all"]


@pytest.mark.parametrize(
    ("standing", "more", "found"),
    [
        (NEW, {}, ["first"]),
        (KNOWN, {}, []),
        (Standing(2, 0), {"first_comments": 3}, ["new_author"]),
        (Standing(3, 0), {"first_comments": 3}, []),
        (Standing(0, 7 * DAY), {"first_days": 7}, []),
        (Standing(0, 7 * DAY - 1), {"first_days": 7}, ["first"]),
        (Standing(1, 0), {"first_days": 7}, []),
    ],
)
def test_new_authors_are_held(standing: Standing, more: dict[str, int], found: list[str]) -> None:
    rules = holding("first", **more)
    assert needs_standing(rules)
    assert kinds(rules, "Good bread.", standing) == found


def test_links_are_counted_as_readers_get_them() -> None:
    two = "https://a.example and [b](https://b.example), not `https://c.example` nor [here](/about)"
    assert broken(holding("links"), two, None) == [Reason("links", {"count": 2}, "hold")]
    assert kinds(holding("links", links=2), two) == ["links"]
    assert kinds(holding("links", links=3), two) == []


@pytest.mark.parametrize("body", ["![x](https://a.example/x)", "https://a.example/cat.JPG?w=2", "[x](/cat.webp)"])
def test_pictures_are_held(body: str) -> None:
    assert kinds(holding("pictures"), body) == ["pictures"]


def test_words_are_held_whatever_their_case() -> None:
    rules = holding("words", words=("casino", "카지노"))
    assert broken(rules, "The best CASINO!", None) == [Reason("words", {"word": "casino"}, "hold")]
    assert kinds(rules, "온라인 카지노에서") == ["words"]
    assert kinds(rules, "Casinos are elsewhere.") == []


def test_every_broken_rule_is_a_reason() -> None:
    rules = holding("first", "links", "words", words=("casino",))
    assert kinds(rules, "casino https://a.example", NEW) == ["first", "links", "words"]


def test_strictest_verdict_counts() -> None:
    assert decide([]) == "publish"
    assert decide([Reason("first", verdict="hold"), Reason("spam", verdict="reject")]) == "reject"
    assert decide([Reason("first", verdict="hold"), Reason("fast", weight=0.1)]) == "hold"


def test_weights_add_up_to_suspicion() -> None:
    below = [Reason("fast", weight=0.3), Reason("links", weight=0.2)]
    assert suspicion(below) == pytest.approx(0.44)
    assert suspicion(below) < HOLD_AT
    assert decide(below) == "publish"
    assert decide([*below, Reason("repeated", weight=0.2)]) == "hold"
    assert suspicion([Reason("odd", weight=7)]) == 1


def test_reasons_are_kept_whole() -> None:
    reasons = [Reason("words", {"word": "“x”"}, "hold"), Reason("fast", {"seconds": 0.4}, weight=0.25)]
    assert read(written(reasons)) == reasons


def test_reporters_weigh_by_what_became_of_their_reports() -> None:
    assert report_weight(0, 0) == 1
    assert 1 < report_weight(3, 0) < report_weight(20, 0) <= 2
    assert 0.2 <= report_weight(0, 20) < report_weight(0, 3) < 1
