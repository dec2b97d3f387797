"""Calibrates an embedding model's similarities: related and unrelated texts.

One model's 0.8 is another's 0.4. Each is shown the same few questions, and is measured by how near it puts them to the
passages that answer them, and to those that answer the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from statistics import fmean

from .embedders import Vector

LEAST = 0.02
"""A model that tells nothing apart tells nothing."""
_PAIRS = (
    (
        "When does the library open on Saturdays?",
        "Opening hours\nThe library is open from 10 to 18 on weekdays and from 11 to 15 on Saturdays.",
    ),
    ("How much does shipping cost?", "Delivery\nWe send parcels for 4.90; from 50 on, shipping is free."),
    ("Can I bring my dog?", "House rules\nPets are welcome in the garden, but not in the rooms."),
    (
        "How do I reset my password?",
        "Your account\nForgot how to sign in? Choose “Send a link” and set a new password.",
    ),
    ("What is the warranty period?", "Guarantee\nFrames are covered for five years, all other parts for two."),
    ("How long do I bake the bread?", "Method\nPut the loaf into the hot oven and take it out after 40 minutes."),
    ("Which Python versions are supported?", "Installation\nThe package runs on Python 3.9 and newer."),
    ("Who wrote the song?", "History\nThe anthem was composed by Maria Lund in 1911."),
)


def pairs() -> tuple[list[str], list[str]]:
    """Calibration pairs: questions, and passages that answer them in the same order."""
    return [question for question, _ in _PAIRS], [passage for _, passage in _PAIRS]


@dataclass(frozen=True, slots=True)
class Scale:
    """A model's calibration: the cosine midway between related and unrelated texts, the distance from there to either,
    and the vectors' length."""

    middle: float
    half: float
    size: int

    @classmethod
    def of(cls, questions: Sequence[Vector], passages: Sequence[Vector]) -> Scale:
        """Calibrates a model from its vectors of `pairs()`."""
        every = [
            (one == other, _cosine(question, passage))
            for one, question in enumerate(questions)
            for other, passage in enumerate(passages)
        ]
        together = fmean(cosine for same, cosine in every if same)
        apart = fmean(cosine for same, cosine in every if not same)
        return cls((together + apart) / 2, max(LEAST, (together - apart) / 2), len(questions[0]))

    def likeness(self, question: Vector, passage: Vector | None) -> float | None:
        """About 1 for a passage that answers and -1 for an unrelated one; None without a vector or for one of another
        length."""
        if passage is None or len(passage) != len(question):
            return None
        return (_cosine(question, passage) - self.middle) / self.half


def _cosine(one: Vector, other: Vector) -> float:
    """The cosine of two unit vectors."""
    cosine: float = sum(map(mul, one, other))
    return cosine
