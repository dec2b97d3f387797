"""What is told as what the page says: nearly no wrong answer, nearly every right one."""

from __future__ import annotations

import pytest

from tests.bench.judged import Judged, judged

ALL = [each for lang in ("en", "ko") for each in judged(lang)]
MOST_WRONG, LEAST_RIGHT = 0.05, 0.85


def share(answers: list[Judged]) -> float:
    return sum(each.passes for each in answers) / len(answers)


@pytest.mark.parametrize("tuned", [True, False])
def test_wrong_answers_do_not_pass_and_right_ones_do(tuned: bool) -> None:
    answers = [each for each in ALL if each.tuned is tuned]
    assert share([each for each in answers if each.kind not in ("right", "refusal")]) <= MOST_WRONG
    assert share([each for each in answers if each.kind == "right"]) >= LEAST_RIGHT


def test_refusals_are_known_as_such() -> None:
    refusals = [each for each in ALL if each.kind == "refusal"]
    assert [each.text for each in refusals if each.review().reason != "refused"] == []


@pytest.mark.parametrize("kind", ["echo", "repeats", "marker", "language", "cut", "tokens"])
def test_what_is_no_answer_never_passes(kind: str) -> None:
    found = [each for each in ALL if each.kind == kind]
    assert found and not any(each.passes for each in found)
