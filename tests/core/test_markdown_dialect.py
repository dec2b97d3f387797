"""What comments are made of where CommonMark was not written with their writers in mind."""

from __future__ import annotations

import re

import pytest
from answerback.core.comments import asks_something
from answerback.core.markdown import leads_away, render
from answerback.core.markdown_dialect import bare_address


def shown(source: str) -> str:
    """The HTML without what each link carries."""
    return re.sub(r' rel="[^"]*"', "", render(source)).strip()


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**앤서백(Answerback)**을", "<p><strong>앤서백(Answerback)</strong>을</p>"),
        ('이것은**"인용"**은', '<p>이것은<strong>"인용"</strong>은</p>'),
        ("テスト**「重要」**です", "<p>テスト<strong>「重要」</strong>です</p>"),
        ("**注意：**请看", "<p><strong>注意：</strong>请看</p>"),
        ("*강조!*를", "<p><em>강조!</em>를</p>"),
        ("이것은 ** 아님**", "<p>이것은 ** 아님**</p>"),
        ("파일_이름_규칙", "<p>파일_이름_규칙</p>"),
        ("a **\"b\"** c", '<p>a <strong>"b"</strong> c</p>'),
    ],
)  # fmt: skip
def test_emphasis_beside_letters_without_spaces(source: str, html: str) -> None:
    assert shown(source) == html


@pytest.mark.parametrize("text", [
    "9시~10시, 11시~12시", "네~~ 감사합니다~~", "좋아요~~그래요~~", "9~~10 and 11~~12", "~~~ 안녕하세요~~~", "a ~b~ c",
    "~~~~",
])  # fmt: skip
def test_waves_between_words_stay(text: str) -> None:
    assert shown(text) == f"<p>{text}</p>"


def test_two_waves_before_a_word_strike_out() -> None:
    assert shown("~~틀린 값~~은 (~~old~~)") == "<p><s>틀린 값</s>은 (<s>old</s>)</p>"


@pytest.mark.parametrize("text", [
    "2026. 11. 23.", "2026. 11. 23. 모임", "11. 23. (월) 모임", "23. November 2026", "2026. It was a good year.",
    "1. 2. 3.", "7) alone",
])  # fmt: skip
def test_dates_are_no_lists(text: str) -> None:
    assert shown(text) == f"<p>{text}</p>"


@pytest.mark.parametrize(
    ("source", "start", "items"),
    [
        ("1. a\n2. b", "", 2), ("1. only", "", 1), ("3. a\n4. b", ' start="3"', 2), ("1) a\n2) b\n3) c", "", 3),
        ("2. 5 kg\n3. 6 kg", ' start="2"', 2),
    ],
)  # fmt: skip
def test_lists_stay_lists(source: str, start: str, items: int) -> None:
    html = shown(source)
    assert html.startswith(f"<ol{start}>") and html.count("<li>") == items


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("https://example.com입니다", "https://example.com"),
        ("주소는https://example.com이에요", "https://example.com"),
        ("https://example.com/입니다", "https://example.com/"),
        ("https://example.com/を参照", "https://example.com/"),
        ("https://example.com/post을 보세요", "https://example.com/post"),
        ("https://example.com。次", "https://example.com"),
        ("https://example.com）と", "https://example.com"),
        ("「https://example.com」と", "https://example.com"),
        ("https://example.com，然后", "https://example.com"),
        ("“https://example.com”라고", "https://example.com"),
        ('"https://example.com/a"이라고', "https://example.com/a"),
        ("https://ko.wikipedia.org/wiki/대한민국", "https://ko.wikipedia.org/wiki/대한민국"),
        ("https://ko.wikipedia.org/wiki/서울_(동음이의)", "https://ko.wikipedia.org/wiki/서울_(동음이의)"),
        ("https://example.com/2026년-결산/ 봐요", "https://example.com/2026년-결산/"),
        ("https://example.com/제1장", "https://example.com/제1장"),
        ("https://example.com/이야기", "https://example.com/이야기"),
        ("https://example.com/?q=검색어&x=1", "https://example.com/?q=검색어&x=1"),
        ("https://한국.kr/글/", "https://한국.kr/글/"),
        ("https://blog.한글.한국입니다", "https://blog.한글.한국"),
        ("https://münchen.de/ä", "https://münchen.de/ä"),
        ("(https://example.com/a).", "https://example.com/a"),
        ("(https://example.com/)0", "https://example.com/"),
        ("(https://example.com/foo/bar)。", "https://example.com/foo/bar"),
        ("_https://example.com/its_a_new_state/_", "https://example.com/its_a_new_state/"),
        ("こちら→https://example.com", "https://example.com"),
        ("链接:https://example.com/安装包（正式版）", "https://example.com/安装包"),
        ("(https://example.com/a_(b))", "https://example.com/a_(b)"),
        ("https://user@example.com:8000/a?b=c#d!", "https://user@example.com:8000/a?b=c#d"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        ("https://입니다", ""),
        ("https://", ""),
    ],
)
def test_addresses_end_where_text_begins(source: str, address: str) -> None:
    begin = source.index("http")
    assert bare_address(source, begin) == address
    assert source[begin + len(address) :] in re.sub("<[^>]+>", "", shown(source).replace("&amp;", "&"))


@pytest.mark.parametrize("code", [
    "`{}`", "``a ` {}``", "    {}", "\t{}", "~~~\n{}\n~~~", "```\n{}\n```", "> ~~~\n> {}\n> ~~~", "1. `{}`",
])  # fmt: skip
def test_code_keeps_its_letters(code: str) -> None:
    letters = "https://example.com/x **a** [b](c) 'd' ~~e~~ <f>"
    html = shown(code.format(letters))
    assert letters.replace("<", "&lt;").replace(">", "&gt;") in html and "<a " not in html


@pytest.mark.parametrize("code", ["`{}`", "``a ` {}``", "    {}", "~~~\n{}\n~~~", "```\n{}\n```"])
def test_code_asks_nothing(code: str) -> None:
    assert not asks_something(code.format("what?"))


def test_waves_in_a_question_hide_nothing() -> None:
    assert asks_something("좋아요~~~ 그런데 왜 안 돼요?")


def test_question_marks_behind_addresses_count() -> None:
    assert asks_something("Seen https://example.com/a?") and not asks_something("See https://example.com/a?b=c")


def test_links_inside_links_stay_words() -> None:
    assert shown("[https://a.example](https://b.example)").count("<a ") == 1
    assert leads_away("a (https://b.example)") and not leads_away("`https://b.example`")
