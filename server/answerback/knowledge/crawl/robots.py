"""What a site asks robots to leave alone: robots.txt, as RFC 9309 has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

NAME = "answerback"
"""Our name in robots.txt; upper and lower case are alike there."""
MOST_RULES, MOST_SITEMAPS, RULE_LIMIT = 2_000, 50, 500
LONGEST_DELAY = 60.0
_OCTET = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@dataclass(frozen=True, slots=True)
class Rule:
    """An `Allow` or `Disallow` line; `*` stands for anything, `$` at the end for the end."""

    allows: bool
    pattern: str


@dataclass(frozen=True, slots=True)
class Robots:
    """What holds for us on an origin; `delay` is in seconds between requests."""

    rules: tuple[Rule, ...] = ()
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Whether we may read an address: the longest rule that fits decides, of equally long ones the kinder."""
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        fitting = [rule for rule in self.rules if _fits(rule.pattern, path)]
        return max(fitting, key=lambda rule: (len(rule.pattern), rule.allows), default=Rule(True, "")).allows


EVERYTHING = Robots()
NOTHING = Robots((Rule(False, "/"),))
"""What holds while a site cannot tell: it may be asking to be left alone."""


def parse(text: str) -> Robots:
    """The rules for us: those of our name where there are any, else those for everybody."""
    groups: dict[str, list[Rule]] = {}
    delays: dict[str, float] = {}
    sitemaps: list[str] = []
    names: list[str] = []
    begun = False
    for name, value in _lines(text.removeprefix("\ufeff")):
        if name == "user-agent":
            agent = value.lower().partition("/")[0].strip()  # without a version
            names = [agent] if begun else [*names, agent]
            begun = False
            groups.setdefault(agent, [])
        elif name == "sitemap":
            sitemaps.append(value)
        elif name in ("allow", "disallow", "crawl-delay"):
            begun = True
            for agent in names:
                if name == "crawl-delay":
                    delays[agent] = _seconds(value)
                elif value and len(groups[agent]) < MOST_RULES:
                    groups[agent].append(Rule(name == "allow", _normal(value[:RULE_LIMIT])))
    ours = NAME if NAME in groups else "*"
    return Robots(tuple(groups.get(ours, ())), delays.get(ours, 0.0), tuple(sitemaps[:MOST_SITEMAPS]))


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
    """A path as paths are compared: what need not be written by its octets is not, the others in capitals."""

    def plain(octet: re.Match[str]) -> str:
        letter = chr(int(octet[1], 16))
        return letter if _UNRESERVED.match(letter) else octet[0].upper()

    return _OCTET.sub(plain, quote(path, safe="/%*$?&=:@!'(),;+~-._"))


def _fits(pattern: str, path: str) -> bool:
    """Whether a path begins as a pattern says; each part is looked for once, so that no pattern is slow."""
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
    """Whether robots tags (of `<meta>` or `X-Robots-Tag`) forbid us to keep a page, and to follow its links."""
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
