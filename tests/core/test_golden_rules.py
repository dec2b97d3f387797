"""Rules that server and widget both have: one file of cases each, which the widget's tests run too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from answerback.app.schemas import FIELDS
from answerback.core.comments import TITLE_LIMIT, asks_something, clean_title, mentions_ai
from answerback.core.grounding.citations import verify
from answerback.core.pages import PageRules, page_key

GOLDEN = Path(__file__).parents[1] / "golden"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("case", golden("calls")["cases"], ids=lambda case: case["body"])
def test_what_calls_the_ai(case: Any) -> None:
    assert mentions_ai(case["body"]) is case["calls"]


@pytest.mark.parametrize("lang", golden("questions")["languages"])
def test_what_asks_in_each_language(lang: str) -> None:
    cases = golden("questions")["languages"][lang]
    asking = {body: asks_something(body) for body in (*cases["asks"], *cases["says"])}
    assert asking == dict.fromkeys(cases["asks"], True) | dict.fromkeys(cases["says"], False)


@pytest.mark.parametrize("case", golden("quotes")["cases"], ids=lambda case: case["quote"])
def test_what_a_quote_is_alike(case: Any) -> None:
    assert (verify(case["quote"], case["text"]) is not None) is case["found"]


PAGES = [case for who in ("widget", "server") for case in golden("pages")[who]]


@pytest.mark.parametrize("case", PAGES, ids=lambda case: f"{case['said']} {case['page']}")
def test_key_of_a_page(case: Any) -> None:
    origins = ("https://blog.example", "https://www.blog.example")
    rules = PageRules(origins, frozenset(case.get("params", ())), case.get("hash_routes", False))
    assert page_key(case["said"], rules, own_query=case.get("own_query", False)) == case["page"]
    assert page_key(case["page"], rules) == case["page"]


def test_limits_count_code_points() -> None:
    known = golden("limits")
    assert {name: FIELDS[name]["maxLength"] for name in known["limits"]} == known["limits"]
    assert [len(case["text"]) for case in known["cases"]] == [case["length"] for case in known["cases"]]


def test_titles_are_cut_at_a_character() -> None:
    assert clean_title(" " + "😀" * (TITLE_LIMIT + 1)) == "😀" * TITLE_LIMIT
