"""The key of a page's thread, where nothing but the page's address names one: its path, as browsers write it."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from .comments import PAGE_LIMIT

_DOT = re.compile(r"\.|%2e", re.IGNORECASE)
_KEPT = "/%!$&'()*+,;=:@~|[]^-._"
"""What browsers leave as it is in a path, beside letters and digits (https://url.spec.whatwg.org/#path-state)."""


def page_of(address: str) -> str:
    """The key of an address, the same as the widget's (tests/golden/pages.json)."""
    try:
        path = urlsplit(address).path
    except ValueError:
        path = ""
    return page_of_path(path)


def page_of_path(path: str) -> str:
    """The key of a path."""
    kept: list[str] = []
    segments = path.replace("\\", "/").removeprefix("/").split("/")
    for number, segment in enumerate(segments):
        plain = _DOT.sub(".", segment)
        if plain == "..":
            del kept[-1:]
        if plain not in (".", ".."):
            kept.append(segment)
        elif number == len(segments) - 1:
            kept.append("")
    return quote("/" + "/".join(kept), safe=_KEPT, errors="replace")[:PAGE_LIMIT]
