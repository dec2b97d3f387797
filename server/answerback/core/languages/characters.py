"""What Japanese and Chinese have in common: no spaces between words, so that texts are read in pairs of characters."""

from __future__ import annotations

SCRIPT = "[\u3040-\u30ff\u3400-\u9fff]"
ENDS = r"[。！？]{1,8}[”’」』）》]{0,8}"
CLAUSES = "[，、；：]"
BRACKETS = ("「」", "『』", "（）")
FIGURE = r"[\d一二三四五六七八九十百千万〇零两]{1,12}\s?"


def pairs(word: str) -> tuple[str, ...]:
    """Each two characters of a run."""
    return (word,) if len(word) < 2 else tuple(word[i : i + 2] for i in range(len(word) - 1))


def weight(soft: int) -> float:
    """What a pair weighs of which so many characters are endings, or only ask."""
    return (1.0, 0.5, 0.15)[soft]
