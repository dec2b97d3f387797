"""Circuit breakers per model and endpoint, scoped so that one visitor, page or site opens none for others.

A breaker as M. Nygard describes it in "Release It!" (2007): after some failures in a row nobody calls for a while, then
one call tries whether it is well again, and the while gets longer each time that it is not. Each visitor, each page and
each site has one of its own, and all have one together, which opens only when more than one visitor, page and site has
met the failures: whatever one of them does, the others are answered.
"""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from dataclasses import dataclass, field

from ...core.answering import Asker

log = logging.getLogger(__name__)

FAILURES = 5
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 15_000, 600_000
OF_OTHERS = 2
"""As many failures must be met by others than the one who has met the most."""
BREAKERS_KEPT = 10_000
"""Of visitors, pages and sites; those that have failed last."""


class Call:
    """A call's scopes, as its breakers count it."""


@dataclass(slots=True)
class Breaker:
    """Counts one model's consecutive failures; times in milliseconds."""

    narrower: int
    """How many of an asker's parts must differ between failures before it opens: a page's breaker is not opened by
    one visitor, a site's by one page neither."""
    failures: int = 0
    met_by: tuple[Counter[str], ...] = field(default_factory=lambda: (Counter(), Counter(), Counter()))
    """How many failures each visitor, page and site has met."""
    open_until: int = 0
    trial: Call | None = None

    @property
    def open(self) -> bool:
        """Whether only trial calls are allowed."""
        return self.open_until > 0

    def wait(self, now: int) -> int:
        """Milliseconds until a call is allowed; 0 if it is now."""
        if not self.open or (now >= self.open_until and self.trial is None):
            return 0
        return max(1_000, self.open_until - now)

    def begin(self, call: Call) -> None:
        """Registers a call. The first one after a pause is a trial, for which all others wait."""
        if self.open:
            self.trial = call

    def failed(self, call: Call, parts: tuple[str, ...], now: int, pause_ms: int) -> bool:
        """Counts a failure; returns whether it opened the breaker. Calls that were running when the pause began do not
        count."""
        if self.open and call is not self.trial:
            return False
        self.failures, self.trial = self.failures + 1, None
        counted = self.met_by[: self.narrower]
        for met, part in zip(counted, parts, strict=False):
            met[part] += 1
        if self.failures < FAILURES or any(met.total() - max(met.values()) < OF_OTHERS for met in counted):
            return False
        if not self.open:
            self.failures = FAILURES
        pause = FIRST_PAUSE_MS * 2 ** min(10, self.failures - FAILURES)
        self.open_until = now + min(LONGEST_PAUSE_MS, max(pause, pause_ms))
        return True

    def left(self, call: Call) -> None:
        """Ends a call; after a trial without a result the next call may try."""
        if call is self.trial:
            self.trial = None


class Breakers:
    """The breakers of one model at one endpoint."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._kept: OrderedDict[tuple[str, ...], Breaker] = OrderedDict()

    @property
    def open(self) -> bool:
        """Whether the breaker of the site, or of everybody, is open."""
        return any(breaker.open for breaker in self._kept.values() if breaker.narrower >= 2)

    def wait(self, asker: Asker, now: int) -> int:
        """Milliseconds until this caller may call; 0 if it may now."""
        found = (self._kept.get(key) for key in _keys(asker))
        return max((breaker.wait(now) for breaker in found if breaker is not None), default=0)

    def begin(self, asker: Asker) -> Call:
        """Registers a call."""
        call = Call()
        for key in _keys(asker):
            if key in self._kept:
                self._kept[key].begin(call)
        return call

    def succeeded(self, asker: Asker) -> None:
        """Counts a success."""
        for key in _keys(asker):
            self._kept.pop(key, None)

    def failed(self, call: Call, asker: Asker, now: int, retry_after: float | None) -> None:
        """Counts a failure of the provider."""
        parts = (asker.visitor, asker.page, asker.site)
        for narrower, key in enumerate(_keys(asker)):
            breaker = self._kept.setdefault(key, Breaker(narrower))
            self._kept.move_to_end(key)
            if breaker.failed(call, parts, now, int(1000 * (retry_after or 0))) and narrower >= 2:
                seconds = (breaker.open_until - now) // 1000
                log.warning("model %s fails for %s: left alone for %d s", self._model, key[1] or "all sites", seconds)
        while len(self._kept) > BREAKERS_KEPT:
            self._kept.popitem(last=False)

    def left(self, call: Call, asker: Asker) -> None:
        """Ends a call."""
        for key in _keys(asker):
            if key in self._kept:
                self._kept[key].left(call)


def _keys(asker: Asker) -> tuple[tuple[str, ...], ...]:
    """Scopes of a call: visitor, page, site, everybody."""
    return (
        ("visitor", asker.site, asker.visitor), ("page", asker.site, asker.page), ("site", asker.site), ("all", ""),
    )  # fmt: skip
