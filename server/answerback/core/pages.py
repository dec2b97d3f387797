"""The key of a page's thread, where nothing but the page's address names one: its path, as browsers write it."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from urllib.parse import quote, unquote_to_bytes, urlsplit

from .comments import PAGE_LIMIT

_DOT = re.compile(r"\.|%2e", re.IGNORECASE)
_KEPT = "/%!$&'()*+,;=:@~|[]^-._"
"""What browsers leave as it is in a path, beside letters and digits (https://url.spec.whatwg.org/#path-state)."""
PAGE_PARAMETERS = frozenset(
    ("p", "page_id", "attachment_id", "post", "post_id", "id", "no", "idx", "article", "bo_table", "wr_id", "mid",
     "document_srl")
)  # fmt: skip
"""Parameters of a query that say which page it is, in WordPress and in boards; others (tracking, above all) do not."""
_TRACKING = re.compile(r"utm_.*|fbclid|gclid|msclkid|mc_[ce]id|ref|source|replytocom|amp|share", re.IGNORECASE)
_ESCAPED = re.compile("(?:%[0-9A-Fa-f]{2}|[^\x00-\x7f])+")


def page_of(address: str) -> str:
    """The key of an address, the same as the widget's (tests/golden/pages.json)."""
    try:
        path = urlsplit(address).path
    except ValueError:
        path = ""
    return page_of_path(path)


def page_of_path(path: str) -> str:
    """The key of a path."""
    return _written(path)[:PAGE_LIMIT]


def page_elsewhere(address: str, *, canonical: bool = False) -> str:
    """The key of an address that another system has kept, whatever case and composition its escapes are in.

    Of the query only what names a page counts, of a `canonical` address all but tracking. Empty where the address is
    none, or too long: a key is never cut into another page's.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if not (parts.path or parts.netloc or parts.query):
        return ""
    pairs = [pair for pair in parts.query.split("&") if _names_page(pair.partition("=")[0], canonical)]
    key = _written(_ESCAPED.sub(_once, parts.path))
    if pairs:
        key += "?" + quote(_ESCAPED.sub(_once, "&".join(sorted(pairs))), safe=_KEPT + "?")
    return key if len(key) <= PAGE_LIMIT else ""


def _names_page(name: str, canonical: bool) -> bool:
    return name in PAGE_PARAMETERS or (canonical and name != "" and not _TRACKING.fullmatch(name))


def _once(match: re.Match[str]) -> str:
    """A run of escapes and letters, each escaped once in upper case; plain letters and digits are not."""
    data = unquote_to_bytes(match[0])
    with suppress(UnicodeDecodeError):  # of another encoding's escapes only the case is made one
        data = unicodedata.normalize("NFC", data.decode()).encode()
    return quote(data, safe="")


def _written(path: str) -> str:
    """A path as browsers write it."""
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
    return quote("/" + "/".join(kept), safe=_KEPT, errors="replace")
