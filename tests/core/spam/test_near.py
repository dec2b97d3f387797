"""Copies of a text are found, changed a little or not; what many people say is not one."""

from __future__ import annotations

import itertools
import time

import pytest
from answerback.core.spam.near import PRINTS, SAME, prints

TEXTS = [
    "I have been looking for an honest lender for months, and Mr Harrison gave me a loan of 50,000 within two days.",
    "저는 석 달 동안 정직한 대출 업체를 찾고 있었는데 김 부장님이 이틀 만에 오천만 원을 빌려주셨어요. 정말 감사합니다.",
    "私は三か月間正直な貸し手を探していましたが、田中さんが二日で五百万円を貸してくれました。本当に感謝しています。",
    "The bread was wonderful, but the queue in front of the shop was so long that half of us gave up in the end.",
    "Does anybody know whether the lighthouse can be visited in winter, and whether children need a ticket?",
]


def shared(one: str, other: str) -> int:
    return len(set(prints(one)) & set(prints(other)))


@pytest.mark.parametrize("text", TEXTS)
def test_a_copy_has_the_same_prints(text: str) -> None:
    assert len(prints(text)) == PRINTS
    assert shared(text, text) == PRINTS
    assert shared(text, f"  {text.upper()}!!! https://other.example/123 ".replace("50,000", "70.000")) == PRINTS


@pytest.mark.parametrize("text", TEXTS)
def test_a_changed_copy_is_found(text: str) -> None:
    assert shared(text, "Hello! " + text) >= SAME
    assert shared(text, text[: len(text) * 9 // 10] + "ok") >= SAME
    assert shared(text, text.replace("Mr Harrison", "Mrs Lopez").replace("김 부장님", "박 과장님")) >= SAME


def test_other_texts_share_no_prints() -> None:
    for one, other in itertools.combinations(TEXTS, 2):
        assert shared(one, other) == 0


@pytest.mark.parametrize("text", ["", "Thank you!", "Great post, thanks!", "감사합니다", "👍" * 50, "1234567890" * 9])
def test_what_many_say_has_no_prints(text: str) -> None:
    assert prints(text) == ()


def test_prints_of_a_long_text_come_quickly() -> None:
    begun = time.process_time()
    prints("".join(chr(0xAC00 + number % 11_000) for number in range(5_000)))
    assert time.process_time() - begun < 0.05
