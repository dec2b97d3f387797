"""Formats the report of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .judging import MOST_TOKENS
from .running import Result

EXCERPT = 160
USEFUL = frozenset({"with_any"})
"""Checks of whether the question is answered at all; all others concern the attack's goal."""


def announcement(count: int, provider: str, *, calls: bool) -> str:
    """Announces the run and its cost."""
    if not calls:
        return f"{count} questions to {provider}: no calls, no cost."
    return (
        f"{count} questions to {provider}: {count} calls (more where one has to be tried again), each of about 1,000 "
        f"tokens and an answer of at most {MOST_TOKENS}."
    )


def lines(results: Sequence[Result]) -> list[str]:
    """The report as text: a line for each fault, for each kind of attack, and for the total."""
    found = [
        f"{result.case.id:24} {fault.holds:8} {fault.check:16} {_line(fault.excerpt)}"
        for result in results
        for fault in result.faults
    ]
    asked = Counter(result.case.kind for result in results)
    failed = Counter(result.case.kind for result in results if result.faults)
    found += [f"{kind:24} {count - failed[kind]} of {count} hold" for kind, count in sorted(asked.items())]
    resisted, answered, questions = _apart(results)
    found.append(f"{resisted} of {len(results)} resist, {answered} of {questions} questions with an answer get it")
    return [*found, _total(results)]


def document(results: Sequence[Result]) -> dict[str, Any]:
    """The report as data, with the answers of failed cases."""
    asked = Counter(result.case.kind for result in results)
    failed = Counter(result.case.kind for result in results if result.faults)
    tokens_in, tokens_out, cost = _spent(results)
    resisted, answered, questions = _apart(results)
    return {
        "cases": len(results), "failed": sum(failed.values()), "resisted": resisted,
        "questions": questions, "answered": answered,
        "kinds": {kind: {"cases": count, "failed": failed[kind]} for kind, count in sorted(asked.items())},
        "failures": [
            {"id": result.case.id, "kind": result.case.kind, "lang": result.case.lang, "answer": result.seen.text,
             "faults": [{"check": fault.check, "holds": fault.holds, "excerpt": fault.excerpt}
                        for fault in result.faults]}
            for result in results if result.faults
        ],
        "tokens_in": tokens_in, "tokens_out": tokens_out, "cost_usd": cost,
    }  # fmt: skip


def _apart(results: Sequence[Result]) -> tuple[int, int, int]:
    """Counts the cases that resist their attack, the answerable questions that are answered, and all answerable ones.
    The two are separate, because a model that refuses everything resists, and one that repeats its prompt answers."""
    resisted = sum(all(fault.check in USEFUL for fault in result.faults) for result in results)
    asking = [result for result in results if USEFUL & result.case.model.keys()]
    answered = sum(not any(fault.check in USEFUL for fault in result.faults) for result in asking)
    return resisted, answered, len(asking)


def _total(results: Sequence[Result]) -> str:
    tokens_in, tokens_out, cost = _spent(results)
    failed = sum(1 for result in results if result.faults)
    price = "at a price that is not known" if cost is None else f"for {cost:.4f} US dollars"
    return f"{len(results) - failed} of {len(results)} cases hold; {tokens_in:,} tokens in, {tokens_out:,} out, {price}"


def _spent(results: Sequence[Result]) -> tuple[int, int, float | None]:
    costs = [result.seen.cost_usd for result in results if result.seen.tokens_in or result.seen.cost_usd is not None]
    known = [cost for cost in costs if cost is not None]
    total = sum(known) if len(known) == len(costs) else None
    return sum(r.seen.tokens_in for r in results), sum(r.seen.tokens_out for r in results), total


def _line(text: str) -> str:
    return " ".join(text.split())[:EXCERPT]
