"""Whether a comment is published, held or rejected: reasons, scores, and the site's rules.

A rule or a signal gives reasons. Each says in `kind` which text tells of it (`reasons.<kind>` of the locales, with its
`figures`), and either asks for a verdict by itself or adds its `weight` to the suspicion.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import orjson

from .blocked_words import blocked_words
from .links import link
from .markdown import addresses_in

Verdict = Literal["publish", "hold", "reject"]
RULES = ("none", "first", "links", "pictures", "words", "all")
"""What a site, or a page of it, may hold; several together, but `none` and `all` stand alone."""
SPAM = (
    "text", "text_plain", "text_good", "trap", "form_missing", "form_forged", "form_fast", "form_old", "work_missing",
    "work_done", "links", "listed", "repeated", "repeated_spam", "repeated_good", "pace", "author_spam", "author_known",
    "address_spam", "held_before", "akismet_spam", "akismet_good", "model_spam", "model_good",
)  # fmt: skip
"""Signals of spam (`core/spam/signals.py`)."""
REASONS = (
    "all", "first", "new_author", "links", "pictures", "words", "imported", "reported", "reports_hide", "appeal",
    "spam", *(f"spam_{name}" for name in SPAM),
)  # fmt: skip
"""Every kind of reason; each has its text."""
HOLD_AT = 0.5
"""The suspicion from which a comment is held that no single reason holds."""
_PICTURE = re.compile(r"!\[[^\]]*\]\(|\.(?:png|jpe?g|gif|webp|avif|svg|bmp)(?:[?#]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to hold a comment."""

    kind: str
    figures: Mapping[str, str | int | float] = field(default_factory=dict)
    verdict: Verdict = "publish"
    """What it asks for by itself; `publish` asks for nothing."""
    weight: float = 0.0
    """How likely it makes it that the comment is unwanted, from 0 to 1, whatever else is known."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The approval rules of a site or a page."""

    holds: frozenset[str]
    first_comments: int = 1
    """Approved comments from which an author is new no more."""
    first_days: int | None = None
    """Or: days that an author has been known for."""
    links: int = 1
    """Links elsewhere from which a comment is held."""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """An author's record: published comments (counted only as far as needed) and time since the first, in
    milliseconds."""

    published: int
    known_ms: int


def suspicion(reasons: Iterable[Reason]) -> float:
    """The probability that a comment is unwanted, from 0 to 1, combined from the weights of all reasons."""
    return 1 - math.prod(1 - min(1.0, max(0.0, reason.weight)) for reason in reasons)


def decide(reasons: Sequence[Reason]) -> Verdict:
    """The strictest verdict that a reason asks for; otherwise holds the comment if its suspicion is high."""
    asked = {reason.verdict for reason in reasons}
    if "reject" in asked:
        return "reject"
    return "hold" if "hold" in asked or suspicion(reasons) >= HOLD_AT else "publish"


def written(reasons: Iterable[Reason]) -> str:
    """Reasons in their stored form."""
    return orjson.dumps(
        [
            {"kind": each.kind, "figures": dict(each.figures), "verdict": each.verdict, "weight": each.weight}
            for each in reasons
        ]
    ).decode()


def read(text: str) -> list[Reason]:
    """Reasons from their stored form."""
    return [Reason(each["kind"], each["figures"], each["verdict"], each["weight"]) for each in orjson.loads(text)]


def needs_standing(rules: Rules) -> bool:
    """Whether the rules need the author's standing."""
    return "first" in rules.holds


def broken(rules: Rules, body: str, standing: Standing | None) -> list[Reason]:
    """The rules that hold a comment. `standing` is the author's, required if `needs_standing`."""
    if "all" in rules.holds:
        return [Reason("all", verdict="hold")]
    found = []
    if "first" in rules.holds and standing is not None and _is_new(rules, standing):
        found.append(
            Reason("first" if standing.published == 0 else "new_author", {"count": standing.published}, "hold")
        )
    if rules.holds & {"links", "pictures"}:
        addresses = addresses_in(body)
        away = sum(1 for address in addresses if (to := link(address)) is not None and to.place)
        if "links" in rules.holds and away >= max(1, rules.links):
            found.append(Reason("links", {"count": away}, "hold"))
        if "pictures" in rules.holds and (_PICTURE.search(body) or any(map(_PICTURE.search, addresses))):
            found.append(Reason("pictures", verdict="hold"))
    if "words" in rules.holds and (word := blocked_words(rules.words).first(body)) is not None:
        found.append(Reason("words", {"word": word}, "hold"))
    return found


def _is_new(rules: Rules, standing: Standing) -> bool:
    if rules.first_days is not None and standing.known_ms >= rules.first_days * 86_400_000:
        return False
    return standing.published < max(1, rules.first_comments)


def report_weight(upheld: int, declined: int) -> float:
    """The weight of a report, by how often its sender was right and wrong before: 1 at first, between 0.2 and 2."""
    return round(min(2.0, max(0.2, 2 * (upheld + 1) / (upheld + declined + 2))), 3)
