"""A thread's page address, derived from its key because browsers can send anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlsplit

from .comments import URL_LIMIT
from .hosts import normal_origin
from .pages import ANYWHERE, PageRules, page_key

_AS_IS = "".join(set(map(chr, range(0x21, 0x7F))) - set('"<>`{}#\\'))
"""What browsers leave as it is in a path and a query."""


@lru_cache(1_024)
def page_address(page: str, hint: str, rules: PageRules) -> str:
    """The address of the page with this key, of one of a site's origins; empty where nothing tells.

    A key that is a path, as the widget makes it, says itself where its page is; of the client's `hint` only the origin
    counts, and how it spells that path. For other keys the hint's path does. Its query never does: a search page says
    whatever its query says.
    """
    origin, path, _ = _read(hint, rules.origins)
    if page.startswith("/"):
        own, rest = _split(page)
        origin = origin or (rules.origins[0] if rules.origins else "")
        path = (path if page_key(path, rules) == own else quote(own, _AS_IS)) + quote(rest, _AS_IS + "#")
    return origin + path if origin else ""


@lru_cache(1_024)
def page_hint(page: str, hint: str, rules: PageRules) -> str:
    """The address at which a visitor reads the page of a key that is a path, where it has a query that the key has not;
    empty otherwise. Nothing but the page itself can say whether it is the page's (`names`)."""
    origin, path, query = _read(hint, rules.origins)
    address = f"{origin}{path}?{query}"
    same = page.startswith("/") and page_key(path, rules) == _split(page)[0]
    return address if query and same and address != page_address(page, hint, rules) else ""


def names(canonical: str, url: str) -> bool:
    """Whether a page's canonical link names an address with its whole query: then no part of it is made up."""
    named, read = urlsplit(canonical), urlsplit(url)
    queries = (set(parse_qsl(parts.query, keep_blank_values=True)) for parts in (read, named))
    return named[:3] == read[:3] and set.issubset(*queries)


def leads_to(url: str, page: str) -> bool:
    """Whether an address that was kept can be that of the page with this key."""
    return bool(url) and (not page.startswith("/") or key_of(url) == page)


def key_of(url: str) -> str:
    """The key of the page at an address of the site, where nothing names another."""
    return page_key(url, ANYWHERE, own_query=True)


def _split(page: str) -> tuple[str, str]:
    """The path of a key, and what follows it."""
    own = re.split("[?#]", page, maxsplit=1)[0]
    return own, page[len(own) :]


def _read(hint: str, origins: Sequence[str]) -> tuple[str, str, str]:
    if len(hint) > URL_LIMIT:
        return "", "", ""
    try:
        parts = urlsplit(hint.strip())
        origin = normal_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return "", "", ""
    if origin not in origins:
        return "", "", ""
    return origin, quote(parts.path or "/", _AS_IS), quote(parts.query, _AS_IS)
