"""A page's links and robots directives."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from ...core.comments import PAGE_LIMIT
from ...core.hosts import normal_origin
from ...core.pages import is_tracking, without_session
from .robots import NAME, forbids_index
from .scripted import is_scripted

MOST_KEYS, MOST_LINKS, MOST_LOOKED_AT, ADDRESS_LIMIT, MOST_SEGMENTS = 20, 500, 10_000, 1_000, 16
MOST_TEASERS, HEADING_LIMIT, MOST_ABOVE = 100, 300, 4
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|pdf|zip|gz|tgz|bz2|xz|7z|rar|dmg|exe|iso|mp[34]|m4[av]|ogg|wav|webm|mov|"
    r"avi|css|m?js|json|xml|rss|atom|woff2?|ttf|otf|eot|csv|xlsx?|docx?|pptx?|epub|ics|txt)$",
    re.IGNORECASE,
)
_AS_IS = "".join(set(map(chr, range(0x21, 0x7F))) - set('"<>`{}'))
"""What browsers leave as it is in an address; all else they write by its octets."""
_REFRESH = re.compile(
    r"\s*[0-5](?:\.\d*)?(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?[\"']?([^\"'\s][^\"']*?)[\"']?\s*", re.IGNORECASE
)
_NOT_OURS = {"nofollow", "ugc", "sponsored"}


@dataclass(frozen=True, slots=True)
class Teaser:
    """A heading that links to another page of the site, as in lists of articles."""

    heading: str
    url: str


@dataclass(frozen=True, slots=True)
class Signs:
    """A page's links within the site, its canonical address, robots directives, thread keys, teasers, and whether only
    a script renders it."""

    links: tuple[str, ...] = ()
    canonical: str = ""
    may_keep: bool = True
    keys: tuple[str, ...] = ()
    teasers: tuple[Teaser, ...] = ()
    scripted: bool = False
    sends_to: str = ""


def normal_url(url: str, origins: Collection[str]) -> str:
    """A site's address in stored form: normalised, without fragment and tracking; empty if it is not on the site's
    origins."""
    try:
        parts = urlsplit(url.strip())
        if parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in url or len(url) > ADDRESS_LIMIT:
            return ""
        site = normal_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return ""
    path = without_session(parts.path)
    segments = path.split("/")
    if site not in origins or len(segments) > MOST_SEGMENTS or _is_a_trap(segments):
        return ""
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not is_tracking(name)]
    kept = parts.query if len(query) == len(parse_qsl(parts.query, keep_blank_values=True)) else urlencode(query)
    found = f"{site}{quote(path or '/', _AS_IS)}" + (f"?{quote(kept, _AS_IS)}" if kept else "")
    return found if len(found) <= ADDRESS_LIMIT else ""


def _is_a_trap(segments: list[str]) -> bool:
    """Whether an address repeats itself, as endless wrong relative links produce."""
    return any(segment and segments.count(segment) > 3 for segment in segments)


def read_signs(root: Any, url: str, header: str, origins: Collection[str]) -> Signs:
    """Extracts a parsed page's signs; `header` holds its `X-Robots-Tag`s, one a line. Links that are not the site's own
    are left out."""
    tags = header.splitlines()
    for meta in root.iter("meta"):
        if (meta.get("name") or "").strip().lower() in ("robots", NAME):
            tags.append(meta.get("content") or "")
    no_index, no_follow = forbids_index(tags)
    first = next((item.get("href") for item in root.iter("base") if item.get("href")), "")
    base = _joined(url, first) or url
    canonical = next(
        (
            item.get("href") or ""
            for item in root.iter("link")
            if "canonical" in (item.get("rel") or "").lower().split()
        ),
        "",
    )
    links = {} if no_follow else dict.fromkeys(link for link in _links(root, base, origins) if link != url)
    return Signs(
        tuple(islice(links, MOST_LINKS)),
        normal_url(_joined(base, canonical), origins) if canonical.strip() else "",
        not no_index,
        tuple(islice(dict.fromkeys(_keys(root)), MOST_KEYS)),
        tuple(islice(_teasers(root, base, url, origins), MOST_TEASERS)),
        is_scripted(root),
        normal_url(_joined(base, _refresh(root)), origins),
    )


def _refresh(root: Any) -> str:
    """The target of a page's immediate redirect; empty if none. Generators write such pages at old addresses."""
    for meta in root.iter("meta"):
        if (meta.get("http-equiv") or "").strip().lower() == "refresh" and meta.getparent().tag != "noscript":
            target = _REFRESH.fullmatch((meta.get("content") or "")[:ADDRESS_LIMIT])
            return target[1].strip() if target else ""
    return ""


def _keys(root: Any) -> Iterator[str]:
    for item in root.iter("script", "answerback-comments", "answerback-ask"):
        key = item.get("data-page") or (item.get("page") if item.tag != "script" else "")
        if key and len(key) <= PAGE_LIMIT:
            yield key


def _teasers(root: Any, base: str, own: str, origins: Collection[str]) -> Iterator[Teaser]:
    headings = list(islice(root.iter("h1", "h2", "h3", "h4"), MOST_LOOKED_AT))
    held = Counter(above for heading in headings for above in islice(heading.iterancestors(), MOST_ABOVE))
    for heading in headings:
        links = _targets([*heading.iter("a"), *heading.iterancestors("a")], base) or _targets(
            _beside(heading, held), base
        )
        url = normal_url(links.pop(), origins) if len(links) == 1 else ""
        text = " ".join("".join(heading.itertext()).split())[:HEADING_LIMIT]
        if text and url not in ("", own):
            yield Teaser(text, url)


def _targets(links: Iterable[Any], base: str) -> set[str]:
    return {_joined(base, link.get("href")).partition("#")[0] for link in links if link.get("href")}


def _beside(heading: Any, held: Mapping[Any, int]) -> Iterator[Any]:
    """The links near a title that is none itself ("Read more"), in the largest element with this title alone."""
    alone = takewhile(lambda above: held[above] == 1 and above.tag not in ("body", "main"), heading.iterancestors())
    for card in deque(islice(alone, MOST_ABOVE), maxlen=1):
        yield from islice(card.iter("a"), MOST_KEYS)


def _links(root: Any, base: str, origins: Collection[str]) -> Iterator[str]:
    for item in islice(root.iter("a", "area", "link"), MOST_LOOKED_AT):
        rel = set((item.get("rel") or "").lower().split())
        if (item.tag == "link" and not rel & {"next", "prev"}) or rel & _NOT_OURS or item.get("download") is not None:
            continue
        url = normal_url(_joined(base, item.get("href") or ""), origins) if item.get("href") else ""
        if url and not _NO_PAGE.search(urlsplit(url).path):
            yield url


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target.strip())
    except ValueError:
        return ""
