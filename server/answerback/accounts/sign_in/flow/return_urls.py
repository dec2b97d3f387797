"""Where a sign-in may start and return to: exact origins only (threat 6)."""

from __future__ import annotations

import re

from ....errors import BadRequest
from ....sites.settings import Site

ADDRESS_LIMIT = 2_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
# Browsers drop these characters or read them as a slash.
_STRANGE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


def allowed_origin(site: Site, text: str, own: str) -> str:
    """The origin where a sign-in begins: exactly one of the site's, or our own. Raises BadRequest."""
    if text not in site.origins and text != own:
        raise BadRequest("origin_not_allowed")
    return text


def way_back(text: str, of: str) -> str:
    """The return address without its fragment, of exactly this origin. Raises BadRequest. Compared literally with the
    form that browsers report: an address that two parsers could read differently is rejected."""
    if len(text) > ADDRESS_LIMIT or _STRANGE.search(text) or not text.startswith((f"{of}/", f"{of}?")):
        raise BadRequest("validation_failed", "return_to: must be a URL on the page's own origin.")
    return text.partition("#")[0]


def own_page(text: str, of: str, base: str) -> str:
    """Like `way_back`, on our own origin: visitors' account pages only."""
    address = way_back(text, of)
    if not address.startswith(f"{of}{base}/account/"):
        raise BadRequest("validation_failed", "return_to: must be an account page.")
    return address


def token(name: str, text: str) -> str:
    """A nonce or challenge: 16 to 128 base64url characters. Raises BadRequest."""
    if not _TOKEN.fullmatch(text):
        raise BadRequest("validation_failed", f"{name}: must have 16 to 128 characters of base64url.")
    return text
