"""Splits an answer's Markdown into the units that are checked: sentences, rows, code, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .sentences import sentences

__all__ = ["Unit", "units_of"]

_FENCE = re.compile(r"^\s*(?:[-*+]\s+|\d{1,3}[.)]\s+)?(```+|~~~+)")
_LEAD = re.compile(r"^\s*(?:(?:>|[-*+•]|\d{1,3}[.)])\s+)*")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s|^\s*\*\*[^*\n]{1,80}\*\*:?\s*$")
_RULER = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$|^\s*(?:[-*_]\s?){3,}$")
_FORMULA = re.compile(r"^\s*(?:\\\[|\$\$)")
_FORMULA_END = re.compile(r"(?:\\\]|\$\$)\s*$")
_EMPHASIS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of an answer: its range, and its text without markup."""

    start: int
    end: int
    text: str
    kind: Literal["sentence", "row", "code", "heading", "formula"]


def units_of(text: str) -> Iterator[Unit]:
    """The units of a text, in order."""
    at, fence, begun, table = 0, "", 0, False
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        bare = line.rstrip()
        if fence:
            if bare.strip().startswith(fence) or (fence == "formula" and _FORMULA_END.search(bare)):
                yield _block(text, begun, start + len(bare), fence)
                fence = ""
            continue
        opened, formula = _FENCE.match(bare), _FORMULA.match(bare)
        if opened or formula:
            begun = start
            whole = formula is not None and len(bare.strip()) > 4 and _FORMULA_END.search(bare) is not None
            fence = opened[1] if opened else "formula"
            if whole:
                yield _block(text, begun, start + len(bare), fence)
                fence = ""
            continue
        if _RULER.match(bare):
            table = table or "|" in bare
            continue
        if bare.count("|") >= 2 or (table and "|" in bare):
            following = text[at:].split("\n", 1)[0] if "|" in bare else ""
            kind: Literal["heading", "row"] = "heading" if _RULER.match(following) and "|" in following else "row"
            yield Unit(start, start + len(bare), _plain(bare.strip().strip("|").replace("|", ", ")), kind)
            continue
        table = False
        if _HEADING.match(bare):
            yield Unit(start, start + len(bare), _plain(bare), "heading")
            continue
        yield from _sentences(bare, start)
    if fence:
        yield _block(text, begun, len(text.rstrip()), fence)


def _block(text: str, start: int, end: int, fence: str) -> Unit:
    return Unit(start, end, text[start:end], "formula" if fence == "formula" else "code")


def _sentences(line: str, start: int) -> Iterator[Unit]:
    lead = _LEAD.match(line)
    at = lead.end() if lead else 0
    for sentence in sentences(line[at:]):
        begin = line.index(sentence, at)
        at = begin + len(sentence)
        yield Unit(start + begin, start + at, _plain(sentence), "sentence")


def _plain(text: str) -> str:
    return _EMPHASIS.sub("", text.lstrip("#> ")).strip()
