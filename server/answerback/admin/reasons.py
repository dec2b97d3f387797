"""Reasons and reports as text, for the inbox and the comment's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..comments.approval.reports_store import Report
from ..core.approval import Reason
from ..i18n.catalogue import Texts, entries, texts


def told(reasons: Sequence[Reason], reports: Sequence[Report], lang: str) -> list[str]:
    """Each reason in a few words; a report counts only while it is open."""
    t = texts(lang, "reasons")
    said = [in_words(t, reason) for reason in reasons if reason.kind != "reported"]
    if reports:
        kinds = Counter(report.kind for report in reports if report.state == "open")
        if kinds:
            names = texts(lang, "reports.kinds")
            which = ", ".join(names[kind] for kind, _ in kinds.most_common())
            said.insert(0, t.counted("reported", sum(kinds.values()), kinds=which))
    return said


def weighed(reasons: Sequence[Reason], lang: str) -> list[tuple[str, float | None]]:
    """Each reason in words, with its weight if it is a spam signal (negative: against spam)."""
    t = texts(lang, "reasons")
    weights = [reason.figures.get("weight") for reason in reasons]
    return [
        (in_words(t, reason), float(weight) if weight is not None else None)
        for reason, weight in zip(reasons, weights, strict=True)
    ]


def in_words(t: Texts, reason: Reason) -> str:
    """A reason's text, with its figures."""
    entry = entries(t.lang).get(f"reasons.{reason.kind}")
    figures = {name: str(value) for name, value in reason.figures.items()}
    if entry is None:
        return reason.kind
    if isinstance(entry, str):
        return entry.format(**figures)
    return t.counted(reason.kind, int(reason.figures.get("count", 0)), **figures)
