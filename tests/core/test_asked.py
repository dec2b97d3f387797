"""Whether two questions ask the same: a wrong answer offered is worse than none."""

from __future__ import annotations

import pytest
from answerback.core.grounding.similarity import THRESHOLD, question_terms, sameness

RARE = 6.0
"""What a word weighs on a site where few questions have it, beside one of those that many have."""


def alike(one: str, other: str, common: str) -> float:
    """How alike two questions are on a site on which many questions have the words of `common`."""
    often = set(question_terms(common))
    return sameness(question_terms(one), question_terms(other), lambda term: 0.5 if term in often else RARE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do you deliver wedding cakes to Potsdam on Monday?", "Do you deliver wedding cakes to Potsdam on Friday?"),
        ("Do you deliver wedding cakes to Potsdam?", "Do you deliver wedding cakes to Potsdam on Sundays?"),
        ("Is the ferry faster than the train?", "Is the train faster than the ferry?"),
        ("Where does the bus to the airport leave?", "Where does the bus from the airport leave?"),
        ("Does the premium plan include support by phone?", "Does the premium plan include support by mail?"),
        ("How do I start the print server in the background?", "How do I stop the print server in the background?"),
        ("Is the small hall heated in winter?", "Is the small hall heated in summer?"),
        ("Can two people share one cabin with a window?", "Can three people share one cabin with a window?"),
        ("Can I pay the deposit by card?", "Can't I pay the deposit by card?"),
        ("서울에서 부산까지 얼마나 걸려요?", "부산에서 서울까지 얼마나 걸려요?"),
        ("무료 요금제에 전화 상담이 포함되나요?", "유료 요금제에 전화 상담이 포함되나요?"),
        ("회의실 예약은 하루 전에 해야 하나요?", "회의실 예약은 이틀 전에 해야 하나요?"),
        ("제주도 매장에 휠체어로 들어갈 수 있나요?", "제주도 매장에 토요일에 휠체어로 들어갈 수 있나요?"),
        ("호텔 조식 뷔페는 오전에 여나요?", "호텔 조식 뷔페는 오후에 여나요?"),
    ],
)
def test_different_questions_do_not_match(one: str, other: str) -> None:
    differing = " ".join(set(one.rstrip("?").split()) ^ set(other.rstrip("?").split()))
    assert alike(one, other, common=differing) < THRESHOLD
    assert alike(other, one, common=differing) < THRESHOLD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I cancel my order?", "Please tell me how I can cancel my order."),
        ("How much does a loaf of rye bread cost?", "What does a loaf of rye bread cost?"),
        ("Are you open on Sunday?", "Are you open on Sundays?"),
        ("Which bus goes from the harbour to the airport?", "Which bus goes to the airport from the harbour?"),
        ("호밀빵 가격이 얼마예요?", "호밀빵의 가격은 얼마인가요?"),
        ("서울에서 부산까지 얼마나 걸려요?", "부산까지 서울에서 얼마나 걸려요?"),
    ],
)
def test_rephrased_questions_match(one: str, other: str) -> None:
    assert alike(one, other, common="") >= THRESHOLD
