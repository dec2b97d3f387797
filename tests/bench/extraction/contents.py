"""What the pages of this bench say: texts of our own, from files in a small markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

FOLDERS = (Path(__file__).parent / "contents", Path(__file__).parents[1] / "grounding" / "pages")
_MARKS = {"## ": "heading", "| ": "row", "- ": "item", "! ": "note", ": ": "term", "? ": "", "# ": "title"}


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, a paragraph, code, a note, or all rows, items or terms in a row."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """What a page says."""

    name: str
    lang: str
    title: str
    parts: tuple[Part, ...]

    @property
    def words(self) -> list[str]:
        """All words that a reader of the page is to find in its text."""
        found = [self.title]
        for part in self.parts:
            for line in part.lines:
                found += cells(line) if part.kind in ("row", "term") else [line]
        return words(" ".join(found))


def words(text: str) -> list[str]:
    """Words as they are counted: letters and digits; each sign of what is written without spaces by itself."""
    return re.findall(r"[぀-ヿ一-鿿]|[^\W_぀-ヿ一-鿿]+", text.casefold())


def cells(line: str) -> list[str]:
    """The cells of a row, or a term and its meaning."""
    return [cell.strip() for cell in re.split(r" [|:] ", line.strip(" |"))]


def read(name: str) -> Text:
    """The text of that name: `lamp.en`, or `en/ferry` of the grounding pages."""
    folder, _, stem = name.rpartition("/")
    path = FOLDERS[0] / f"{name}.txt" if not folder else FOLDERS[1] / folder / f"{stem}.txt"
    lang = folder.rpartition("-")[2] if folder else stem.rpartition(".")[2]
    found = list(_lines(path.read_text("utf-8").splitlines(), own=not folder))
    title = next(text for kind, text in found if kind == "title")
    parts = []
    for kind, group in groupby((item for item in found if item[0] != "title"), key=lambda item: item[0]):
        texts = [text for _, text in group]
        together = kind in ("row", "item", "term", "code")
        parts += [Part(kind, tuple(texts))] if together else [Part(kind, (text,)) for text in texts]
    return Text(name, lang, title, tuple(parts))


def _lines(lines: list[str], *, own: bool) -> Iterator[tuple[str, str]]:
    in_code = False
    for line in lines:
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            yield "code", line
        elif line.strip() and (own or line[0] not in "?!"):
            mark = _MARKS.get(line[:3] if line.startswith("##") else line[:2], "text")
            yield mark, line if mark == "text" else line.split(" ", 1)[1]
