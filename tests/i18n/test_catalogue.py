"""The texts of each language: found, filled in, and in the form that the language has for a number."""

from __future__ import annotations

import subprocess
import sys

import pytest
from answerback.errors import AppError, BadRequest
from answerback.i18n import cldr
from answerback.i18n.catalogue import direction, error_text, languages, negotiate, owner_languages, texts


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["ko"], "ko"),
        (["ko-KR"], "ko"),
        (["KO_kr"], "ko"),
        (["", "ko-KR,ko;q=0.9,en;q=0.8"], "ko"),
        (["sv, en;q=0.3, ko;q=0.7"], "ko"),
        (["ko;q=0, en"], "en"),
        (["ko;q=x, en"], "en"),
        (["sv", "", "ko"], "ko"),
        (["zh-CN"], "zh"),
        (["zh-TW"], "zh-hant"),
        (["zh-Hant-HK"], "zh-hant"),
        (["zh_HK", "en"], "zh-hant"),
        (["pt-BR"], "pt"),
        (["en-GB", "ko"], "en"),
        (["kok"], "en"),
        (["*"], "en"),
        ([";,;q=1,--"], "en"),
        ([",".join(["xx"] * 20 + ["ko"])], "en"),
        ([], "en"),
    ],
)
def test_negotiation_takes_the_first_known_language(wanted: list[str], found: str) -> None:
    assert negotiate(*wanted) == found


def test_values_are_filled_in_as_they_are() -> None:
    t = texts("en-GB", "sign_in")
    assert t["title"] == "Sign in"
    assert t("with", provider="{email}") == "Continue with {email}"
    assert t["providers.github"] == "GitHub"
    assert (t.lang, direction("en-GB")) == ("en", "ltr")


def test_numbers_take_their_plural_form() -> None:
    counted = {lang: [texts(lang, "widget").counted("comments", n) for n in (0, 1, 1_234)] for lang in ("en", "ko")}
    assert counted["en"] == ["0 comments", "1 comment", "1,234 comments"]
    assert counted["ko"] == ["댓글 0개", "댓글 1개", "댓글 1,234개"]
    assert cldr.plural_category("pl", 3) == "few"
    with pytest.raises(KeyError, match="counted"):
        texts("en", "widget")["comments"]


def test_times_and_amounts_follow_the_language() -> None:
    moment = 1_795_000_000_000
    assert cldr.date_and_time("en", moment, "Asia/Seoul") == "Nov 18, 2026, 20:06"
    assert cldr.date_and_time("ko", moment, "Asia/Seoul") == "2026년 11월 18일 20:06"
    assert cldr.date("ko", "2026-11-18T11:06:40.000Z") == "2026년 11월 18일"
    assert [cldr.duration("en", seconds) for seconds in (900, 3_600, 86_400)] == [
        "15 minutes",
        "60 minutes",
        "24 hours",
    ]
    assert cldr.duration("ko", 900) == "15분"
    assert cldr.us_dollars("en", 4.1) == "$4.10"


def test_errors_have_texts_for_readers() -> None:
    too_short = BadRequest("password_weak", reason="password_length", values={"least": "8", "most": "128"})
    assert error_text(too_short, "en") == "Use 8 to 128 characters."
    assert error_text(AppError("not_found"), "ko-KR") == "찾을 수 없어요."
    assert error_text(AppError("not_found", "The parent comment does not exist."), "en") == "Not found."


def test_babel_is_imported_late() -> None:
    code = "import sys, answerback.app.build, answerback.i18n.catalogue as c; c.texts('ko', 'account')['title']; "
    said = subprocess.run(
        [sys.executable, "-c", code + "print('babel' in sys.modules)"], capture_output=True, text=True
    )
    assert said.stdout == "False\n"


def test_visitors_have_twelve_languages_and_owners_two() -> None:
    assert languages() == ("ar", "de", "en", "es", "fr", "he", "id", "ja", "ko", "pt", "zh", "zh-hant")
    assert owner_languages() == ("en", "ko")
    assert negotiate("de", "ko", among=owner_languages()) == "ko"


def test_what_only_owners_read_is_english_elsewhere() -> None:
    assert texts("ja", "admin")["pages"] == texts("en", "admin")["pages"]


def test_arabic_has_six_forms() -> None:
    said = [texts("ar", "widget").counted("comments", n) for n in (0, 1, 2, 3, 11, 100)]
    assert len(set(said)) == 6
