"""Quotes that hold, or are dropped."""

from __future__ import annotations

from answerback.core.answering import Passage, Source
from answerback.core.grounding.citations import holding, verify
from hypothesis import given
from hypothesis import strategies as st

CATS = Passage("Cats sleep a lot. Dogs bark at night.", "Animals", "https://a.example/cats", "Cats")
BREAD = Passage(
    "Bread costs “4 euros” today. It keeps for a week.\nSaturday\t7:00 to 12:30", "", "https://a.example/bread", "Bread"
)
PASSAGES = [CATS, BREAD]


def test_quotes_are_held_to_the_page_they_name() -> None:
    good = Source('bread costs  "4 euros"', BREAD.url, "Bread")
    row = Source("Saturday 7:00 to 12:30", BREAD.url, "Bread")
    wrong_page = Source("Cats sleep a lot.", BREAD.url, "Bread")
    made_up = Source("Bread costs 5 euros", BREAD.url, "Bread")
    held = holding([good, good, row, wrong_page, made_up], PASSAGES)
    assert [source.quote for source in held] == ["Bread costs “4 euros”", "Saturday\t7:00 to 12:30"]


def test_quotes_match_but_for_space_quotes_and_dashes() -> None:
    assert verify('bread  costs "4 EUROS"', BREAD.text) == "Bread costs “4 euros”"
    assert verify("bread costs 5", BREAD.text) is None
    assert verify("", BREAD.text) is None
    assert verify("1931-1952", "from 1931–1952 on") == "1931–1952"


@given(st.text(max_size=120), st.integers(0, 100), st.integers(1, 40))
def test_any_cut_of_a_text_is_found_in_it(text: str, start: int, size: int) -> None:
    piece = text[start : start + size]
    found = verify(piece, text)
    assert found is None or found in text
    if piece.strip() and piece.isascii() and piece.isprintable():
        assert found is not None
