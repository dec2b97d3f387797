"""robots.txt by RFC 9309.

Reading one and asking it costs what its length costs, whatever is in it (tests/knowledge/test_politeness.py): rules for
other robots are not kept, and those without a `*` are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

NAME = "answerback"
"""Our name in robots.txt; upper and lower case are alike there."""
MOST_STARS, MOST_SITEMAPS, RULE_LIMIT, ADDRESS_LIMIT = 5_000, 50, 500, 2_000
"""Of all rules together; rules with more are passed over."""
LONGEST_DELAY = 60.0
_OCTET = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@dataclass(slots=True)
class Rules:
    """A group's rules: plain prefixes, and patterns with `*` or a final `$`."""

    beginnings: dict[str, bool] = field(default_factory=dict)
    patterns: dict[str, bool] = field(default_factory=dict)
    delay: float = 0.0
    stars: int = 0

    def add(self, path: str, *, allows: bool) -> None:
        """Adds an `Allow` or `Disallow` line; of two for the same path the more permissive wins."""
        stars = path.count("*") + path.endswith("$")
        kept = self.patterns if stars else self.beginnings
        if path in kept:
            stars = 0
        if self.stars + stars <= MOST_STARS:
            self.stars += stars
            kept[path] = kept.get(path, False) or allows

    def allows(self, path: str) -> bool:
        """The longest matching rule decides; of equally long ones the more permissive."""
        fitting = [(len(rule), allows) for rule, allows in self.patterns.items() if _fits(rule, path)]
        for end in range(len(path), 0, -1):
            allows = self.beginnings.get(path[:end])
            if allows is not None:
                fitting.append((end, allows))
                break
        return max(fitting, default=(0, True))[1]


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for us on an origin; `delay` is in seconds between requests."""

    rules: Rules = field(default_factory=Rules)
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Whether we may read an address."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self.rules.allows(_normal(path[:ADDRESS_LIMIT]))


EVERYTHING = Robots()
NOTHING = Robots(Rules({"/": False}))
"""What holds while a site cannot tell: it may be asking to be left alone."""


def parse(text: str) -> Robots:
    """The rules for us: of our own name, else of everybody."""
    groups: dict[str, Rules] = {}
    sitemaps: list[str] = []
    names: set[str] = set()
    begun = False
    for name, value in _lines(text.removeprefix("\ufeff")):
        if name == "user-agent":
            agent = value.lower().partition("/")[0].strip()  # without a version
            names = ({agent} if begun else names | {agent}) & {NAME, "*"}
            begun = False
            for ours in names:
                groups.setdefault(ours, Rules())
        elif name == "sitemap":
            sitemaps.append(value)
        elif name in ("allow", "disallow", "crawl-delay"):
            begun = True
            for agent in names:
                if name == "crawl-delay":
                    groups[agent].delay = _seconds(value)
                elif value:
                    groups[agent].add(_normal(value[:RULE_LIMIT]), allows=name == "allow")
    rules = groups.get(NAME) or groups.get("*") or Rules()
    return Robots(rules, rules.delay, tuple(sitemaps[:MOST_SITEMAPS]))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _seconds(text: str) -> float:
    try:
        return min(LONGEST_DELAY, max(0.0, float(text)))
    except ValueError:
        return 0.0


def _normal(path: str) -> str:
    """A path normalised for comparison: unreserved characters decoded, other escapes in upper case."""

    def plain(octet: re.Match[str]) -> str:
        letter = chr(int(octet[1], 16))
        return letter if _UNRESERVED.match(letter) else octet[0].upper()

    return _OCTET.sub(plain, quote(path, safe="/%*$?&=:@!'(),;+~-._"))


def _fits(pattern: str, path: str) -> bool:
    """Whether a path matches a pattern, in linear time."""
    ends = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    last = others.pop() if others and ends else None
    for part in others:
        place = path.find(part, place)
        if place < 0:
            return False
        place += len(part)
    if last is not None:
        return path.endswith(last) and len(path) - len(last) >= place
    return not ends or place == len(path)


def forbids_index(tags: Iterable[str]) -> tuple[bool, bool]:
    """Whether robots tags (`<meta>` or `X-Robots-Tag`) forbid indexing a page, and following its links."""
    index = follow = False
    for tag in tags:
        agent = ""
        for part in tag.lower().split(","):
            name, colon, rest = part.partition(":")
            if colon and name.strip() not in (
                "unavailable_after",
                "max-snippet",
                "max-image-preview",
                "max-video-preview",
            ):
                agent, part = name.strip(), rest
            if agent in ("", NAME):
                index = index or part.strip() in ("noindex", "none")
                follow = follow or part.strip() in ("nofollow", "none")
    return index, follow
