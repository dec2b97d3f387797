"""Removes inline pictures, scripts and styles before parsing."""

from __future__ import annotations

import re

MOST_BYTES = 2 * 1024 * 1024
"""What of a page is parsed, and no more; the rest is left out."""
_PICTURE = re.compile(rb"(data:[\w/+.-]{1,60}(?:;[\w=-]{1,60})?;base64,)[A-Za-z0-9+/=%\s]{200,}")
_HEAVY = (b"script", b"style", b"svg")


def lightened(body: bytes) -> tuple[bytes, bool]:
    """A page small enough to parse, and whether its end was cut."""
    body = _PICTURE.sub(rb"\1", body)
    for name in _HEAVY:
        if len(body) > MOST_BYTES:
            body = _without(body, name)
    return body[:MOST_BYTES], len(body) > MOST_BYTES


def _without(body: bytes, name: bytes) -> bytes:
    """Empties elements with this name; an unclosed one keeps its content."""
    folded, kept, place = body.lower(), [], 0
    while (begin := folded.find(b"<" + name, place)) >= 0:
        start, end = folded.find(b">", begin) + 1, folded.find(b"</" + name, begin)
        if not 0 < start <= end:
            break
        kept.append(body[place:start])
        place = end
    return b"".join((*kept, body[place:]))
