"""Words that an owner does not want: found in whole texts, and held back while a text comes piece by piece."""

from __future__ import annotations

import pytest
from answerback.core.blocked_words import BlockedWordFilter, BlockedWords
from hypothesis import given
from hypothesis import strategies as st

WORDS = ["casino", "kill switch", "도박", "Café", "賭博", "การพนัน"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A casino stands there.", "casino"),
        ("CASINO!", "casino"),
        ("ｃａｓｉｎｏ", "casino"),
        ("**casino**, _casino_", "casino"),
        ("_casino_", "casino"),
        ("casino에서 만나요", "casino"),
        ("ca\u200dsi\u00adno", "casino"),
        ("casinos and occasinos", None),
        ("casino2", None),
        ("The kill  \n switch", "kill switch"),
        ("to kill a switch", None),
        ("온라인도박은 위험합니다", "도박"),
        ("cafe\u0301", "Café"),
        ("cafe", None),
        ("那里有賭博場", "賭博"),
        ("เว็บการพนันออนไลน์", "การพนัน"),
        ("", None),
    ],
)
def test_blocked_words_are_found_as_words(text: str, found: str | None) -> None:
    assert BlockedWords(WORDS).first(text) == found


def test_empty_words_block_nothing() -> None:
    words = BlockedWords(["", " ", "\u200b"])
    assert words.first("anything at all") is None
    assert BlockedWordFilter(words).hear("anything") == "anything"


def heard(words: list[str], pieces: list[str]) -> tuple[str, BlockedWordFilter]:
    """What has passed of a text that came in pieces, and how it stands."""
    passing = BlockedWordFilter(BlockedWords(words))
    return "".join(passing.hear(piece) for piece in pieces), passing


@pytest.mark.parametrize(
    ("pieces", "passed"),
    [
        (["We have a ca", "sino", " here."], "We have a "),
        (["We have a ki", "ll sw", "itch."], "We have a "),
        (["온라인 도", "박은"], "온라인 "),
        (list("the casino stands"), "the "),
    ],
)
def test_no_part_of_a_blocked_word_is_streamed(pieces: list[str], passed: str) -> None:
    said, passing = heard(WORDS, pieces)
    assert passing.blocked
    assert said.strip() == passed.strip()


@pytest.mark.parametrize(
    "pieces", [["cas", "ino", "s are"], ["oc", "casino", "s"], ["to kill", " ", "a switch"], ["도", "로"]]
)
def test_false_start_of_a_word_is_released(pieces: list[str]) -> None:
    said, passing = heard(WORDS, pieces)
    assert not passing.blocked
    assert said + passing.held == "".join(pieces)


LETTERS = st.text(st.sampled_from("abAB 가나\u00ad_é\u0301\n"), max_size=30)
FEW = st.lists(st.text(st.sampled_from("ab 가é"), min_size=1, max_size=4), max_size=3)


@given(FEW, LETTERS, st.lists(st.integers(1, 5), max_size=30))
def test_no_split_streams_a_blocked_word(words: list[str], text: str, sizes: list[int]) -> None:
    pieces, rest = [], text
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    blocked = BlockedWords(words)
    said, passing = heard(words, [*pieces, rest])
    if passing.blocked:
        assert blocked.first(text) is not None
        assert (said + passing.held) == text[: len(said + passing.held)]
    else:
        assert said + passing.held == text
    assert blocked.passes("", said, text[len(said) :])
