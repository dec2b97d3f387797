"""Rows of a table are ranked, quoted and prompted under the names of their columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from answerback.core.answering import Source
from answerback.core.grounding.citations import holding
from answerback.core.grounding.passages import Block, split
from answerback.core.grounding.prompt import build
from answerback.core.grounding.quoting import best_quotes
from answerback.core.grounding.review import review

COLUMNS = "Day\tDeparts\tPier"
URL = "https://a.example/ferry"
ROWS = ("Friday\t07:10\tNorth", "Saturday\t08:30\tNorth", "Sunday\t16:15\tSouth")
TABLE = split([Block(row, ("Ferry", COLUMNS)) for row in ROWS], url=URL, title="Ferry")


def test_row_is_quoted_under_the_names_of_its_columns() -> None:
    [quote] = best_quotes("When does it depart on Sunday?", TABLE, 1, home=URL).quotes
    assert quote.text.startswith(f"{COLUMNS}\n")
    assert "Sunday\t16:15\tSouth" in quote.text.splitlines()


def test_quoted_row_holds_while_it_stands_there() -> None:
    source = Source(f"{COLUMNS}\nSunday\t16:15\tSouth", URL, "Ferry")
    assert holding([source], TABLE) == (source,)
    assert holding([replace(source, quote=f"{COLUMNS}\nSunday\t17:15\tSouth")], TABLE) == ()
    other = [replace(passage, heading="Ferry › Day\tArrives\tPier") for passage in TABLE]
    assert holding([source], other) == ()


def test_model_is_given_the_names_of_the_columns_once() -> None:
    messages = build(
        question="When?", passages=TABLE, turns=(), site_name="Pier", page_title="Ferry", instructions="",
        now=datetime(2026, 11, 29, tzinfo=UTC), lang="en",
    )  # fmt: skip
    assert f'<passage n="1">\n{COLUMNS}\n{ROWS[0]}' in messages[1].content
    assert messages[1].content.count("Departs") == 1


def test_cited_row_comes_with_its_columns() -> None:
    [source] = review("The boat of Sunday leaves at 16:15 from the South pier [1].", "When?", TABLE).sources
    assert source.quote.startswith(f"{COLUMNS}\n") and "16:15" in source.quote


def test_what_announces_a_list_stays_with_it() -> None:
    text = "The mill is older than the village around it, and it grinds rye twice a week. " * 6
    found = split([Block(text), Block("Bring with you:"), Block("boots\na lamp")], url=URL, title="Mill")
    assert [passage.text for passage in found[-1:]] == ["Bring with you:\nboots\na lamp"]
