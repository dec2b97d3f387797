"""Address maps for imports: a line each, `old,new` or `old new`; a trailing `*` stands for the rest."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from ..core.comments import PAGE_LIMIT
from ..core.pages import ANYWHERE, Moves, PageRules, page_key, page_prefix
from ..errors import BadRequest

_ESCAPED = re.compile(r"&(?:amp|#0*38|#x0*26);", re.IGNORECASE)


class AddressMap:
    """New page addresses by old ones: URLs, paths, or titles of threads without an address."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._moves = Moves.of((_normal(old), new) for old, new in pairs)

    def of(self, address: str) -> str:
        """A page's new address: by its exact line, else by the longest prefix."""
        whole = _normal(address)
        forms = (whole, whole[whole.find("/") :]) if not whole.startswith("/") and "/" in whole else (whole,)
        exact = (self._moves.exact.get(form) for form in forms)
        found = (new for new in (*exact, *map(self._moves.of_key, forms)) if new is not None)
        return next(found, address)


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Parses the file. Raises BadRequest that names the invalid line."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest("validation_failed", f"{path} cannot be read ({error}).") from None
    pairs = []
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        separator = next((each for each in (",", "\t", " ") if each in line), None)
        old, _, new = line.rpartition(separator) if separator else ("", "", "")
        old, new = old.strip().strip('"'), new.strip().strip('"')
        if not old or not new or (new.endswith("*") and not old.endswith("*")) or not _is_place(new):
            raise BadRequest("validation_failed", f"{path}, line {number}: must be old,new, both addresses or paths.")
        pairs.append((old, new))
    return pairs


def _is_place(text: str) -> bool:
    return text.startswith(("/", "http://", "https://"))


def plain_address(address: str) -> str:
    """An address as a browser shows it: WordPress escapes it before a file of XML does so once more."""
    return _ESCAPED.sub("&", address)


def key_elsewhere(address: str, rules: PageRules, *, own_query: bool = False, named: bool = False) -> str:
    """The key of an address stored by another system, or (`named`) of a page's name, which need not be an address;
    empty if there is none or it is too long, since a cut key would be another page's."""
    try:
        urlsplit(address)
    except ValueError:
        return ""
    address = address.strip()
    if address and not named and not address.startswith(("http://", "https://")):
        address = f"//-{'' if address[0] in '/?' else '/'}{address}"  # a path keeps its query, a URL does not
    key = page_key(address, rules, own_query=own_query)
    return key if len(key) <= PAGE_LIMIT else ""


def _normal(address: str) -> str:
    """Host and key of an address or prefix; a title is unchanged."""
    if not _is_place(address):
        return address.strip()
    try:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    if address.endswith("*"):
        return host + page_prefix(address[:-1], ANYWHERE) + "*"
    return host + page_key(address, ANYWHERE, own_query=True)
