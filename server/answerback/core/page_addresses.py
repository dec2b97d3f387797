"""Where a thread's page is read: by its key, since whatever else a browser sends may be made up."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from .comments import URL_LIMIT
from .hosts import normal_origin

_AS_IS = "".join(set(map(chr, range(0x21, 0x7F))) - set('"<>`{}#\\'))
"""What browsers leave as it is in a path and a query."""


def page_address(page: str, hint: str, origins: Sequence[str]) -> str:
    """The address of the page with this key, of one of a site's origins; empty where nothing tells.

    A key that is a path, as the widget makes it, says itself where its page is; of the client's `hint` only the origin
    counts. For other keys the hint's path does. Its query never does: a search page says whatever its query says.
    """
    origin, path = _read(hint, origins)
    if page.startswith("/"):
        origin, path = origin or (origins[0] if origins else ""), quote(page, _AS_IS)
    return origin + path if origin else ""


def leads_to(url: str, page: str) -> bool:
    """Whether an address that was kept can be that of the page with this key."""
    return bool(url) and (not page.startswith("/") or key_of(url) == quote(page, _AS_IS))


def key_of(url: str) -> str:
    """The key of the page at an address, where nothing names another: its path, and its query if it has one."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _read(hint: str, origins: Sequence[str]) -> tuple[str, str]:
    if len(hint) > URL_LIMIT:
        return "", ""
    try:
        parts = urlsplit(hint.strip())
        origin = normal_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return "", ""
    return (origin, quote(parts.path or "/", _AS_IS)) if origin in origins else ("", "")
