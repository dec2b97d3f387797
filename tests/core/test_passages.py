"""Pages in passages."""

from __future__ import annotations

from answerback.core.grounding.passages import MOST, TEXT_LIMIT, Block, split
from hypothesis import given, settings
from hypothesis import strategies as st


def test_short_blocks_are_joined_under_their_heading() -> None:
    found = split(
        [Block("One.", ("A",)), Block("Two.", ("A",)), Block("Three.", ("A", "B"))], url="https://a.example/", title="T"
    )
    assert [(passage.text, passage.heading) for passage in found] == [("One.\nTwo.", "A"), ("Three.", "A › B")]
    assert {passage.title for passage in found} == {"T"}


def test_long_blocks_are_cut_at_sentences() -> None:
    block = Block(" ".join(f"This is sentence number {number} of a long story." for number in range(60)))
    found = split([block], url="u", title="t")
    assert len(found) > 3
    assert all(passage.text.endswith(".") and len(passage.text) <= MOST for passage in found)


def test_a_question_stays_with_its_answer() -> None:
    pairs = [(f"What is rule {number} of the house?", "It says to be quiet. " * 8) for number in range(6)]
    found = split([Block(text.strip()) for pair in pairs for text in pair], url="u", title="t")
    assert len(found) > 1
    assert all(passage.text.startswith("What") and not passage.text.endswith("?") for passage in found)


def test_long_page_is_read_up_to_a_limit() -> None:
    found = split([Block("The rain fell. " * 1_300) for _ in range(60)], url="u", title="t")
    assert sum(len(passage.text) for passage in found) <= TEXT_LIMIT


@given(st.lists(st.text(max_size=2_000), max_size=8))
@settings(max_examples=80, deadline=None)
def test_each_passage_is_the_pages_own_words(texts: list[str]) -> None:
    found = split([Block(text) for text in texts], url="u", title="t")
    together = "".join("".join(passage.text for passage in found).split())
    assert together == "".join("".join(texts).split())
