"""Passages that a model has told to be near a question or far from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from answerback.core.grounding.judging import ANSWERED, SURE, may_judge
from answerback.core.grounding.passages import Passage
from answerback.core.grounding.quoting import Quote, as_many_as_help, best_quotes
from answerback.core.grounding.ranking import choose, preselect
from answerback.core.grounding.scoring import nearness

PETS = Passage("Dogs are welcome on the open deck.", "Ferry › On board", "/ferry", "Ferry")
FARES = Passage("A car with its driver pays 14.50 euros each way.", "Ferry › Fares", "/ferry", "Ferry")
TIMES = Passage("The last boat of the day sails at 21:30 in summer.", "Ferry › Timetable", "/ferry", "Ferry")
KOREAN = Passage(
    "오븐을 220도로 예열하세요. 25분 동안 구우세요. 노릇해지면 꺼내세요.", "포카치아", "/focaccia", "포카치아"
)
OTHER = Passage("밀가루와 물을 섞고 밤새 냉장고에 두세요. 소금을 뿌리세요.", "포카치아", "/focaccia", "포카치아")
HAMSTER = "May my hamster come along?"


def near(passage: Passage, likeness: float) -> Passage:
    return replace(passage, likeness=likeness)


def quoted(question: str, *passages: Passage) -> str:
    found = best_quotes(question, passages, 3, home=passages[0].url)
    return found.quotes[0].text if found.quotes else ""


def test_passage_without_a_word_of_the_question_is_found() -> None:
    assert quoted(HAMSTER, PETS, FARES, TIMES) == ""
    assert quoted(HAMSTER, near(FARES, -1.0), near(PETS, 0.9), near(TIMES, -1.1)) == PETS.text


def test_words_still_count_beside_meaning() -> None:
    asked = "What does a car with its driver pay each way?"
    assert quoted(asked, near(PETS, 0.6), near(FARES, 0.5), near(TIMES, -1.0)) == FARES.text


def test_meaning_tells_whether_there_is_an_answer() -> None:
    asked = "When does the last boat sail?"
    sure = best_quotes(asked, [near(TIMES, 1.5), near(FARES, -0.5)], 3)
    far = best_quotes("Who won the boat race of the year?", [near(TIMES, -1.4), near(FARES, -1.5)], 3)
    assert sure.certainty >= SURE
    assert far.certainty < ANSWERED


def test_question_in_another_language_gets_the_whole_passage() -> None:
    asked = "How hot must the oven be?"
    found = best_quotes(asked, [near(OTHER, -0.8), near(KOREAN, 0.2)], 3)
    assert found.quotes[0].text == KOREAN.text
    assert found.certainty >= ANSWERED
    assert best_quotes(asked, [near(OTHER, -1.6), near(KOREAN, -1.5)], 3).certainty < ANSWERED


def test_meaning_judges_where_words_cannot() -> None:
    assert not may_judge("How hot must the oven be?", [KOREAN])
    assert may_judge("How hot must the oven be?", [near(KOREAN, 0.2)])


def test_nearest_passage_is_chosen_for_a_small_budget() -> None:
    passages = [near(replace(FARES, text=f"{FARES.text} {number}."), -1.0) for number in range(40)]
    chosen = choose(HAMSTER, [*passages, near(PETS, 1.0)], 60)
    assert near(PETS, 1.0) in chosen


def test_long_page_is_looked_through_by_meaning_too() -> None:
    passages = [
        near(replace(FARES, text=f"My {number} hamster cages cost {number} euros."), -1.0) for number in range(200)
    ]
    assert near(PETS, 1.0) in preselect(HAMSTER, [*passages, near(PETS, 1.0)])


def test_nearness_is_measured_by_the_spread() -> None:
    assert nearness([None, None]) == [0.0, 0.0]
    wide, narrow = nearness([2.0, 0.0, -2.0]), nearness([1.0, 0.0, -1.0])
    assert wide == pytest.approx(narrow)
    most, unknown, least = nearness([1.0, None, -1.0])
    assert most == 1.0 and least < unknown < most


@pytest.mark.parametrize(
    ("scores", "shown"), [([9, 5, 4], 1), ([9, 8.8, 4], 2), ([9, 8.9, 8.8], 3), ([9] * 6, 1), ([], 0)]
)
def test_as_many_quotes_are_shown_as_help(scores: list[float], shown: int) -> None:
    assert len(as_many_as_help([Quote("", PETS, score) for score in scores], 3)) == shown
