"""Pure rules."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from answerback.core import comments, markdown
from answerback.core.approval import Rules, broken
from answerback.core.blocked_words import BlockedWords
from answerback.core.grounding.answer_kinds import Asked
from answerback.core.times import day_of, iso, next_midnight
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("When do you open?", True),
        ("how do I reset the password", True),
        ("언제 문을 여나요", True),
        ("가격이 얼마인가요", True),
        ("영업 시간을 알려주세요", True),
        ("Great article, thank you.", False),
        ("좋은 글 감사합니다.", False),
        ("`is it?` is code", False),
        ("Can someone explain the second step", True),
        ("Any discount for students", True),
        ("I wonder whether it is open", True),
        ("how much", True),
        ("When you have a minute, where is it?", True),
        ("What a lovely place!", False),
        ("How beautiful!", False),
        ("When I was young, we baked at home.", False),
        ("언제나 응원합니다", False),
        ("무엇보다 빵이 맛있어요. 누구나 좋아할 거예요", False),
        ("언제 여는지 누구나 궁금해요", True),
        ("얼마나 맛있던지 몰라요", False),
        ("얼마나 걸려요", True),
    ],
)
def test_questions_are_recognised(body: str, asks: bool) -> None:
    assert comments.asks_something(body) is asks


@given(st.text(max_size=300))
def test_markdown_never_lets_a_tag_through(source: str) -> None:
    html = markdown.render(comments.clean_text(source))
    assert "<script" not in html.lower()
    assert "<img" not in html.lower()
    assert markdown.sanitise(html) == html.replace("\xa0", "&nbsp;")  # nothing is left to take away


def least_time(work: Callable[[], object]) -> float:
    """Seconds of processor time of this thread, of five runs the least: what else runs on the machine only adds."""

    def once() -> float:
        begun = time.thread_time()
        work()
        return time.thread_time() - begun

    return min(once() for _ in range(5))


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "[](", "[a]", "[a]: /u\n[a]", "*a **b", "`", "```\n", "\n", "\t\n", " ", ", ", "so ", ". ", ">", "> ",
     "- ", "# ", "a\n=", "\\", "<a ", "<http:", "https://", "&#x41;", "ㅋ", "나요 "],
)  # fmt: skip
def test_hostile_markdown_is_fast(piece: str) -> None:
    """Threat 13: bad inputs at the cap, between words so that nothing is trimmed."""
    body = f"a{piece * comments.BODY_LIMIT}"[: comments.BODY_LIMIT - 1] + "b"
    markdown.render("[warm](https://a.example)")

    def read() -> None:
        markdown.render(body)
        comments.asks_something(body)
        broken(Rules(frozenset({"links", "pictures", "words"}), words=("casino",)), body, None)
        comments.mentions_ai(body)

    assert least_time(read) < 0.1


@pytest.mark.parametrize("piece", ["1", "1,", "1 ", "a-", "A ", "two ", "a month-", "한 "])
def test_long_runs_of_one_mark_are_read_once(piece: str) -> None:
    asked = Asked("When, how long, how much does it cost, how many, who, why, where? 언제, 몇 개?")
    short, long = piece * (4_000 // len(piece)), piece * (16_000 // len(piece))
    # Four times the text takes four times as long, or sixteen times where each place is read from anew.
    assert least_time(lambda: asked.share(long)) < 8 * least_time(lambda: asked.share(short)) + 0.005


def test_links_are_marked_and_images_are_not_loaded() -> None:
    html = markdown.render("![x](https://a.example/x.png) https://b.example/ [c](javascript:alert(1))")
    assert "<img" not in html
    assert 'href="https://b.example/"' in html
    assert 'rel="nofollow ugc noopener noreferrer"' in html
    assert "javascript:" not in html.replace("(javascript:alert(1))", "")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("[here](https://evil.example/x?d=1)", "here (evil.example)"),
        ("[https://bank.example/](https://evil.example/)", "https://bank.example/ (evil.example)"),
        ("[bank.example/evil.example](https://evil.example/)", "bank.example/evil.example (evil.example)"),
        ("[`here`](//evil.example/x)", "<code>here</code> (evil.example)"),
        ("<https://bank.example@evil.example/>", "https://bank.example@evil.example/ (evil.example)"),
        ("<https://аррӏе.example/>", "https://аррӏе.example/ (xn--80ak6aa92e.example)"),
        ("[write](mailto:a@b.example)", "write (a@b.example)"),
        ("https://b.example/y", "https://b.example/y"),
        ("[b.example](https://b.example)", "b.example"),
        ("[our shop](/shop)", "our shop"),
    ],
)
def test_links_show_where_they_lead(source: str, shown: str) -> None:
    assert f">{shown}</a>" in markdown.render(source)


@pytest.mark.parametrize("text", ["swearword", "swear\u200dword", "s\u200cwear\u0085word", "SWEAR\u00adWORD"])
def test_invisible_characters_hide_no_blocked_word(text: str) -> None:
    assert BlockedWords(["swearword"]).first(f"What a {text}!") == "swearword"


def test_day_follows_the_time_zone() -> None:
    moment = 1_790_000_000_000  # 2026-09-21T14:13:20Z, late evening in Seoul
    assert iso(moment) == "2026-09-21T14:13:20.000Z"
    assert day_of(moment, "Asia/Seoul") == "2026-09-21"
    assert iso(next_midnight(moment, "Asia/Seoul")) == "2026-09-21T15:00:00.000Z"
