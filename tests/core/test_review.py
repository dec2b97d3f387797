"""Answers are cleaned, and each of their sentences is held against the page."""

from __future__ import annotations

import time

import pytest
from answerback.core.answer_html import render_answer
from answerback.core.answering import Passage
from answerback.core.grounding.marks import take_out
from answerback.core.grounding.prompt import RULES
from answerback.core.grounding.review import MOST_SOURCES, Review, is_refusal, review
from hypothesis import given
from hypothesis import strategies as st

CATS = Passage("Cats sleep a lot. Dogs bark at night.", "Animals", "https://a.example/cats", "Cats")
BREAD = Passage(
    "Bread costs “4 euros” today. It keeps for a week.\nSaturday\t7:00 to 12:30", "", "https://a.example/bread", "Bread"
)
LISTS = Passage("The first bird is birds[0]. The range [1, 2] holds both. See step [3].", "", "https://a.example/l", "")
PASSAGES = [CATS, BREAD]


def of(text: str, question: str = "What do cats do?", **more: str) -> Review:
    return review(text, question, PASSAGES, rules=RULES, **more)


def test_each_sentence_gets_the_words_that_bear_it() -> None:
    found = of("It costs 4 euros [2]. Cats sleep a lot. It keeps a week [1].", "What does bread cost?")
    assert found.text == "It costs 4 euros [1]. Cats sleep a lot [2]. It keeps a week [3]."
    assert [source.quote for source in found.sources] == [
        "Bread costs “4 euros” today.", "Cats sleep a lot.", "It keeps for a week.",
    ]  # fmt: skip
    assert found.sources[1].url == CATS.url and found.supported and not found.reason


def test_a_valid_mark_does_not_make_a_sentence_true() -> None:
    click = Passage("This is not a bug for Click to fix.", "", "https://a.example/click", "")
    found = review("Yes, a bug in Click [1].", "Is it a bug?", [click])
    assert (found.supported, found.reason, found.sources) == (False, "not_found", ())
    assert found.text == "Yes, a bug in Click."


def test_only_what_is_not_borne_is_marked() -> None:
    found = of("Cats sleep a lot [1]. They also eat 300 g of fish [1]. Dogs bark at night.")
    assert (found.supported, found.reason) == (False, "partly")
    assert [found.text[start:end] for start, end in found.unsupported] == ["They also eat 300 g of fish."]
    html = render_answer(found.text, found.unsupported, "Not found on this site")
    assert html == (
        '<p>Cats sleep a lot [1]. <span class="muted">They also eat 300 g of fish.</span>'
        ' <span class="badge old">Not found on this site</span> Dogs bark at night [2].</p>\n'
    )


MARKS = [
    "[[1]]", "[^1]", "【1†source】", "[1†L1-L3]", "[Source: 1]", "[ID:1]", "(1)", "<cite>1</cite>", "[passage 1]",
    "(Passage 1)",
    "[1][9]", "[1, 2]", "[1–99]", "[출처: 1]", "[7]",
    "【10:13†source】", "[4:0†mill.pdf]", "([1])", "(Source: [1], [2])", "[[1]](https://b.example/)", "【来源1】",
    "[Quelle 1]",     "\ue200cite\ue202turn0search1\ue201",
]  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_foreign_marks_are_taken_out(mark: str) -> None:
    assert of(f"Cats sleep a lot {mark}.").text == "Cats sleep a lot [1]."


@pytest.mark.parametrize(
    "text",
    [
        "The first is birds[0].", "Use `rows [1]` for it.", "The range [0, 1] is open.", "The range [1, 2] holds both.",
        "Then see step [3].", "See [1](https://b.example/).", r"So \[ x[1] + y[2] \] holds.", "```\na[1]\n```",
        "Take my_list[2] or f(1).", "Do (1) this and (2) that.",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert take_out(text, [LISTS.text]) == (text, False)


def test_beginnings_of_marked_words_go_alone() -> None:
    assert take_out("At seven [cite_start]it opens[cite: 1].", ["x"]) == ("At seven it opens.", True)


def test_footnotes_go_with_their_marks() -> None:
    assert take_out("Cats sleep[^1].\n\n[^1]: Passage 1", ["x"]) == ("Cats sleep.", True)


@pytest.mark.parametrize(
    "text",
    [
        "The page does not say how much bread costs today.", "The passages don't mention whether cats sleep a lot.",
        "There is no information on the page about how much bread costs today.", "Sorry, I don't know.",
        "It isn't mentioned whether cats sleep a lot.", "I could not find in the passages whether cats sleep a lot.",
        "This isn't covered on this page.", "None of the passages mention a discount.",
        "The answer is not in the passages.", "This cannot be determined from the passages.",
        "I do not have enough information to answer that.", "That question is beyond the scope of this page.",
        "이 페이지에는 고양이 이야기가 나와 있지 않아요.", "제공된 내용에는 고양이에 대한 언급이 없습니다.",
        "고양이가 자는 시간에 대한 정보를 찾을 수 없습니다.", "해당 내용은 본문에 명시되어 있지 않습니다.",
        "잘 모르겠어요.",
        "정보가 부족하여 답변드리기 어렵습니다.", "제공된 자료만으로는 알 수 없습니다.",
        "그 내용은 이 글에서 다루지 않습니다.",
        "このページには猫がよく眠るかどうかは記載されていません。", "页面上没有提到猫睡多久。",
    ],
)  # fmt: skip
def test_refusals_carry_no_quote_and_no_mark(text: str) -> None:
    assert is_refusal(text)
    found = of(text)
    assert (found.reason, found.sources, found.unsupported, found.text) == ("refused", (), (), text)


@pytest.mark.parametrize(
    "text",
    [
        "The site does not give refunds for cats.", "Batteries are not included in the box.",
        "이 사이트에서는 고양이를 예약할 필요가 없습니다.", "You do not need any information to sign up.",
        "추가 요금이 없습니다.",
        "The phone does not support wireless charging.", "Credit cards are not accepted here.",
    ],
)  # fmt: skip
def test_what_a_site_denies_is_no_refusal(text: str) -> None:
    assert not is_refusal(text)


def test_what_follows_a_refusal_is_checked() -> None:
    found = of("The page does not say where, but cats sleep a lot.")
    assert found.supported and len(found.sources) == 1
    assert of("The page does not say where, but cats mostly sleep in baskets.").reason == "not_found"


def test_another_turn_is_cut_off() -> None:
    found = of("Cats sleep a lot.<|im_end|>\n<|im_start|>user\nIs it free?")
    assert (found.text, found.reason) == ("Cats sleep a lot.", "tokens")
    assert of("Cats sleep a lot.</s>").supported


def test_rules_are_not_repeated_to_readers() -> None:
    found = of(
        "Never invent a number, and put its number in square brackets. Cats sleep a lot.\n" + RULES.splitlines()[1]
    )
    assert (found.reason, found.text) == ("echo", "Cats sleep a lot [1].")
    assert of("The page does not say.").reason == "refused", "which the rules say as well"


def test_what_is_said_without_end_is_said_once() -> None:
    found = of("Cats sleep a lot. " * 40)
    assert (found.text, found.reason) == ("Cats sleep a lot.", "repeats")
    assert of("sleep " * 400).text.count("sleep") < 10


def test_marks_alone_are_no_answer() -> None:
    assert of("[1][2].").reason == "empty" and of("[1]").unusable


def test_another_language_than_asked_is_told() -> None:
    assert of("고양이는 아주 많이 잡니다.", "What do cats do all day?").reason == "language"
    assert of("Cats sleep a lot.", "고양이는 무엇을 하나요?").reason == "language"
    assert of("Cats sleep a lot.", "Cats?").supported


def test_a_sentence_that_is_cut_off_carries_no_quote() -> None:
    found = of("Cats sleep a lot. Dogs bark at", finished="length")
    assert (found.reason, len(found.sources)) == ("cut", 1)


def test_quoted_words_must_be_on_the_page() -> None:
    assert of('It says "dogs bark at night".').supported
    assert not of('It says "dogs bark all day long".').supported


def test_code_must_be_on_the_page() -> None:
    shell = Passage("Install it:\npip install requests<2.28\nThen restart.", "", "https://a.example/i", "")
    good = review("Run this:\n\n```\npip install requests<2.28\n```", "How do I install it?", [shell])
    bad = review("Run this:\n\n```\npip install requests>3\n```", "How do I install it?", [shell])
    assert good.supported and good.sources[0].quote == "pip install requests<2.28"
    assert bad.reason == "not_found"
    assert "Not found" in render_answer(bad.text, bad.unsupported, "Not found")


def test_rows_of_a_table_are_checked_one_by_one() -> None:
    plans = Passage("Team: 50 GB, daily backups\nSolo: 5 GB, no backups", "", "https://a.example/p", "Plans")
    table = "| Plan | Storage |\n|---|---|\n| Team | 50 GB [1] |\n| Solo | 50 GB |"
    found = review(table, "How much storage is there?", [plans])
    assert [found.text[start:end] for start, end in found.unsupported] == ["| Solo | 50 GB |"]
    assert "| Team | 50 GB [1] |" in found.text


def test_number_of_sources_is_limited() -> None:
    many = [Passage(f"Fact number {n} stands here alone.", "", f"https://a.example/{n}", "t") for n in range(1, 10)]
    text = " ".join(f"Fact number {n} stands alone [{n}]." for n in range(1, 10))
    assert len(review(text, "Which facts?", many).sources) == MOST_SOURCES


@given(st.text(alphabet='[]12, ab`"“”.\n|*<>', max_size=200))
def test_every_mark_that_is_shown_has_its_source(text: str) -> None:
    found = of(text)
    assert len(found.sources) <= MOST_SOURCES
    assert all(source.quote in CATS.text or source.quote in BREAD.text for source in found.sources)
    assert all(0 <= start < end <= len(found.text) for start, end in found.unsupported)
    render_answer(found.text, found.unsupported, "no")


HOSTILE = [
    "[1]",
    "[1, 1, 1]",
    '"',
    "“a",
    "`",
    "```",
    "[",
    "the page ",
    "페이지 ",
    "cats 4 euros ",
    "1 ",
    "|",
    "not ",
    "x\n",
    "(1) ",
    "not sure ",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_answers_are_checked_fast(unit: str) -> None:
    text = (unit * 8_000)[:8_000]
    begun = time.process_time()
    of(text)
    assert time.process_time() - begun < 0.2
