"""Parses citation marks of any form and removes them; marks prove nothing.

What only looks like a mark stays: places of a list in code (`birds[0]`), ranges, steps, links, formulas, and whatever
stands on the page as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..languages import LANGUAGES, either

__all__ = ["CODE", "FORMULA", "take_out"]

_NUMBERS = r"\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,7}"
_SOURCES = either(language.claims.sources for language in LANGUAGES)
_NAMED = rf"(?:{_SOURCES})"
_MARK = re.compile(
    rf"\s?(?:\[\[\s?(?P<double>{_NUMBERS})\s?\]\]|\[\^(?P<note>{_NUMBERS})\](?!:)|"
    rf"[\[【](?:{_NAMED}[\s:#.]{{0,2}})?(?P<plain>{_NUMBERS})(?:†[^\]】\n]{{0,40}})?[\]】](?!\(|:\s)|"
    rf"(?P<place>[\[【]\d{{1,3}}:\d{{1,3}}†[^\]】\n]{{0,80}}[\]】]|\[cite_start\]|\ue200[^\ue201\n]{{0,200}}\ue201)|"
    rf"(?P<named>\({_NAMED}[\s:#.]{{0,2}}{_NUMBERS}\))|"
    rf"<(?P<tag>cite|sup|ref|source|"
    rf"passage)\b[^<>\n]{{0,60}}>\s?\[?(?:{_NAMED}[\s:#]{{0,2}})?{_NUMBERS}\]?\s?</(?P=tag)>|"
    r"(?P<empty><(?:cite|ref|source|passage)\b[^<>\n]{0,60}/?>|</(?:cite|ref|source|passage)>))",
    re.IGNORECASE,
)  # fmt: skip
_BRACKETED = re.compile(
    rf"\s?(?:\[\[\s?{_NUMBERS}\s?\]\]\([^()\s]{{1,500}}\)|"
    rf"\((?:{_NAMED}\s?[:#.]?\s?)?\[\s?{_NUMBERS}\s?\](?:,?\s?\[\s?{_NUMBERS}\s?\]){{0,7}}\))",
    re.IGNORECASE,
)
"""Marks that are links, or stand in round brackets of their own."""
_ROUND = re.compile(rf"(?<=[^\W\d_.)])\s\((?P<plain>{_NUMBERS})\)(?=\s?[.!?;,。]|\s*$)", re.MULTILINE)
_FOOTNOTE = re.compile(rf"^[ \t]*\[\^?\d{{1,3}}\]:[^\n]*$|^[ \t]*(?:{_SOURCES})\s?:?[ \t]*$", re.I | re.M)
CODE = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,}).*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)|(`+)[^`\n]*\2", re.DOTALL | re.M
)
FORMULA = re.compile(
    r"\\\((?P<inside>.{1,500}?)\\\)|\\\[(?P<block>.{1,600}?)\\\]|\$\$(?P<dollars>.{1,600}?)\$\$", re.DOTALL
)
_LINK_END = re.compile(r"\]\([^()\s]{1,500}\)")
KEPT = re.compile(
    rf"{re.sub(r'[(][?]P<[a-z]+>', '(?:', CODE.pattern)}|"
    rf"{re.sub(r'[(][?]P<[a-z]+>', '(?:', FORMULA.pattern)}|{_LINK_END.pattern}",
    re.DOTALL | re.M,
)
"""Code, formulas and addresses, in which nothing is a mark."""
_PLACE_BEFORE = re.compile(
    rf"(?:=|\b(?:{either(language.claims.places for language in LANGUAGES)}))\s?$", re.IGNORECASE
)
_CODE_BEFORE = re.compile(r"[\w)\]]$")
_IDENTIFIER = re.compile(r"(?:\w+_\w*|[a-z]+[A-Z]\w*|\w+\.\w+|[a-z]\w*\]|\w*\d\w*|(?<![^\W_])[a-zA-Z])$")
LOOK_BACK = 40


def take_out(text: str, passages: Sequence[str]) -> tuple[str, bool]:
    """Removes citation marks and reports whether there were any; `passages` are numbered from 1."""
    known = "\n".join(passages)
    count = len(passages)
    text, had = _without_bracketed(text)

    def without(piece: str) -> str:
        nonlocal had

        def replaced(match: re.Match[str]) -> str:
            nonlocal had
            if _stays(match, known, count):
                return match[0]
            had = True
            return " " if match.groupdict().get("place") == "[cite_start]" and match[0][0] == " " else ""

        bare = _FOOTNOTE.sub("", piece)
        had = had or bare != piece
        bare = _MARK.sub(replaced, bare)
        return _ROUND.sub(replaced, bare)

    parts, at = [], 0
    for kept in KEPT.finditer(text):
        parts += [without(text[at : kept.start()]), kept[0]]
        at = kept.end()
    parts.append(without(text[at:]))
    shown = "".join(parts)
    return (_tidied(shown) if had else shown), had


def _without_bracketed(text: str) -> tuple[str, bool]:
    """The text without `_BRACKETED` outside code, and whether there were any."""
    parts, at = [], 0
    for code in CODE.finditer(text):
        parts += [_BRACKETED.sub("", text[at : code.start()]), code[0]]
        at = code.end()
    shown = "".join([*parts, _BRACKETED.sub("", text[at:])])
    return shown, shown != text


def _stays(match: re.Match[str], known: str, count: int) -> bool:
    """Whether what looks like a mark is part of the text."""
    groups = match.groupdict()
    listed = groups.get("plain")
    if not listed:
        return False
    numbers = [int(number) for number in re.findall(r"\d+", listed)]
    is_source = "†" in match[0] or "【" in match[0] or re.search(r"[^\W\d_]", match[0])
    if is_source:
        return False
    if 0 in numbers:
        return True
    before = match.string[max(0, match.start() - LOOK_BACK) : match.start()]
    word = before.rsplit(None, 1)[-1] if before.strip() else ""
    spaced = match[0][0].isspace()
    if word and (f"{word}{match[0]}" in known or (not spaced and f"{word}{match[0][0]}" in known)):
        return True
    if spaced:
        return _PLACE_BEFORE.search(before) is not None
    if match[0].startswith("("):
        return min(numbers) > count
    return bool(_CODE_BEFORE.search(before)) and _IDENTIFIER.search(before) is not None and before[-1] not in ".!?"


def _tidied(text: str) -> str:
    """Removes the spaces and empty lines that marks leave behind."""
    text = re.sub(r"(?<=\S)[ \t]{1,20}(?=[.!?,;:。](?:\s|$))", "", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
