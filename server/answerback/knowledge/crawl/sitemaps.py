"""Sitemaps and sitemap indexes: XML (read without entities or document types), text, and both packed by gzip.

What reads XML is imported with the first of them: a server at rest is smaller without.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ...net.fetch import gunzip

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 20 * 1024 * 1024
MOST_PLACES = 20_000
ADDRESS_LIMIT = 2_000


@dataclass(slots=True)
class Sitemap:
    """Addresses of pages with when they last changed (milliseconds, 0 when it does not say), and other sitemaps."""

    pages: dict[str, int] = field(default_factory=dict)
    sitemaps: list[str] = field(default_factory=list)


def read_sitemap(body: bytes) -> Sitemap:
    """What a sitemap lists, as far as it can be read; of a broken one what came before the break."""
    found = Sitemap()
    if body.startswith(b"\x1f\x8b"):
        body = gunzip(body, MOST_BYTES) or b""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        _read_xml(body, found)
        return found
    for line in body.decode("utf-8", "replace").splitlines()[:MOST_PLACES]:
        if line.strip().startswith(("http://", "https://")) and len(line) <= ADDRESS_LIMIT:
            found.pages.setdefault(line.strip(), 0)
    return found


def _read_xml(body: bytes, found: Sitemap) -> None:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    with suppress(ParseError, DefusedXmlException, ValueError, LookupError):
        _take_places(iterparse(io.BytesIO(body), events=("end",), forbid_dtd=True), found)


def _take_places(elements: Iterable[tuple[str, Element]], found: Sitemap) -> None:
    place, changed = "", 0
    for _, element in elements:
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        text = (element.text or "").strip()
        if name == "loc" and "image" not in element.tag and "video" not in element.tag:
            place = text[: ADDRESS_LIMIT + 1]
        elif name == "lastmod":
            changed = moment(text)
        elif name in ("url", "sitemap"):
            if len(found.pages) + len(found.sitemaps) >= MOST_PLACES:
                return
            if place and len(place) <= ADDRESS_LIMIT:
                if name == "url":
                    found.pages[place] = changed
                else:
                    found.sitemaps.append(place)
            place, changed = "", 0
            element.clear()


def moment(text: str) -> int:
    """A W3C date and time in milliseconds, a day as its end; 0 when it is none."""
    try:
        parsed = datetime.fromisoformat(text) + timedelta(days=len(text) <= 10)
    except (ValueError, OverflowError):
        return 0
    parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return int(parsed.timestamp() * 1000)
