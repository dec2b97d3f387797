"""Rules that server and widget both have: one file of cases each, which the widget's tests run too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from answerback.app.schemas import FIELDS
from answerback.core.comments import TITLE_LIMIT, clean_title, mentions_ai
from answerback.core.grounding.citations import verify
from answerback.core.pages import page_of

GOLDEN = Path(__file__).parents[1] / "golden"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("case", golden("calls")["cases"], ids=lambda case: case["body"])
def test_what_calls_the_ai(case: Any) -> None:
    assert mentions_ai(case["body"]) is case["calls"]


@pytest.mark.parametrize("case", golden("quotes")["cases"], ids=lambda case: case["quote"])
def test_what_a_quote_is_alike(case: Any) -> None:
    assert (verify(case["quote"], case["text"]) is not None) is case["found"]


@pytest.mark.parametrize("case", golden("pages")["cases"], ids=lambda case: case["address"][:40])
def test_page_of_an_address(case: Any) -> None:
    assert page_of(case["address"]) == case["page"]


def test_limits_count_code_points() -> None:
    known = golden("limits")
    assert {name: FIELDS[name]["maxLength"] for name in known["limits"]} == known["limits"]
    assert [len(case["text"]) for case in known["cases"]] == [case["length"] for case in known["cases"]]


def test_titles_are_cut_at_a_character() -> None:
    assert clean_title(" " + "😀" * (TITLE_LIMIT + 1)) == "😀" * TITLE_LIMIT
