"""Formats an evaluation: a row for each model, and the failures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from .running import Result

__all__ = ["document", "lines"]

EXCERPT = 140
COLUMNS = (
    "model", "asked", "answered", "refused", "unsupported", "wrongly refused", "wrongly answered", "other words",
    "failed", "unsupported sentences", "quotes", "other language", "dollars", "first s", "whole s",
)  # fmt: skip


def figures(results: Sequence[Result]) -> dict[str, Any]:
    """One model's row of figures."""
    wrong = [result for result in results if result.right is False]
    costs = [result.usage.cost_usd for result in results if result.usage.tokens_in or result.usage.cost_usd is not None]
    known = [cost for cost in costs if cost is not None]
    firsts = [result.first for result in results if result.first is not None]
    return {
        "model": results[0].model, "asked": len(results),
        "answered": sum(result.outcome == "answered" for result in results),
        "refused": sum(result.outcome == "refused" for result in results),
        "unsupported": sum(result.outcome == "unsupported" for result in results),
        "wrongly refused": sum(bool(result.question.answerable) and result.outcome != "answered" for result in wrong),
        "wrongly answered": sum(not result.question.answerable for result in wrong),
        "other words": sum(bool(result.question.answerable) and result.outcome == "answered" for result in wrong),
        "failed": sum(result.outcome == "failed" for result in results),
        "unsupported sentences": sum(result.unsupported for result in results),
        "quotes": sum(len(result.sources) for result in results),
        "other language": sum(result.reason == "language" for result in results),
        "dollars": sum(known) if len(known) == len(costs) else None,
        "first s": round(statistics.median(firsts), 2) if firsts else None,
        "whole s": round(statistics.median(result.seconds for result in results), 2),
    }  # fmt: skip


def by_model(results: Sequence[Result]) -> list[list[Result]]:
    """Groups results by model, in the order in which they were asked."""
    models = list(dict.fromkeys(result.model for result in results))
    return [[result for result in results if result.model == model] for model in models]


def lines(results: Sequence[Result]) -> list[str]:
    """The report as text: a line for each wrong answer, and the table."""
    found = [
        f"{result.outcome:12} {result.question.text[:60]:60} {_line(result.text or result.reason)}"
        for result in results
        if result.right is False or result.outcome == "failed"
    ]
    rows = [[_shown(figures(group)[column]) for column in COLUMNS] for group in by_model(results)]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
    table = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (list(COLUMNS), *rows)
    ]
    return [*found, *table]


def document(results: Sequence[Result]) -> dict[str, Any]:
    """The report as data, with every answer."""
    return {
        "models": [
            {name.replace(" ", "_"): value for name, value in figures(group).items()} for group in by_model(results)
        ],
        "answers": [
            {
                "model": result.model, "question": result.question.text, "url": result.question.url,
                "answerable": result.question.answerable, "outcome": result.outcome, "right": result.right,
                "text": result.text, "sources": [source.public() for source in result.sources],
                "reason": result.reason, "sentences": result.sentences, "unsupported": result.unsupported,
                "certainty": result.certainty, "tokens_in": result.usage.tokens_in,
                "tokens_out": result.usage.tokens_out, "cost_usd": result.usage.cost_usd,
                "first_s": result.first, "seconds": result.seconds,
            }
            for result in results
        ],
    }  # fmt: skip


def _shown(value: Any) -> str:
    return "?" if value is None else f"{value:.4f}" if type(value) is float and value < 0.1 else str(value)


def _line(text: str) -> str:
    return " ".join(text.split())[:EXCERPT]
