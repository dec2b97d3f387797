"""Rules shared by Japanese and Chinese: no spaces, so texts are compared by character pairs."""

from __future__ import annotations

import re

SCRIPT = "[\u3040-\u30ff\u3400-\u9fff]"
ENDS = r"[。！？]{1,8}[”’」』）》]{0,8}"
CLAUSES = "[，、；：]"
BRACKETS = ("「」", "『』", "（）")
FIGURE = r"[\d一二三四五六七八九十百千万〇零两]{1,12}\s?"

_KATAKANA = frozenset(map(chr, range(0x30A0, 0x3100)))
_PARTS = re.compile("[\u30a0-\u30ff]+|[\u3040-\u309f\u3400-\u9fff]+")
_PARTICLES = frozenset("のにではがをともへや")
_HIRAGANA = re.compile("[\u3040-\u309f]")


def pairs(word: str) -> tuple[str, ...]:
    """The terms of a run: katakana words whole, the rest as character pairs without inflections and particles. A pair
    does not begin with hiragana unless there is nothing else; before a particle a character stands alone."""
    found: list[str] = []
    for part in _PARTS.findall(word):
        if part[0] in _KATAKANA:
            found.append(part.rstrip("ー") or part)
        else:
            found += [part[i : i + 2] for i in range(len(part) - 1)] or [part]
    told = []
    for place, term in enumerate(found):
        if _HIRAGANA.match(term):
            if place == len(found) - 1 and not _HIRAGANA.match(term[-1]):
                told.append(term[-1])
            continue
        if len(term) == 2 and term[1] in _PARTICLES:
            if place and found[place - 1][-1] == term[0]:
                continue
            term = term[0]
        told.append(term)
    return tuple(told or found)


def weight(soft: int) -> float:
    """The weight of a pair, lower by its characters that are endings or only ask."""
    return (1.0, 0.5, 0.15)[soft]
