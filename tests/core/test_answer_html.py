"""Answers are shown with their tables, formulas and code, in their own direction, and with what is not supported
marked."""

from __future__ import annotations

import time

import pytest
from answerback.core.answer_html import render_answer
from answerback.core.markdown import render

TABLE = "| Plan | Price |\n|---|---|\n| Solo | 4 |\n| Team | 12 |"


def test_tables_of_answers_are_tables() -> None:
    html = render_answer(TABLE, [], "no")
    assert html.count("<tr>") == 3 and "<td>Solo</td>" in html
    assert "<table" not in render(TABLE), "comments have none"


def test_a_row_that_is_not_borne_is_marked_in_its_cells() -> None:
    start = TABLE.index("| Team")
    html = render_answer(TABLE, [(start, len(TABLE))], "no")
    assert '<td><span class="muted">Team</span></td>' in html
    assert '<span class="muted">12</span> <span class="badge old">no</span></td>' in html


@pytest.mark.parametrize("formula", [r"\( a_1 * b * c_2 \)", r"\[ a_1 * b * c_2 \]", "$$a_1 * b * c_2$$"])
def test_formulas_are_shown_as_written(formula: str) -> None:
    html = render_answer(f"So {formula} holds.", [], "no")
    assert "a_1 * b * c_2" in html and "<code>" in html and "<em>" not in html


def test_code_within_code_stays_whole() -> None:
    html = render_answer("````\n```\nbirds[0] \\( x \\)\n```\n````", [], "no")
    assert html == "<pre><code>```\nbirds[0] \\( x \\)\n```\n</code></pre>\n"
    assert "<pre><code>a[1]\n</code></pre>" in render_answer("- one\n\n  ```py\n  a[1]\n  ```", [], "no")


def test_arabic_runs_from_the_right() -> None:
    assert render_answer("\u0645\u0631\u062d\u0628\u0627", [], "no").startswith('<div dir="auto"><p>')
    assert "dir" not in render_answer("Hello", [], "no")


@pytest.mark.parametrize(
    "text",
    ["**Cats** eat 300 g of *fish*. `x`", "- one 1\n- two 2\n\n1. three 3", "> quoted 4", "# Cats 5", "| a 1 | b |",
     "⸨x⸩ 9"]
)  # fmt: skip
def test_marked_html_is_well_formed(text: str) -> None:
    html = render_answer(text, [(0, len(text))], "<No>")
    assert html.count("<span") == html.count("</span>") and "⸨" not in html and "&lt;No&gt;" in html


@pytest.mark.parametrize("unit", ["|a", "\\(", "\\[", "$$", "`", "```\n", "| a |\n|---|\n"])
def test_hostile_answers_are_rendered_fast(unit: str) -> None:
    begun = time.process_time()
    render_answer((unit * 8_000)[:8_000], [], "no")
    assert time.process_time() - begun < 0.2
