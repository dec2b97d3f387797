"""Names that pass for somebody else's, and texts of which nothing is seen."""

from __future__ import annotations

import pytest
from answerback.core.emails import read_email
from answerback.core.names import clean_name, imitates, shows_something
from answerback.errors import BadRequest

OWNER = "Harbour Bakery"


@pytest.mark.parametrize("name", [
    "Owner", "owner ", "0wner", "\u043ewner", "✔ Owner", "𝐎𝐰𝐧𝐞𝐫", "ⓞⓦⓝⓔⓡ", "Öwner", "Author", "Adm1n", "AI",
    "AI answer", "A.I. answer", "Answerback", "Harbour Bakery", "harbour-bakery", "H\u0430rbour Bakery",
    "Harbour Bakery (owner)", "운영자", "[Admin] Mina", "Mina (owner)", "Mina【운영자】", "AI 답변", "管理人", "Auteur",
])  # fmt: skip
def test_names_of_the_owner_and_the_ai_are_theirs(name: str) -> None:
    assert imitates(name, OWNER)


@pytest.mark.parametrize("name", [
    "", "Mina", "Al", "Authors Anonymous", "Harbour", "Bakery fan", "Owen", "Ai Weiwei", "민아", "관리", "🙂",
    "Kim Owner", "Mina (Seoul)",
])  # fmt: skip
def test_other_names_are_free(name: str) -> None:
    assert not imitates(name, OWNER)


def test_owners_with_letters_of_their_own_are_imitated_too() -> None:
    assert imitates("Сергей", "Cергей") and imitates("앤서백 운영자", "앤서백") and not imitates("앤서", "앤서백")


@pytest.mark.parametrize(
    "text",
    ["", " \n", "\u3164", "\u2800\u2800", "\u00ad", "\u115f\u1160", "\uffa0", "\u0301", "\u200d\u200c", "\u2063"],
)
def test_texts_of_which_nothing_is_seen(text: str) -> None:
    assert not shows_something(text)


@pytest.mark.parametrize("text", ["a", "가", "🙂", "?", "…", "1", "⠁", "\u3164a"])
def test_texts_of_which_something_is_seen(text: str) -> None:
    assert shows_something(text)


def test_names_have_only_what_is_seen() -> None:
    assert clean_name(" Mi\u200bna\u3164 \u2800Kim\u00ad\n") == "Mina Kim"
    assert clean_name("葛\U000e0100城") == "葛\U000e0100城"


@pytest.mark.parametrize("sign", ["\u180e", "\u200d", "\ufe0f", "\x85", "\ufff9", "\U000e0041", "\U000e0100", "\u180b"])
def test_names_do_not_differ_by_what_is_not_seen(sign: str) -> None:
    assert clean_name(f"Mi{sign}na") == clean_name(f"{sign}Mina{sign}") == "Mina"
    assert clean_name("Ana ❤\ufe0f 👩\u200d🚀") == "Ana ❤\ufe0f 👩\u200d🚀"


def test_addresses_as_people_have_and_paste_them() -> None:
    assert read_email("\u200bO'Brien+x@Example.COM\ufeff ") == "o'brien+x@example.com"
    for bad in ("a'b@ex'ample.com", "a b@example.com", 'a"b@example.com'):
        with pytest.raises(BadRequest):
            read_email(bad)
