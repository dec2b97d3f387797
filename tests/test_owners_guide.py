"""The owner's guides quote the owner's pages to the letter, and both say the same."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
GUIDES = {"en": "owners-guide.md", "ko": "owners-guide.ko.md"}


def tokens(lang: str) -> list[Token]:
    text = (ROOT / "docs" / GUIDES[lang]).read_text("utf-8")
    return MarkdownIt().enable("table").parse(text)


def quoted(lang: str) -> list[str]:
    """What is bold in a guide, as a reader sees it."""
    lines = [token.content for token in tokens(lang) if token.type == "inline"]
    return [label for line in lines for label in re.findall(r"<strong>(.*?)</strong>", MarkdownIt().renderInline(line))]


def texts(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from texts(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def places(lang: str) -> dict[str, set[str]]:
    """Each text of the interface, and where it stands in the language's file."""
    file = ROOT / "server" / "answerback" / "i18n" / "locales" / f"{lang}.json"
    found = defaultdict(set)
    for key, text in texts(json.loads(file.read_text("utf-8"))):
        found[text].add(key)
    return found


@pytest.mark.parametrize("lang", GUIDES)
def test_guide_quotes_labels_as_they_are(lang: str) -> None:
    labels, known = quoted(lang), places(lang)
    assert len(labels) > 100
    assert [label for label in labels if label not in known] == []


@pytest.mark.parametrize("lang", GUIDES)
def test_guide_shows_no_loose_asterisks(lang: str) -> None:
    """Two asterisks between punctuation and a letter, as before a Korean particle, make nothing bold."""
    rendered = MarkdownIt().enable("table").render((ROOT / "docs" / GUIDES[lang]).read_text("utf-8"))
    assert "**" not in rendered


@pytest.mark.parametrize(("lang", "other"), [("en", "ko"), ("ko", "en")])
def test_each_label_stands_in_both_guides(lang: str, other: str) -> None:
    here, there = places(lang), places(other)
    told = {key for label in quoted(other) for key in there[label]}
    assert [label for label in quoted(lang) if not here[label] & told] == []


def test_guides_have_the_same_parts() -> None:
    """Headings, lists, tables and pictures, in the same order."""
    parts = [[token.tag for token in tokens(lang) if token.nesting == 1 and token.tag] for lang in GUIDES]
    assert parts[0] == parts[1]
