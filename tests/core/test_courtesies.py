"""Greetings and thanks are no questions, in each language."""

from __future__ import annotations

import time

import pytest
from answerback.core.comments import wants_answer
from answerback.core.courtesies import is_courtesy


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!", "Thank you so much for the quick reply!", "Hi", "Hello?", "hi all", "How are you?", "OK thanks",
        "👍",        "Thank you 🙏🙏", "You’re welcome!", "Thanks for the great article!!", "@ai thanks",
        "안녕하세요?", "감사합니다^^",        "정말 감사합니다 ㅎㅎ", "네 감사합니다!", "좋은 글 감사합니다",
        "ありがとうございます！", "とても助かりました。ありがとうございます",
        "谢谢！", "非常感谢您的帮助", "Vielen Dank für die Hilfe", "Merci beaucoup pour votre aide !",
        "gracias", "спасибо",
    ],
)  # fmt: skip
def test_courtesies_are_told(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Thanks, how do I install it?", "Hello, what does it cost?", "price?", "thanks to your guide my site works",
        "nice hotel?", "Is it a great guide?", "good night hotel prices", "you", "help", "is it ok?",
        "the answer is 42",
        "감사합니다 그런데 배송은 언제 되나요", "안녕하세요 환불하고 싶어요",
        "ありがとう。料金は？", "谢谢,多少钱", "네트워크",
    ],
)  # fmt: skip
def test_what_says_more_is_no_courtesy(text: str) -> None:
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    ("rule", "ask"), [("always", None), ("questions", None), ("drafts", None), ("questions", True)]
)
def test_courtesies_get_no_answer_in_a_thread(rule: str, ask: bool | None) -> None:
    assert wants_answer(rule, ask, "How are you?") == "no"
    assert wants_answer(rule, ask, "@ai Thanks!") == "no"


def test_telling_is_fast() -> None:
    begun = time.process_time()
    for unit in ("thanks ", "감사", "谢", "a", "'-"):
        is_courtesy((unit * 200)[:200])
    assert time.process_time() - begun < 0.2
