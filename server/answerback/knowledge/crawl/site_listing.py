"""A site's sitemaps, and what of them could not be followed."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urljoin, urlsplit

from ...core.hosts import normal_origin
from ...net.fetch import SITEMAP
from ...sandbox.pool import Refused
from ..parsing import Parsing
from .links import normal_url
from .requests import origin_of
from .sitemaps import Sitemap
from .walk import Walk

MOST_SITEMAPS = 50


async def read_sitemaps(walk: Walk, parsing: Parsing) -> None:
    """Reads the sitemaps named in robots.txt, those they refer to, and `/sitemap.xml`."""
    requests, origins = walk.requests, walk.site.origins
    queue = {
        urljoin(f"{origin}/robots.txt", place): True for origin in origins for place in requests.robots[origin].sitemaps
    }
    queue |= {url: False for url in (f"{origin}/sitemap.xml" for origin in origins) if url not in queue}
    seen: set[str] = set()
    outside: Counter[str] = Counter()
    listed = 0
    while queue and len(seen) < MOST_SITEMAPS:
        found = next(iter(queue))
        named, place = queue.pop(found), normal_url(found, origins)
        if not place and named:
            walk.result.note("sitemap elsewhere", found)
        if not place or place in seen or origin_of(place) in requests.closed:
            continue
        seen.add(place)
        sitemap = await _read(walk, parsing, place, named=named)
        queue |= {url: True for url in (urljoin(place, each) for each in sitemap.sitemaps) if url not in queue}
        listed += len(sitemap.pages)
        for each, changed in sitemap.pages.items():
            url = urljoin(place, each)
            if page := normal_url(url, origins):
                walk.find(page, changed)
            elif (origin := _origin(url)) not in origins:
                outside[origin] += 1
    for url in queue:
        walk.result.note("limit", url)
    for origin, count in outside.most_common():
        walk.result.note("outside", origin, count)
    if 2 * outside.total() > listed:
        walk.result.error = "outside"


async def _read(walk: Walk, parsing: Parsing, place: str, *, named: bool) -> Sitemap:
    """Reads one sitemap. A fault is recorded, unless nobody referred to it."""
    fetched = await walk.requests.get(place, SITEMAP)
    why = f"http {fetched.code}" if fetched.status == "http" else fetched.status
    if fetched.status == "ok":
        try:
            return await parsing.sitemap(walk.site.key, fetched.body)
        except Refused as refused:
            why = "format" if refused.reason == "format" else "complex"
    if named or (fetched.code not in (401, 403, 404, 410) and why not in ("format", "origin", "redirects")):
        walk.result.note(f"sitemap {why}", place)
    return Sitemap()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    try:
        return normal_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return ""
