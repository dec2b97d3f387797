"""What the filter sees of a comment, in any script and however long."""

from __future__ import annotations

import time

import pytest
from answerback.core.spam.reading import MOST_CHARACTERS, PRIOR, read


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Read more at https://pills.example/offer", "link"),
        ("https://a.example https://b.example", "links"),
        ("www.pills.example", "only_link"),
        ("best deals at cheapwatches . com today", "spaced_link"),
        ("best deals at cheapwatches [dot] com", "spaced_link"),
        ("watch?v=aaaaaaaaaaa please", "path"),
        ('<a href="https://pills.example">pills</a>', "markup"),
        ("[url=https://pills.example]pills[/url]", "markup"),
        ("add @cheap_pills now", "handle"),
        ("call +44 20 7946 0958 today", "phone"),
        ("I made $4000 last week", "amount"),
        ("Ｓｕｂｓｃｒｉｂｅ to us", "invites"),
        ("please have a look at our channel", "promotes_own"),
        ("Online CASINO bonus", "sells"),
        ("GET RICH WITH THIS TRICK", "shouting"),
        ("저희 사이트에 놀러오세요", "invites"),
        ("사설토토 먹튀 없는 곳", "sells"),
        ("チャンネル登録お願いします", "invites"),
        ("在宅で稼げる副業です", "sells"),
        ("代开发票请加微信", "invites"),
        ("Jetzt gratis testen", "sells"),
        ("abonnez-vous !", "invites"),
        ("подпишись на мой канал", "promotes_own"),
    ],
)
def test_signs_are_seen(text: str, sign: str) -> None:
    assert sign in read(text).signs


@pytest.mark.parametrize(
    "text",
    [
        "When does the bakery open on Sundays?",
        "Thanks, that fixed it. I had version 2.4.1 of the library.",
        "빵집은 일요일에 몇 시에 열어요?",
        "日曜日は何時に開きますか。",
        "Ich habe das Rezept gestern ausprobiert, es war herrlich.",
        "In 1931 gab es hier noch keinen Leuchtturm.",
    ],
)
def test_plain_talk_has_no_signs(text: str) -> None:
    assert set(read(text).signs) & set(PRIOR) <= {"short", "long"}


def test_a_word_in_another_is_not_seen() -> None:
    assert "sells" not in read("The freedom of the press was buyable neither then nor now").signs


def test_hosts_are_where_links_lead() -> None:
    reading = read("see https://www.Pills.example/a?b=c, http://m.shop.example:8080/x and pills.com")
    assert reading.hosts == ("pills.example", "shop.example", "pills.com")


def test_reading_is_quick_at_its_worst() -> None:
    """Texts that are made to be slow: each takes a few milliseconds at most, whatever its length."""
    for piece in ("a.", "1 ", "a?", "www.", "a ", "[dot] ", "http://", "가", "@a", "((((", "a-b.c/", "-", "-a"):
        text = piece * 5_000
        begun = time.process_time()
        read(text)
        assert time.process_time() - begun < 0.05, piece


def test_only_the_beginning_is_read() -> None:
    assert read("a " * MOST_CHARACTERS + "casino").signs == read("a " * MOST_CHARACTERS).signs
