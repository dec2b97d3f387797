"""How well spam is told from comments, on comments that others have labelled: the text alone, then with all signals."""

from __future__ import annotations

import csv
import itertools
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from answerback.core.spam.near import prints
from answerback.core.spam.reading import read
from answerback.core.spam.signals import Evidence, probability, weigh
from answerback.core.spam.text_filter import TextFilter

from .measuring import Row

DATA = Path(os.environ.get("SPAM_DATA", Path(__file__).parents[3] / "shared" / "data" / "spam"))
"""A folder with `comments.csv`: columns `thread`, `text`, `spam` (1 or 0). Nothing of it is in the product."""
GOOD_HELD = 0.01
ORDERS = 5
"""In so many orders are the decisions of an owner learned, since the last ones count most."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A comment, and what somebody has called it."""

    thread: str
    text: str
    spam: bool


def labelled() -> list[Labelled]:
    """The comments of the set; none where it is not here."""
    path = DATA / "comments.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [Labelled(row["thread"], row["text"], row["spam"] == "1") for row in csv.DictReader(file)]


def trained(decisions: Sequence[Labelled], seed: int) -> TextFilter:
    """A filter as it is after an owner has decided on these, in some order."""
    order = list(decisions)
    random.Random(seed).shuffle(order)
    text_filter = TextFilter()
    for each in order:
        text_filter.learn(read(each.text), spam=each.spam)
    return text_filter


def area(scores: Sequence[float], spam: Sequence[bool]) -> float:
    """How often a piece of spam scores above a good comment: the area under the ROC curve."""
    ranks, at = 0.0, 1
    for _, same in itertools.groupby(sorted(zip(scores, spam, strict=True)), key=lambda pair: pair[0]):
        group = [is_spam for _, is_spam in same]
        ranks += (at + (len(group) - 1) / 2) * sum(group)
        at += len(group)
    of_spam, good = sum(spam), len(spam) - sum(spam)
    return (ranks - of_spam * (of_spam + 1) / 2) / (of_spam * good)


def recall(scores: Sequence[float], spam: Sequence[bool], held: float = GOOD_HELD) -> float:
    """The share of spam above the score that no more than so many good comments reach."""
    good = sorted((score for score, is_spam in zip(scores, spam, strict=True) if not is_spam), reverse=True)
    limit = good[int(held * len(good))]
    return sum(score > limit for score, is_spam in zip(scores, spam, strict=True) if is_spam) / sum(spam)


def telling_spam(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """The rows of this section; one that says so where the set is not here."""
    comments = labelled()
    if not comments:
        return [Row("spam", "comments that are labelled", "comments", [0.0], note=f"not in {DATA}")]
    return [*of_text(comments), of_cost(comments)]


def of_text(comments: Sequence[Labelled]) -> list[Row]:
    """Trained on all threads but one and measured on that one, in turn: each thread's figure is the mean of orders."""
    areas, recalls = [], []
    for thread in sorted({each.thread for each in comments}):
        others = [each for each in comments if each.thread != thread]
        own = [(read(each.text), each.spam) for each in comments if each.thread == thread]
        found = []
        for seed in range(ORDERS):
            text_filter = trained(others, seed)
            scores = [text_filter.log_odds(reading) for reading, _ in own]
            found.append((area(scores, [s for _, s in own]), recall(scores, [s for _, s in own])))
        areas.append(sum(one for one, _ in found) / ORDERS)
        recalls.append(100 * sum(one for _, one in found) / ORDERS)
    what = "spam by its text alone, on a thread not seen"
    return [
        Row("spam", f"{what}: area under the ROC curve", "", areas, wanted="≥ 0.97", holds=min(areas) >= 0.97),
        Row("spam", f"{what}: found at 1 % of good ones held", "%", recalls, wanted="≥ 80", holds=min(recalls) >= 80),
    ]


def of_cost(comments: Sequence[Labelled]) -> Row:
    """The CPU of reading a comment, its prints, its score and its verdict."""
    text_filter, costs = TextFilter(), []
    for _ in range(5):
        begun = time.process_time()
        for each in comments:
            reading = read(each.text)
            prints(each.text)
            odds = text_filter.log_odds(reading)
            probability(weigh(Evidence(log_odds=odds, because=tuple(text_filter.because(reading)))))
        costs.append(1_000 * (time.process_time() - begun) / len(comments))
    return Row("spam", "CPU of judging a comment", "ms", costs, wanted="≤ 1", holds=max(costs) <= 1)
