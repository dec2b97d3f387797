"""Spam signals, each with a weight and a reason, and their verdict.

Weights are log-odds: 1 makes spam 2.7 times as likely, 3 twenty times. They add up, so that no single one decides but
those that nobody does by accident, and an owner can read how a verdict came about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .forms import FormTime

Figure = str | int | float

HOLD = 0.95
"""From this probability on a comment waits for the owner."""
PACE_MINUTES = 10
MISSING = FormTime("missing")


@dataclass(frozen=True, slots=True)
class Signal:
    """An observed signal: its weight, and the values for its sentence (`spam.signals` in the locales)."""

    name: str
    weight: float
    details: Mapping[str, Figure] = field(default_factory=dict)

    @property
    def figures(self) -> dict[str, Figure]:
        """Weight and details in their stored form."""
        return {"weight": round(self.weight, 2), **self.details}


@dataclass(frozen=True, slots=True)
class History:
    """Recent comments of an author or address: published, marked as spam, held as likely spam and undecided, and those
    of the last `PACE_MINUTES`."""

    published: int = 0
    spam: int = 0
    held: int = 0
    recent: int = 0


@dataclass(frozen=True, slots=True)
class Repeats:
    """Near-duplicates: how many, on how many pages and sites, and the owners' decisions on them."""

    times: int = 0
    pages: int = 0
    sites: int = 0
    spam: int = 0
    good: int = 0


NO_HISTORY, NO_REPEATS = History(), Repeats()


@dataclass(frozen=True, slots=True)
class Opinion:
    """The verdict of Akismet or of the site's own model."""

    spam: bool
    sure: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything known about a comment before it is written."""

    log_odds: float
    because: tuple[str, ...] = ()
    letters: int = 0
    links: int = 0
    form: FormTime = MISSING
    trapped: bool = False
    author: History = NO_HISTORY
    address: History = NO_HISTORY
    repeats: Repeats = NO_REPEATS
    listed: tuple[tuple[str, str], ...] = ()
    """Hosts, words and addresses that are on a list of the site's, each with the list's name."""
    work: Literal["none", "done", "missing"] = "none"
    akismet: Opinion | None = None
    model: Opinion | None = None


def weigh(seen: Evidence) -> list[Signal]:
    """A comment's signals, by descending weight."""
    found = [
        _of_words(seen), *_of_form(seen), *_of_text(seen), *_of_history(seen), *_of_others(seen),
    ]  # fmt: skip
    return sorted((signal for signal in found if abs(signal.weight) >= 0.05), key=lambda each: -abs(each.weight))


def probability(signals: Iterable[Signal]) -> float:
    """The probability of spam, from all signals."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, sum(signal.weight for signal in signals)))))


def _of_words(seen: Evidence) -> Signal:
    if seen.log_odds < 0:
        return Signal("text_good", seen.log_odds)
    because = ", ".join(f"“{words}”" for words in seen.because)
    return Signal("text", seen.log_odds, {"words": because}) if because else Signal("text_plain", seen.log_odds)


def _of_form(seen: Evidence) -> Iterable[Signal]:
    if seen.trapped:
        yield Signal("trap", 6.0)
    if seen.form.state == "missing":
        yield Signal("form_missing", 1.0)
    elif seen.form.state == "forged":
        yield Signal("form_forged", 3.0)
    elif seen.form.is_fast(seen.letters):
        yield Signal("form_fast", 1.5, {"seconds": round(seen.form.age_ms / 1000, 1)})
    elif seen.form.is_old:
        yield Signal("form_old", 0.5, {"count": seen.form.age_ms // 3_600_000})
    if seen.work == "missing":
        yield Signal("work_missing", 2.0)
    elif seen.work == "done":
        yield Signal("work_done", -1.0)


def _of_text(seen: Evidence) -> Iterable[Signal]:
    if seen.links > 1:
        yield Signal("links", min(2.0, 0.5 * (seen.links - 1)), {"count": seen.links})
    if seen.listed:
        values, lists = (", ".join(sorted(set(each))[:3]) for each in zip(*seen.listed, strict=True))
        yield Signal("listed", 5.0, {"values": values, "lists": lists})
    again = seen.repeats
    if again.good and not again.spam:
        yield Signal("repeated_good", -2.0, {"count": again.good})
    elif again.times:
        weight = min(6.0, 1.5 * math.log2(1 + again.times))
        yield Signal("repeated", weight, {"count": again.times, "pages": again.pages, "sites": again.sites})
    if again.spam:
        yield Signal("repeated_spam", min(6.0, 3.0 + 0.5 * again.spam), {"count": again.spam})


def _of_history(seen: Evidence) -> Iterable[Signal]:
    author, address = seen.author, seen.address
    most = max(author.recent, address.recent)
    if most >= 4:
        yield Signal("pace", min(2.5, 0.25 * (most - 2)), {"count": most, "minutes": PACE_MINUTES})
    if author.spam:
        yield Signal("author_spam", min(5.0, 1.5 * author.spam), {"count": author.spam})
    elif author.published >= 3 and not author.held:
        yield Signal("author_known", -2.0 if author.published >= 10 else -1.0, {"count": author.published})
    if address.spam > author.spam:
        yield Signal("address_spam", min(4.0, 1.0 * address.spam), {"count": address.spam})
    held = max(author.held, address.held)
    if held:
        yield Signal("held_before", min(3.0, 0.5 * held), {"count": held})


def _of_others(seen: Evidence) -> Iterable[Signal]:
    if seen.akismet is not None:
        weight = -1.5 if not seen.akismet.spam else 6.0 if seen.akismet.sure else 4.0
        yield Signal("akismet_spam" if seen.akismet.spam else "akismet_good", weight)
    if seen.model is not None:
        name = "model_spam" if seen.model.spam else "model_good"
        yield Signal(name, 3.0 if seen.model.spam else -2.0, {"why": seen.model.why} if seen.model.why else {})
