"""What a question means where and when it is asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from answerback.core.answering import Passage
from answerback.core.grounding.judging import may_judge
from answerback.core.grounding.passages import Block, split
from answerback.core.grounding.quoting import best_quotes
from answerback.core.grounding.scoring import asked_part
from answerback.core.grounding.situation import context_of
from answerback.core.grounding.spelling import corrected
from answerback.core.grounding.terms import terms

SUNDAY = datetime(2026, 11, 29, 12, tzinfo=UTC)
SHOP = split(
    [
        Block("The Marlin weighs 9.4 kg without pedals.", ("Shop", "Marlin")),
        Block("The Packhorse weighs 34 kg without its battery.", ("Shop", "Packhorse")),
        Block("Tuesday\t9:00–18:00", ("Shop", "Opening hours")),
        Block("Sunday\t11:00–15:00", ("Shop", "Opening hours")),
    ],
    url="https://a.example/",
    title="Shop",
)


@pytest.mark.parametrize("question", ["And how much does it weigh?", "What about its weight?"])
def test_follow_up_is_searched_with_the_question_before(question: str) -> None:
    context = context_of(question, ["Is the Packhorse good?"], SUNDAY)
    assert best_quotes(question, SHOP, 1, context=context).quotes[0].text == SHOP[1].text


def test_question_that_stands_alone_is_searched_alone() -> None:
    assert context_of("How much does the Marlin weigh without pedals?", ["Do you sell helmets?"], SUNDAY) == ""


@pytest.mark.parametrize(("question", "day"), [("Are you open today?", "Sunday"), ("Open today?", "Sunday")])
def test_today_is_a_day_of_the_week(question: str, day: str) -> None:
    found = best_quotes(question, SHOP, 1, context=context_of(question, [], SUNDAY)).quotes[0]
    assert day in found.text


@pytest.mark.parametrize(
    ("question", "word"), [("오늘 여나요?", "일요일"), ("明日は開いていますか？", "月曜"), ("今天开门吗？", "周日")]
)
def test_days_are_named_in_each_language(question: str, word: str) -> None:
    assert word in context_of(question, [], SUNDAY).split()


def test_long_paste_is_searched_for_by_its_question() -> None:
    paste = "at frame() in module.py, line 12\n" * 100
    assert asked_part(f"{paste}Why does the pump stop?").endswith("Why does the pump stop?")
    assert asked_part(f"{paste}It stops and I cannot restart it").endswith("cannot restart it")
    assert asked_part(f"My pump stops\n{paste}").startswith("My pump stops")


@pytest.mark.parametrize(
    ("word", "meant"), [("verison", "version"), ("cancle", "cancel"), ("soliciter", "solicitor"), ("에약하", "예약하")]
)
def test_misspelt_words_are_understood(word: str, meant: str) -> None:
    assert corrected(word, ["person", meant, "house"]) == {meant}


def test_short_words_and_numbers_are_taken_as_they_are() -> None:
    assert corrected("cat", ["car", "cut"]) == frozenset()
    assert corrected("2025", ["2026"]) == frozenset()


def test_names_of_code_are_found_by_their_words() -> None:
    assert set(terms("PoolExhausted")) >= set(terms("pool exhausted"))
    assert terms("Größe") == terms("grosse") and terms("café") == terms("cafe")


@pytest.mark.parametrize(
    ("question", "judged"),
    [
        ("How much does it weigh?", True),
        ("Summarise this page", False),
        ("이 글 요약해 줘", False),
        ("무게가 얼마예요?", False),
        ("Wie schwer ist das Rad?", False),
        ("¿Cuánto pesa la bicicleta?", False),
    ],
)
def test_words_judge_only_what_they_can(question: str, judged: bool) -> None:
    assert may_judge(question, SHOP) is judged
    assert not may_judge(question, list[Passage]())
