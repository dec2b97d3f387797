"""A crawl's report: counts, and reasons with examples for what was not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

EXAMPLES = 3
FAULTS = frozenset(
    "http away slow network redirects address type large complex paused robots.txt sitemap outside lost".split()
)
"""Reasons that an owner may want to mend. The others are the site's own word (`noindex`, `robots`), or nothing is
missed (`duplicate`)."""


@dataclass(slots=True)
class Reason:
    """A reason why pages were not read or stored: their number, with examples."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Crawled:
    """The result of a crawl; `pages` and `passages` count what is in use. `reasons` are named by page statuses, or by a
    prefix with details: `http 403`, `sitemap slow`."""

    site: str
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    failed: int = 0
    forgotten: int = 0
    pages: int = 0
    passages: int = 0
    error: str = ""
    reasons: dict[str, Reason] = field(default_factory=dict)

    def note(self, reason: str, example: str, count: int = 1) -> None:
        """Counts another page that was not read."""
        found = self.reasons.setdefault(reason, Reason())
        found.count += count
        if example not in found.examples and len(found.examples) < EXAMPLES:
            found.examples.append(example)

    @property
    def faults(self) -> int:
        """The number of pages that should have been read but were not."""
        return sum(reason.count for name, reason in self.reasons.items() if is_fault(name))

    @property
    def mostly_unread(self) -> bool:
        """Whether more pages failed than were read, or nothing is in use."""
        return self.error == "lost" or not self.pages or self.faults > self.read + self.unchanged

    def public(self) -> dict[str, Any]:
        """Its JSON form."""
        return asdict(self)

    def ordered(self) -> list[tuple[str, Reason]]:
        """The reasons, faults first, then by number of pages."""
        return ordered(self.reasons)


def is_fault(reason: str) -> bool:
    """Whether a reason is a fault rather than intended."""
    return reason.partition(" ")[0] in FAULTS


def ordered(reasons: Mapping[str, Reason]) -> list[tuple[str, Reason]]:
    """Faults first, then by number of pages."""
    return sorted(reasons.items(), key=lambda item: (not is_fault(item[0]), -item[1].count, item[0]))


def read_reasons(data: Mapping[str, Any]) -> dict[str, Reason]:
    """Reasons from their stored form."""
    return {name: Reason(**reason) for name, reason in data.items()}
