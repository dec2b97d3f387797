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
    """The address of the page with this key, at one of the site's origins; empty if unknown. A key that is a path gives
    the address itself; of the client's `hint` only the origin and the spelling of that path count. For other keys the
    hint's path counts. Its query never does: a search page repeats any query."""
    origin, path, _ = _read(hint, rules.origins)
    if page.startswith("/"):
        own, rest = _split(page)
        origin = origin or (rules.origins[0] if rules.origins else "")
        path = (path if page_key(path, rules) == own else quote(own, _AS_IS)) + quote(rest, _AS_IS + "#")
    return origin + path if origin else ""


@lru_cache(1_024)
def page_hint(page: str, hint: str, rules: PageRules) -> str:
    """The address at which a visitor reads a page whose key is a path, if it has a query that the key lacks; else
    empty. Only the page itself can confirm it (`names`)."""
    origin, path, query = _read(hint, rules.origins)
    address = f"{origin}{path}?{query}"
    same = page.startswith("/") and page_key(path, rules) == _split(page)[0]
    return address if query and same and address != page_address(page, hint, rules) else ""


def names(canonical: str, url: str) -> bool:
    """Whether a page's canonical link contains an address's whole query, which proves that it is not made up."""
    named, read = urlsplit(canonical), urlsplit(url)
    queries = (set(parse_qsl(parts.query, keep_blank_values=True)) for parts in (read, named))
    return named[:3] == read[:3] and set.issubset(*queries)


def leads_to(url: str, page: str) -> bool:
    """Whether a stored address can be that of the page with this key."""
    return bool(url) and (not page.startswith("/") or key_of(url) == page)


def key_of(url: str) -> str:
    """The key of the page at an address of the site."""
    return page_key(url, ANYWHERE, own_query=True)


def _split(page: str) -> tuple[str, str]:
    """The path of a key, and the rest."""
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
