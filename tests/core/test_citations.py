"""Sources that hold, or are dropped."""

from __future__ import annotations

import time

import pytest
from answerback.core.answering import Passage, Source
from answerback.core.grounding.citations import MOST_SOURCES, cited_sources, holding, says_unsupported, verify
from hypothesis import given
from hypothesis import strategies as st

CATS = Passage("Cats sleep a lot. Dogs bark at night.", "Animals", "https://a.example/cats", "Cats")
BREAD = Passage(
    "Bread costs “4 euros” today. It keeps for a week.\nSaturday\t7:00 to 12:30", "", "https://a.example/bread", "Bread"
)
PASSAGES = [CATS, BREAD]


def test_markers_are_renumbered_in_the_order_of_the_answer() -> None:
    text, sources = cited_sources("It costs 4 euros [2]. Cats sleep [1]. It keeps a week [2].", PASSAGES)
    assert text == "It costs 4 euros [1]. Cats sleep [2]. It keeps a week [3]."
    assert [source.quote for source in sources] == [
        "Bread costs “4 euros” today.", "Cats sleep a lot.", "It keeps for a week.",
    ]  # fmt: skip
    assert sources[1].url == CATS.url


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Cats sleep a lot [1][9].", "Cats sleep a lot [1]."),
        ("Cats sleep a lot [1, 2].", "Cats sleep a lot [1][2]."),
        ("Cats sleep a lot 【1】.", "Cats sleep a lot [1]."),
        ("Cats sleep a lot [7].", "Cats sleep a lot."),
        ("Cats sleep a lot [1-2].", "Cats sleep a lot [1][2]."),
        ("Cats sleep a lot [1–99].", "Cats sleep a lot [1][2]."),
        ("Cats sleep a lot [passage 1] (Passage 2).", "Cats sleep a lot [1] (Passage 2)."),
        ("Cats sleep a lot [Passages 1, 2].", "Cats sleep a lot [1][2]."),
        ("The page does not say where cats sleep [1].", "The page does not say where cats sleep."),
        (
            "The page does not say where, but cats sleep a lot [1].",
            "The page does not say where, but cats sleep a lot [1].",
        ),
        (
            "이 페이지에는 고양이가 어디서 자는지 나와 있지 않습니다 [1].",
            "이 페이지에는 고양이가 어디서 자는지 나와 있지 않습니다.",
        ),
        ("The site does not give refunds for cats [1].", "The site does not give refunds for cats [1]."),
        (
            "이 사이트에서는 고양이를 예약할 필요가 없습니다 [1].",
            "이 사이트에서는 고양이를 예약할 필요가 없습니다 [1].",
        ),
        ("Cats sleep a lot [1]. The page does not say why. [1]", "Cats sleep a lot [1]. The page does not say why."),
        ("Cats sleep a lot, `rows [1]` too [1].", "Cats sleep a lot, `rows [1]` too [1]."),
        ("See [1](https://b.example/) [1].", "See [1](https://b.example/) [1]."),
    ],
)
def test_all_marker_forms_are_read(said: str, shown: str) -> None:
    assert cited_sources(said, PASSAGES)[0] == shown


def test_not_on_the_page_answers_have_no_sources() -> None:
    for text in (
        "The page does not say how much bread costs today.",
        "The passages don't mention whether cats sleep a lot.",
        "이 페이지에는 고양이 이야기가 나와 있지 않아요.",
        "There is no information on the page about how much bread costs today.",
        "The page has no mention of whether cats sleep a lot.",
        "It isn't mentioned whether cats sleep a lot.",
        "I could not find in the passages whether cats sleep a lot.",
        "제공된 내용에는 고양이에 대한 언급이 없습니다.",
        "고양이가 자는 시간에 대한 정보를 찾을 수 없습니다.",
        "このページには猫がよく眠るかどうかは記載されていません。",
        "页面上没有提到猫睡多久。",
    ):
        assert says_unsupported(text)
        assert cited_sources(text, PASSAGES)[1] == ()


def test_unrelated_answers_have_no_sources() -> None:
    assert cited_sources("Paris is the capital of France.", PASSAGES) == ("Paris is the capital of France.", ())


def test_quoted_words_must_be_on_the_page() -> None:
    _, sources = cited_sources('It says "dogs bark at night" and "dogs bark all day long".', PASSAGES)
    assert [source.quote for source in sources] == ["Dogs bark at night"]


def test_number_of_sources_is_limited() -> None:
    many = [Passage(f"Fact number {n} stands here alone.", "", f"https://a.example/{n}", "t") for n in range(1, 10)]
    _, sources = cited_sources(" ".join(f"Fact {n} [{n}]." for n in range(1, 10)), many)
    assert len(sources) == MOST_SOURCES


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


@given(st.text(alphabet='[]12, ab`"“”.\n', max_size=200))
def test_every_marker_that_is_shown_has_its_source(text: str) -> None:
    shown, sources = cited_sources(text, PASSAGES)
    assert len(sources) <= MOST_SOURCES
    assert all(source.quote in CATS.text or source.quote in BREAD.text for source in sources)
    assert len(shown) <= len(text) + 4 * MOST_SOURCES * (1 + text.count("["))


@pytest.mark.parametrize("unit", ["[1]", "[1, 1, 1]", '"', "“a", "`", "```", "[", "the page ", "페이지 "])
def test_hostile_answers_are_checked_fast(unit: str) -> None:
    text = (unit * 8_000)[:8_000]
    begun = time.process_time()
    cited_sources(text, PASSAGES)
    assert time.process_time() - begun < 0.1
