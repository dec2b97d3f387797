"""Where sentences end."""

from __future__ import annotations

import time

import pytest
from answerback.core.grounding.sentences import sentences
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Berg baked. She left.", ["Dr. Berg baked.", "She left."]),
        ("It costs 4.20 euros. It keeps well.", ["It costs 4.20 euros.", "It keeps well."]),
        ("He met J. R. Smith in the U.S. Senate. It rained.", ["He met J. R. Smith in the U.S. Senate.", "It rained."]),
        ("They moved to the U.S. The move was hard.", ["They moved to the U.S.", "The move was hard."]),
        ("Open at 7 a.m. on weekdays. Closed else.", ["Open at 7 a.m. on weekdays.", "Closed else."]),
        ('"Is it open?" she asked. Nobody knew.', ['"Is it open?"', "she asked.", "Nobody knew."]),
        ("It grew.[12] Then it shrank.[3]", ["It grew.[12]", "Then it shrank.[3]"]),
        ("The trip (see fig. 2. and map) is long. Go.", ["The trip (see fig. 2. and map) is long.", "Go."]),
        ("빵은 4,500원입니다. 월요일은 쉬어요.", ["빵은 4,500원입니다.", "월요일은 쉬어요."]),
        ("문을 엽니다.일요일은 쉽니다.", ["문을 엽니다.", "일요일은 쉽니다."]),
        ("3.5킬로미터를 걷는다. 두 시간이 걸린다.", ["3.5킬로미터를 걷는다.", "두 시간이 걸린다."]),
        ("그는 「가자. 어서.」라고 했다. 모두 갔다.", ["그는 「가자. 어서.」라고 했다.", "모두 갔다."]),
        ("今日は晴れ。明日は？雨です。", ["今日は晴れ。", "明日は？", "雨です。"]),
        ("1. Mix the flour. 2. Wait.", ["1. Mix the flour.", "2.", "Wait."]),
        ("Day\tHours\nSaturday\t7:00 to 12:30", ["Day\tHours", "Saturday\t7:00 to 12:30"]),
        ("Wait... what? Yes!", ["Wait... what?", "Yes!"]),
        ("", []),
    ],
)
def test_sentence_ends_are_found(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(max_size=300))
def test_splitting_loses_and_adds_nothing(text: str) -> None:
    joined = "".join("".join(sentences(text)).split())
    assert joined == "".join(text.split())
    for sentence in sentences(text):
        assert sentence in text


@pytest.mark.parametrize("unit", [".", "(", "a.", "A. ", "(a. ", "1.", "。", "「가.", "e.g. ", '." '])
def test_long_runs_of_marks_are_fast(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    begun = time.process_time()
    sentences(text)
    assert time.process_time() - begun < 0.1
