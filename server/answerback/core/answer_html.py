"""Renders an answer and marks what the page does not support."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from .grounding.marks import CODE, FORMULA
from .markdown import render

__all__ = ["render_answer"]

_BEGIN, _END = "\u2e28", "\u2e29"
"""Rare brackets: signs to Markdown, as it takes emphasis for such only beside signs and space."""
_PIECE = re.compile(rf"<[^>]*>|{_BEGIN}|{_END}|[^<{_BEGIN}{_END}]+")
_LEAD = re.compile(r"\s*(?:(?:>|[-*+]|\d{1,3}[.)]|#{1,6}|\|)\s*)*")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FENCED = re.compile(r"\s{0,3}(?:```|~~~)")


def render_answer(text: str, unsupported: Sequence[tuple[int, int]], label: str) -> str:
    """An answer as safe HTML; `unsupported` parts are dimmed and labelled."""
    if not unsupported:
        return _shown(text)
    parts: list[str] = []
    at = 0
    for start, end in unsupported:
        parts.append(_quiet(text[at:start]))
        words = _quiet(text[start:end])
        at = end
        if _FENCED.match(words):
            parts.append(f"{words}\n\n{_BEGIN}{_END}")
            continue
        lead = _LEAD.match(words)
        begin = lead.end() if lead else 0
        tail = len(words.rstrip().removesuffix("|").rstrip()) if words.rstrip().endswith("|") else len(words)
        follows = text[end:].lstrip(" ")
        last = (
            not follows or follows[0] == "\n" or (start, end) == unsupported[-1] or not _goes_on(text, end, unsupported)
        )
        parts.append(f"{words[:begin]}{_BEGIN}{words[begin:tail]}{_END if last else ''}{words[tail:]}")
    parts.append(_quiet(text[at:]))
    return _wrapped(_shown("".join(parts)), label)


def _shown(text: str) -> str:
    """The HTML with tables and formulas, in the text's own direction."""
    parts, at = [], 0
    for code in CODE.finditer(text):
        parts += [FORMULA.sub(_as_code, text[at : code.start()]), code[0]]
        at = code.end()
    parts.append(FORMULA.sub(_as_code, text[at:]))
    html = render("".join(parts), tables=True)
    return f'<div dir="auto">{html}</div>\n' if _RIGHT_TO_LEFT.search(text) else html


def _as_code(match: re.Match[str]) -> str:
    """A formula as code, so that nothing in it is markup."""
    inner = (match["inside"] or match["block"] or match["dollars"]).strip()
    ticks = "`" * (max((len(run) for run in re.findall("`+", inner)), default=0) + 1)
    if match["inside"] is not None:
        return f"{ticks} {inner} {ticks}"
    fence = max(ticks, "```", key=len)
    return f"\n\n{fence}\n{inner}\n{fence}\n\n"


def _goes_on(text: str, end: int, unsupported: Sequence[tuple[int, int]]) -> bool:
    """Whether the next sentence of the line is unsupported too; then one label serves both."""
    return any(text[end:start].strip(" ") == "" and start > end - 1 for start, _ in unsupported if start >= end)


def _quiet(text: str) -> str:
    return text.replace(_BEGIN, "").replace(_END, "")


def _wrapped(html: str, label: str) -> str:
    """Wraps each run of text between the markers in an element of its own, so that tags stay balanced."""
    badge = f' <span class="badge old">{escape(label)}</span>'
    found: list[str] = []
    inside = False
    for match in _PIECE.finditer(html):
        piece = match[0]
        if piece == _BEGIN:
            inside = True
        elif piece == _END:
            inside = False
            found.append(badge)
        elif inside and piece[0] != "<" and piece.strip():
            found.append(f'<span class="muted">{piece}</span>')
        else:
            found.append(piece)
    return "".join(found)
