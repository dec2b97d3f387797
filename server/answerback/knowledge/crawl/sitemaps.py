"""Sitemaps and sitemap indexes: XML, text, and both packed by gzip, read piece by piece.

What sites call XML often is none: empty lines before its declaration, bare ampersands, notices of PHP, a part that is
missing. So no parser of XML reads it: what stands between tags is taken, and there are no entities to expand.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape

from ..extract.charsets import charset_of

MOST_BYTES = 50 * 1024 * 1024
MOST_PLACES = 50_000
"""As the standard has both."""
ADDRESS_LIMIT, PIECE = 2_000, 64 * 1024
LONGEST = 4 * ADDRESS_LIMIT
"""Of a tag and what stands behind it."""
CDATA = "![CDATA["
_NAME = re.compile(r"(/?)(?:(\w[\w.-]{0,40}):)?(\w{1,20})(?![\w:.-])")
_OTHERS = frozenset(("image", "video", "news", "xhtml", "media"))
"""Prefixes of what is not about pages."""


@dataclass(slots=True)
class Sitemap:
    """Page addresses with their last change (milliseconds, 0 if unknown), and further sitemaps."""

    pages: dict[str, int] = field(default_factory=dict)
    sitemaps: list[str] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether the limit of addresses is reached."""
        return len(self.pages) + len(self.sitemaps) >= MOST_PLACES


def read_sitemap(body: bytes) -> Sitemap:
    """Parses a sitemap as far as it is readable. Raises ValueError (`format`) if it is none."""
    found = Sitemap()
    text = _text(body)
    head = next(text, "")
    while len(head) < PIECE and (more := next(text, "")):
        head += more
    if "<" in head[:PIECE]:
        _read_xml(_joined(head, text), found)
    else:
        _read_lines(_joined(head, text), found)
    if head.strip() and not (found.pages or found.sitemaps) and not _is_sitemap(head):
        raise ValueError("format")
    return found


def _is_sitemap(head: str) -> bool:
    return any(f"<{name}" in head for name in ("urlset", "sitemapindex"))


def _joined(head: str, rest: Iterator[str]) -> Iterator[str]:
    yield head
    yield from rest


def _text(body: bytes) -> Iterator[str]:
    decoder = None
    for piece in _unpacked(body):
        if decoder is None:
            decoder = codecs.getincrementaldecoder(charset_of(piece, ""))("replace")
        yield decoder.decode(piece)


def _unpacked(body: bytes) -> Iterator[bytes]:
    """The bytes in chunks, decompressed if packed; of a broken archive the part before the break."""
    left = MOST_BYTES
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if body[:2] == b"\x1f\x8b" else None
    for start in range(0, len(body), PIECE):
        piece = body[start : start + PIECE]
        while piece and left > 0:
            part, piece = piece, b""
            if unpack is not None:
                try:
                    part = unpack.decompress(part, PIECE)
                except zlib.error:
                    return
                piece = unpack.unconsumed_tail
            yield part[:left]
            left -= len(part)


def _read_lines(text: Iterator[str], found: Sitemap) -> None:
    rest = ""
    for piece in text:
        *lines, rest = (rest + piece).splitlines() or [""]
        for line in [*lines, rest] if piece.endswith("\n") else lines:
            _take_line(line, found)
        rest = "" if piece.endswith("\n") else rest[-ADDRESS_LIMIT - 1 :]
        if found.full:
            return
    _take_line(rest, found)


def _take_line(line: str, found: Sitemap) -> None:
    line = line.strip()
    if line.startswith(("http://", "https://")) and len(line) <= ADDRESS_LIMIT and not found.full:
        found.pages.setdefault(line, 0)


def _read_xml(text: Iterator[str], found: Sitemap) -> None:
    place, changed, name = "", 0, ""
    for tag, said in _tags(text):
        match = _NAME.match(tag)
        if tag != CDATA:
            name = match[3] if match and not match[1] and match[2] not in _OTHERS else ""
        if name in ("loc", "link"):
            place = place or unescape(said).strip()
        elif name == "lastmod":
            changed = changed or moment(said.strip())
        elif match and match[3] in ("url", "sitemap", "item"):
            if place and len(place) <= ADDRESS_LIMIT and match[3] == "sitemap":
                found.sitemaps.append(place)
            elif place and len(place) <= ADDRESS_LIMIT:
                found.pages[place] = changed
            place, changed = "", 0
        if found.full:
            return


def _tags(text: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Each tag and the text behind it, both limited to an address's length; comments are skipped."""
    rest, hidden = "", False
    for piece in text:
        *parts, rest = (rest + piece).split("<")
        for part in parts:
            hidden = (hidden or part.startswith("!--")) and "-->" not in part
            if part.startswith(CDATA):
                yield CDATA, part.removeprefix(CDATA).partition("]]>")[0]
            elif not hidden and not part.startswith("!--"):
                tag, _, said = part.partition(">")
                yield tag, said
        if len(rest) > LONGEST:
            rest = rest[:LONGEST] + ("-->" if "-->" in rest else "")
    tag, end, said = rest.partition(">")
    if end and not hidden:
        yield tag, said


def moment(text: str) -> int:
    """A W3C date and time in milliseconds, a day as its end; 0 if invalid."""
    try:
        parsed = datetime.fromisoformat(text) + timedelta(days=len(text) <= 10)
    except (ValueError, OverflowError):
        return 0
    parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return int(parsed.timestamp() * 1000)
