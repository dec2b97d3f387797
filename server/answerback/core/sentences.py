"""Sentences, in English and Korean, and passably in Japanese and Chinese."""

from __future__ import annotations

import re

_ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof sr jr st vs etc inc ltd co corp no vol fig al approx dept est jan feb mar apr jun jul aug
    sep sept oct nov dec e.g i.e u.s u.k a.m p.m""".split()
)
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]+[”’」』）]*")


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, verbatim; lines are ends too."""
    found: list[str] = []
    for line in text.splitlines():
        found += _of_line(line.strip())
    return found


def _of_line(line: str) -> list[str]:
    found, start = [], 0
    for match in _END.finditer(line):
        if match[0].startswith(".") and not _is_end(line, match.start(), match.end()):
            continue
        found.append(line[start : match.end()].strip())
        start = match.end()
    found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]


def _is_end(line: str, dot: int, after: int) -> bool:
    word = line[:dot].rsplit(None, 1)[-1].lower().lstrip("(\"'“‘") if line[:dot].strip() else ""
    following = line[after:].lstrip()
    if word in _ABBREVIATIONS or re.fullmatch(r"[a-z]", word):
        return False
    return not following or not following[0].islower()
