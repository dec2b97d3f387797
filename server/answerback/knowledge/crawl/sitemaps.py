"""Sitemaps and sitemap indexes: XML (read without entities or document types), text, and both packed by gzip.

What reads XML is imported with the first of them: most workers read pages only.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ...net.fetch import gunzip

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
    from defusedxml.ElementTree import ParseError, XMLParser

    parser = XMLParser(target=_Places(found), forbid_dtd=True)
    with suppress(ParseError, DefusedXmlException, ValueError, LookupError, _Enough):
        parser.feed(body)
        parser.close()


class _Enough(Exception):
    """As many places as are taken have been found."""


class _Places:
    """Takes addresses as they come, and builds no tree, which an XML of a few kilobytes can make very large."""

    def __init__(self, found: Sitemap) -> None:
        self._found = found
        self._text: list[str] = []
        self._left = 0
        self._place, self._changed = "", 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._text, self._left = [], ADDRESS_LIMIT + 1

    def data(self, text: str) -> None:
        """Some text of it."""
        if self._left > 0:
            self._text.append(text[: self._left])
            self._left -= len(text)

    def end(self, tag: str) -> None:
        """It ends."""
        name, text = tag.rpartition("}")[2], "".join(self._text).strip()
        self._left = 0  # what follows is the text of what it is in
        if name == "loc" and "image" not in tag and "video" not in tag:
            self._place = text
        elif name == "lastmod":
            self._changed = moment(text)
        elif name in ("url", "sitemap"):
            self._take(name)

    def _take(self, name: str) -> None:
        if len(self._found.pages) + len(self._found.sitemaps) >= MOST_PLACES:
            raise _Enough
        if self._place and len(self._place) <= ADDRESS_LIMIT:
            if name == "url":
                self._found.pages[self._place] = self._changed
            else:
                self._found.sitemaps.append(self._place)
        self._place, self._changed = "", 0

    def close(self) -> None:
        """The document ends."""


def moment(text: str) -> int:
    """A W3C date and time in milliseconds, a day as its end; 0 when it is none."""
    try:
        parsed = datetime.fromisoformat(text) + timedelta(days=len(text) <= 10)
    except (ValueError, OverflowError):
        return 0
    parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return int(parsed.timestamp() * 1000)
