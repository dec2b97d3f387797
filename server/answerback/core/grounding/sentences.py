"""Splits text into sentences, in each language."""

from __future__ import annotations

import re

from ..languages import LANGUAGES, either, words

_END = re.compile(
    r"[.!?…]{1,8}(?:[\"'”’)\]»]|\[\d{1,3}\]){0,8}(?=\s)|" + either(language.ends for language in LANGUAGES)
)
SENTENCE_LIMIT = 400
"""Characters; what is longer is cut between words, after a comma or the like where there is one."""
_CLAUSE = re.compile(r"[,;:，、；：·)\]](?=\s)|" + either(language.clauses for language in LANGUAGES))
_BRACKETS = dict.fromkeys(["()", *(pair for language in LANGUAGES for pair in language.brackets)])
_OPEN_LIMIT = 300
"""Characters within which a bracket that is open at a full stop is looked for."""


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, verbatim. Line ends separate them; none exceeds `SENTENCE_LIMIT` characters."""
    found: list[str] = []
    for line in text.splitlines():
        for sentence in _of_line(line.strip()):
            found += [sentence] if len(sentence) <= SENTENCE_LIMIT else _cut(sentence)
    return found


def _cut(sentence: str) -> list[str]:
    pieces, start = [], 0
    while len(sentence) - start > SENTENCE_LIMIT:
        least, most = start + SENTENCE_LIMIT // 3, start + SENTENCE_LIMIT
        end = max((match.end() for match in _CLAUSE.finditer(sentence, least, most)), default=0)
        end = end or sentence.rfind(" ", least, most) + 1 or most
        pieces.append(sentence[start:end].strip())
        start = end
    return [piece for piece in (*pieces, sentence[start:].strip()) if piece]


def _of_line(line: str) -> list[str]:
    found, start = [], 0
    for match in _END.finditer(line):
        if match[0][0] in ".…" and not _is_end(line, match.start(), match.end()):
            continue
        if _is_inside(line, max(start, match.start() - _OPEN_LIMIT), match.end()):
            continue
        found.append(line[start : match.end()].strip())
        start = match.end()
    found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]


def _is_end(line: str, dot: int, after: int) -> bool:
    """Whether a full stop ends a sentence: not after an initial or abbreviation, not before a lower-case letter."""
    following = line[after : after + 40].lstrip()
    if not following:
        return True
    if following[0].islower():
        return False
    before = line[max(0, dot - 30) : dot]
    word = before.rsplit(None, 1)[-1].lower().lstrip("(\"'“‘[") if before.strip() else ""
    opener = following.split(None, 1)[0].lower().strip("\"'“‘(,") in words("openers")
    if word in words("titles") or re.fullmatch(r"[a-z]", word):
        return False
    if word in words("abbreviations") or re.fullmatch(r"(?:[a-z]\.)+[a-z]", word):
        return opener
    return not (word.isdigit() and len(word) <= 2 and dot == len(word))  # "1. First"


def _is_inside(line: str, start: int, end: int) -> bool:
    """Whether a bracket is open at a possible sentence end and closes soon after."""
    piece = line[start:end]
    for opening, closing in map(tuple, _BRACKETS):
        if piece.count(opening) > piece.count(closing):
            return closing in line[end : end + 120]
    return False
