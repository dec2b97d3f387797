"""The signed time of a form, and proof of work: what is accepted, and what is not."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from answerback.core.spam.forms import FormTime, read_form, sign_form
from answerback.core.spam.work import MOST, VALID_MS, is_solved, pose

KEYS = ("old" * 12, "new" * 12)
NOW = 1_700_000_000_000


def test_a_form_says_when_it_was_begun() -> None:
    token = sign_form("demo", NOW, KEYS[1])
    assert read_form(token, "demo", NOW + 5_000, KEYS) == FormTime("signed", 5_000)
    assert read_form(sign_form("demo", NOW, KEYS[0]), "demo", NOW, KEYS).state == "signed"
    assert read_form("", "demo", NOW, KEYS).state == "missing"


@pytest.mark.parametrize("change", ["other site", "later", "cut", "nonsense", "letters", "other key"])
def test_a_forged_form_is_seen(change: str) -> None:
    token = sign_form("demo", NOW, KEYS[1])
    time, _, signature = token.partition(".")
    forged = {
        "other site": sign_form("other", NOW, KEYS[1]),
        "later": f"{int(time, 16) - 60_000:x}.{signature}",
        "cut": token[:-1],
        "nonsense": "zz.zz",
        "letters": f"{time}.é",
        "other key": sign_form("demo", NOW, "x" * 36),
    }[change]
    assert read_form(forged, "demo", NOW, KEYS).state == "forged"


def test_nobody_writes_in_no_time() -> None:
    assert FormTime("signed", 500).is_fast(3)
    assert not FormTime("signed", 3_000).is_fast(20)
    assert FormTime("signed", 3_000).is_fast(400)
    assert not FormTime("signed", 6_000).is_fast(4_000)
    assert not FormTime("missing").is_fast(400)
    assert FormTime("signed", 2 * 24 * 3_600_000).is_old


def solve(challenge: dict[str, Any]) -> dict[str, Any]:
    """As the widget does."""
    for number in range(challenge["most"]):
        if hashlib.sha256(f"{challenge['salt']}{number}".encode()).hexdigest() == challenge["hash"]:
            return {"salt": challenge["salt"], "signature": challenge["signature"], "number": number}
    raise AssertionError("no number fits")


def test_work_that_is_done_is_known_again() -> None:
    challenge = pose("demo", "chance", NOW, KEYS[1]).public()
    answer = solve(challenge)
    assert is_solved(answer, "demo", NOW + 1_000, KEYS) == challenge["salt"]
    assert is_solved(answer, "other", NOW + 1_000, KEYS) == ""
    assert is_solved(answer, "demo", NOW + VALID_MS + 1, KEYS) == ""
    assert is_solved(answer | {"number": (answer["number"] + 1) % MOST}, "demo", NOW, KEYS) == ""
    assert is_solved(answer | {"salt": f"{NOW * 2:x}.{'0' * 24}"}, "demo", NOW, KEYS) == ""


@pytest.mark.parametrize(
    "answer",
    [None, "", [], {}, {"salt": 1, "signature": "", "number": 1}, {"salt": "x", "signature": "y", "number": True},
     {"salt": "zz.a", "signature": "y", "number": 1}, {"salt": "9" * 70, "signature": "y", "number": 1}],
)  # fmt: skip
def test_nonsense_is_no_work(answer: object) -> None:
    assert is_solved(answer, "demo", NOW, KEYS) == ""


def test_challenges_differ() -> None:
    one, other = (pose("demo", chance, NOW, KEYS[1]) for chance in ("a", "b"))
    assert one.salt != other.salt
    assert one.hash != other.hash
