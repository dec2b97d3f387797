"""Each language stands in a file of its own; a text is told from its letters."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from answerback.core import languages
from answerback.core.languages import LANGUAGES, SHARED, language_of, own_words, spoken, thesaurus, words, writer
from answerback.core.languages.language import Language, data

FOLDER = Path(languages.__file__).parent


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("When does it open?", "en"),
        ("언제 열어요?", "ko"),
        ("AI 답변 OK?", "ko"),
        ("The 답 is here, in this long line of words.", "en"),
        ("いつ開きますか", "ja"),
        ("什么时候开门", "zh"),
        ("Wann öffnet es?", "en"),
        ("1952 – 2016", "en"),
        ("", "en"),
    ],
)
def test_language_is_told_from_letters(text: str, tag: str) -> None:
    assert language_of(text) == tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("What time do you close?", "en"),
        ("When was the bakery founded?", "en"),
        ("Offer me a price for the bread, as the bakery.", "en"),
        ("When does it open?", "en"),
        ("Wann öffnet ihr?", "de"),
        ("Quand est-ce que vous ouvrez ?", "fr"),
        ("¿Cuándo abren los domingos?", "es"),
        ("Quando abre a padaria?", "pt"),
        ("Kapan toko ini buka?", "id"),
        ("متى يفتح المتجر؟", "ar"),
        ("מתי פותחים?", "he"),
        ("언제 열어요?", "ko"),
        ("Rye?", "en"),
    ],
)
def test_spoken_language_is_told_from_small_words(text: str, tag: str) -> None:
    assert spoken(text) == tag


@pytest.mark.parametrize(
    ("question", "tag"),
    [
        ("> The oven was built in 1889.\n\n누가 지었어요?", "ko"),
        ("> 화덕은 1889년에 지었습니다.\n\nWho built it?", "en"),
        ("> 화덕은 1889년에 지었습니다.\n\n?", "ko"),
    ],
)
def test_question_is_in_its_own_words_not_its_quotes(question: str, tag: str) -> None:
    assert language_of(own_words(question)) == tag


def test_a_letter_of_two_languages_is_told_by_its_text() -> None:
    assert writer("時", "何時ですか").tag == "ja"
    assert writer("时", "什么时候").tag == "zh"
    assert writer("é", "Café").tag == "en"


def test_every_language_has_its_files() -> None:
    tags = {language.tag for language in LANGUAGES}
    assert {path.stem for path in (FOLDER / "data").glob("*.json")} <= tags | {SHARED}
    assert tags <= {path.stem for path in FOLDER.glob("*.py")}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_lists_name_each_word_once(language: Language) -> None:
    lists = {
        name: lines
        for name, lines in data(language.tag).items()
        if isinstance(lines, list) and name not in ("thesaurus", "asks", "asks_nothing")
    }
    for name, lines in lists.items():
        repeated = [word for word, count in Counter(" ".join(lines).split()).items() if count > 1]
        assert repeated == [], name
    groups = data(language.tag).get("thesaurus", ())
    assert len(groups) == len(set(groups))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_patterns_that_the_widget_shares_are_patterns(language: Language) -> None:
    likely = data(language.tag).get("likely_question")
    assert likely is None or re.compile(likely)


def test_lists_of_all_languages_are_joined() -> None:
    assert {"mr", "mme"} <= words("titles")
    assert {"bzw", "etc"} <= words("abbreviations")
    assert ("値段", "価格", "料金", "費用", "入館", "入場") in thesaurus()
