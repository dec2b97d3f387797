"""Answers that people have judged: a question, what the page says, and answers to it that are right, wrong or refuse.

`?` is a question, `|` a passage, `+` a right answer, `- kind:` a wrong one, `=` one that says that the page does not.
Questions with an even number were used to write the rules of `core/grounding/support.py`, the others were not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from answerback.core.answering import Passage
from answerback.core.grounding.prompt import RULES
from answerback.core.grounding.review import Review, review

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, and what a person said of it."""

    question: str
    passages: tuple[Passage, ...]
    text: str
    kind: str
    """`right`, `refusal`, or what is wrong."""
    tuned: bool
    """Whether the rules were written with it."""

    def review(self) -> Review:
        """What we say of it."""
        finished = "length" if self.kind == "cut" else "stop"
        return review(self.text, self.question, self.passages, rules=RULES, finished=finished)

    @property
    def passes(self) -> bool:
        """Whether it is told as what the page says."""
        return self.review().supported


def judged(lang: str) -> Iterator[Judged]:
    """The answers in a language."""
    question, passages, number = "", list[Passage](), -1
    for line in (FOLDER / f"{lang}.txt").read_text("utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "?":
            question, passages, number = rest, [], number + 1
        elif mark == "|":
            passages.append(Passage(rest, "", "https://page.example/", ""))
        elif mark in ("+", "-", "="):
            kind, _, text = rest.partition(": ") if mark == "-" else ("right" if mark == "+" else "refusal", "", rest)
            yield Judged(question, tuple(passages), text, kind, number % 2 == 0)
