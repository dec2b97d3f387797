"""Passages and quotes that answer, within their bounds."""

from __future__ import annotations

import time

import pytest
from answerback.core.answering import Passage
from answerback.core.grounding import ranking
from answerback.core.grounding.judging import ANSWERED
from answerback.core.grounding.passages import Block, split
from answerback.core.grounding.quoting import QUOTE_LIMIT, Quote, best_quotes
from answerback.core.grounding.terms import terms
from answerback.core.grounding.tokens import estimate_tokens
from hypothesis import given, settings
from hypothesis import strategies as st

BREAD = split(
    [
        Block("How a bakery with one oven has fed a harbour town since 1931.", ("The oven",)),
        Block(
            "Anna Berg opened the bakery in March 1931 with a loan from her brother. The oven she bought was "
            "second-hand even then. It was built in 1889 for the garrison.",
            ("The oven",),
        ),
        Block(
            "The house loaf is a rye sourdough that rests for eighteen hours. The starter is kept alive since 1952.",
            ("The oven", "The rye"),
        ),
        Block(
            "A rye loaf weighs 1.2 kilograms and costs 4.20 euros. It keeps for a week in a linen bag.",
            ("The oven", "The rye"),
        ),
        Block("Tuesday to Friday\t6:30 to 14:00", ("The oven", "Opening hours")),
        Block("Saturday\t7:00 to 12:30", ("The oven", "Opening hours")),
        Block("In July the bakery also opens on Sundays from 8:00 to 11:00.", ("The oven", "Opening hours")),
    ],
    url="https://a.example/bread",
    title="The oven",
)
SHOP = split(
    [
        Block(
            "등대 책방은 2016년 5월에 문을 열었습니다. 주인 한서윤 씨는 서울에서 편집자로 일했습니다.", ("등대 책방",)
        ),
        Block("커피 한 잔은 4,500원입니다. 매주 화요일은 쉽니다.", ("등대 책방", "이용 안내")),
        Block("주차장은 세 대만 세울 수 있습니다.", ("등대 책방", "오는 길")),
    ],
    url="https://a.example/ko",
    title="등대 책방",
)


def quotes(question: str, passages: list[Passage]) -> tuple[Quote, ...]:
    return best_quotes(question, ranking.choose(question, passages, 1_500), 3).quotes


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("How much does a rye loaf cost?", "A rye loaf weighs 1.2 kilograms and costs 4.20 euros."),
        ("What is the price of the rye loaf?", "A rye loaf weighs 1.2 kilograms and costs 4.20 euros."),
        ("Who opened the bakery?", "Anna Berg opened the bakery in March 1931 with a loan from her brother."),
    ],
)
def test_only_the_answering_sentence_is_quoted(question: str, quote: str) -> None:
    assert quotes(question, BREAD)[0].text == quote


@pytest.mark.parametrize(
    ("question", "words", "passages"),
    [
        ("When was the oven built?", "1889", BREAD),
        ("When are you open on Saturday?", "7:00 to 12:30", BREAD),
        ("Is it open on Sundays in summer?", "In July", BREAD),
        ("커피 값이 얼마예요?", "4,500원", SHOP),
        ("책방은 언제 문을 열었나요?", "2016년", SHOP),
        ("무슨 요일에 쉬나요?", "화요일", SHOP),
        ("차를 세울 수 있나요?", "세 대", SHOP),
    ],
)
def test_the_first_quote_holds_the_answer(question: str, words: str, passages: list[Passage]) -> None:
    assert words in quotes(question, passages)[0].text


@pytest.mark.parametrize(
    ("question", "passages"),
    [
        ("What is the capital of France?", BREAD),
        ("Do you have parking?", BREAD),
        ("프랑스의 수도는 어디인가요?", SHOP),
        ("축구 경기는 몇 시에 시작하나요?", BREAD),
    ],
)
def test_off_page_questions_are_told_by_certainty(question: str, passages: list[Passage]) -> None:
    assert best_quotes(question, passages, 3).certainty < ANSWERED


def test_quotes_stay_in_their_paragraph_and_rows_in_their_table() -> None:
    for quote in quotes("When is the bakery open, on Saturday and in July?", BREAD):
        lines = quote.text.splitlines()
        assert len(lines) == 1 or not any(line.endswith(".") for line in lines)


def test_passages_of_the_page_come_first_then_those_of_the_site() -> None:
    chosen = ranking.choose("When did the book shop open?", BREAD, 1_500, others=SHOP)
    assert [passage.url for passage in chosen] == sorted(
        (passage.url for passage in chosen), key=["https://a.example/bread", "https://a.example/ko"].index
    )
    asked = ranking.choose("커피는 얼마예요?", BREAD, 1_500, others=SHOP)
    assert any("4,500원" in passage.text for passage in asked)


def test_repeated_sentences_are_quoted_once() -> None:
    text = "The ferry to the island leaves every hour from the northern pier between seven and nine at night."
    copies = [Passage(text, "", f"https://a.example/{number}", "Ferry") for number in range(5)]
    assert len(ranking.choose("When does the ferry leave?", [], 1_500, others=copies)) == 1


def test_a_small_budget_keeps_the_sentence_that_answers() -> None:
    filler = [
        Block(f"The bakery of the year {year} had a story of its own, told at length. " * 9) for year in range(60)
    ]
    page = split([*filler, Block("The secret of the crust is a pinch of malt.")], url="u", title="Bakery")
    chosen = ranking.choose("What is the secret of the crust?", page, 300)
    assert any("pinch of malt" in passage.text for passage in chosen)
    assert sum(estimate_tokens(passage.text) for passage in chosen) <= 300


def test_question_at_the_end_of_a_comment_is_used() -> None:
    comment = "I have followed this blog for years and love the photos of boats. " * 15 + "How much is a rye loaf?"
    assert "4.20 euros" in quotes(comment, BREAD)[0].text


@given(st.text(max_size=80), st.lists(st.text(max_size=200), max_size=12), st.integers(20, 400))
@settings(max_examples=60, deadline=None)
def test_limits_hold_for_any_question(question: str, blocks: list[str], budget: int) -> None:
    page = split([Block(text) for text in blocks], url="u", title="t")
    chosen = ranking.choose(question, page, budget)
    assert sum(estimate_tokens(passage.text) for passage in chosen) <= budget
    originals = "\n".join(passage.text for passage in page)
    for quote in best_quotes(question, chosen, 3).quotes:
        assert quote.text in quote.passage.text
        assert "".join(quote.text.split()) in "".join(originals.split())
        assert len(quote.text) <= QUOTE_LIMIT


@pytest.mark.parametrize("unit", ["a ", "가", "가나 ", "漢", "?", "1 ", "x" * 60 + " ", "rye loaf cost. ", "\u0301"])
def test_longest_question_and_page_are_fast(unit: str) -> None:
    question = (unit * 5_000)[:4_990] + " rye?"
    page = split([Block((unit * 20_000)[:20_000]) for _ in range(25)], url="u", title="t")
    best_quotes("rye?", ranking.choose("rye?", page[:1], 1_500), 3)  # reads the words of all languages, once
    begun = time.process_time()
    chosen = ranking.choose(question, page, 1_500)
    best_quotes(question, chosen, 3)
    assert time.process_time() - begun < 0.1


def test_word_forms_match() -> None:
    assert terms("baking baked bakes") == ["bak"] * 3
    assert terms("The children went") == terms("a child goes")[:1] + terms("go")
    assert set(terms("책방에서는")) & set(terms("책방을"))
    assert terms("무엇인가요?") == []
    assert terms("東京駅") == ["東京", "京駅"]
    assert terms("12,500") == terms("12500")


def test_token_estimate_errs_high() -> None:
    assert estimate_tokens("four") == 1
    assert estimate_tokens("") == 0
    assert estimate_tokens("안녕하세요") == 5
    assert estimate_tokens("word " * 100) >= 101


def test_long_names_are_read_fast() -> None:
    terms("PoolExhausted")
    begun = time.process_time()
    terms("aB" * 10_000 + "1")
    assert time.process_time() - begun < 0.1
