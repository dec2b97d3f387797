"""The filter that learns: what it knows at first, what a decision changes, and that it takes no more space."""

from __future__ import annotations

import pytest
from answerback.core.spam.reading import read
from answerback.core.spam.text_filter import MOST, TextFilter

SPAM = [
    "Check out my new channel, I post daily!",
    "Earn $500 a day from home, visit https://money.example now",
    "카지노 먹튀 없는 곳, 카톡으로 문의 주세요",
    "代开发票，加微信 12345678",
    "副業で稼げる方法はこちらから、無料登録してください",
    "Лучшее казино, заходи: http://casino.example",
]
GOOD = [
    "When does the bakery open on Sundays?",
    "I tried the recipe with rye flour and it rose much better.",
    "일요일에도 문을 여나요?",
    "日曜日は開いていますか。",
    "这家面包店星期天开门吗？",
    "The second paragraph contradicts the first one.",
]


@pytest.mark.parametrize("text", SPAM)
def test_a_new_filter_suspects_promotion(text: str) -> None:
    assert TextFilter().log_odds(read(text)) > 0


@pytest.mark.parametrize("text", GOOD)
def test_a_new_filter_lets_talk_pass(text: str) -> None:
    assert TextFilter().log_odds(read(text)) < -0.5


def test_decisions_teach() -> None:
    filter, text = TextFilter(), read("Zumindest der Mops von nebenan frisst lieber Karotten")
    before = filter.log_odds(text)
    assert filter.learn(text, spam=True)
    assert filter.log_odds(text) > before
    similar = read("Der Mops von drüben frisst lieber Karotten")
    assert filter.log_odds(similar) > TextFilter().log_odds(similar)


def test_not_spam_undoes_a_lesson() -> None:
    filter, text = TextFilter(), read("Our new sourdough starter kit is on the site")
    for _ in range(3):
        filter.learn(text, spam=True)
    assert filter.log_odds(text) > 0
    for _ in range(3):
        filter.learn(text, spam=False)
    assert filter.log_odds(text) < 0


def test_a_clear_case_teaches_nothing() -> None:
    filter = TextFilter()
    text = read("Subscribe to my channel https://a.example https://b.example free casino bonus, call +44 20 7946 0958")
    assert not filter.learn(text, spam=True)
    assert filter.pack() == TextFilter().pack()


def test_a_filter_comes_back_from_its_bytes() -> None:
    filter = TextFilter()
    for text in SPAM:
        filter.learn(read(text), spam=True)
    for text in GOOD:
        filter.learn(read(text), spam=False)
    again = TextFilter(filter.pack())
    assert [again.log_odds(read(text)) for text in SPAM + GOOD] == [filter.log_odds(read(text)) for text in SPAM + GOOD]


def test_a_filter_keeps_its_size_and_bounds() -> None:
    filter = TextFilter()
    for number in range(400):
        filter.learn(read(f"word{number} other{number} again{number}"), spam=number % 2 == 0)
    assert len(filter.pack()) < 400_000
    for _ in range(400):
        filter.learn(read("the very same words"), spam=True)
    assert filter.log_odds(read("the very same words")) <= MOST


def test_a_verdict_names_what_it_rests_on() -> None:
    filter = TextFilter()
    for _ in range(3):
        filter.learn(read("The zorblatt shoes are here"), spam=True)
        filter.learn(read("I walked here in old shoes"), spam=False)
    assert "zorblatt" in " ".join(filter.because(read("zorblatt for everyone")))
    assert filter.because(read("look: https://pills.example")) == ["pills.example"]
    assert filter.because(read("Check out my channel, free casino")) == ["check out", "my channel", "free"]
    assert filter.because(read("When does it open?")) == []
