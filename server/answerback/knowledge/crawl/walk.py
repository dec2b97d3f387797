"""The state of a running crawl: what is left to visit, and outcomes so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...sites.settings import Site
from .links import Teaser
from .missing import Missing
from .report import Crawled
from .requests import Requests
from .store import SitePage

MOST_PAGES, MOST_PER_PATH, MOST_BEYOND = 5_000, 50, 50_000
SETTLED = frozenset(("ok", "listing", "noindex", "robots", "forgotten"))
"""What has become of a page that another calls its canonical one, where that other need not stand for it."""


@dataclass(slots=True)
class Walk:
    """The shared state of `Crawler` and its parts during a crawl."""

    site: Site
    result: Crawled
    holder: str
    known: dict[str, SitePage]
    limit: int
    requests: Requests
    waiting: dict[str, int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    of_path: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    canonical: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Where pages say that they are to be found instead, with their titles."""
    believed: set[str] = field(default_factory=set)
    """Pages whose canonical link leads nowhere, so that they stand for themselves."""
    listings: dict[str, tuple[Sequence[Teaser], Sequence[str]]] = field(default_factory=dict)
    """Pages that may repeat others, with the keys of their threads."""
    missing: dict[str, Missing] = field(default_factory=dict)
    """What an origin answers where there is nothing."""
    beyond: set[str] = field(default_factory=set)
    """What was found and is too much."""
    fetched: int = 0

    def find(self, url: str, changed: int = 0) -> None:
        """Adds an address, with its last change if known."""
        if url in self.done or url in self.waiting:
            return
        path, question, _ = url.partition("?")
        if question:
            self.of_path[path] = self.of_path.get(path, 0) + 1
        if len(self.done) + len(self.waiting) >= MOST_PAGES or self.of_path.get(path, 0) > MOST_PER_PATH:
            if url not in self.beyond and len(self.beyond) < MOST_BEYOND:
                self.beyond.add(url)
                self.result.note("limit", url)
            return
        self.waiting[url] = changed

    def next(self) -> tuple[str, int]:
        """Takes the next address from the queue."""
        url = next(iter(self.waiting))
        self.done.add(url)
        return url, self.waiting.pop(url)

    def again(self) -> bool:
        """Requeues pages whose canonical page turned out to be none, so that they are in no index; returns whether
        there are any. Of two that name each other, one suffices."""
        found: set[str] = set()
        for url, (target, _) in self.canonical.items():
            gone = target in self.done and self.outcomes.get(target, "") not in SETTLED
            if gone and target not in found and url not in self.believed:
                found.add(url)
        for url in found:
            del self.canonical[url]
            self.waiting[url] = 0
        self.believed |= found
        return bool(found)
