"""Where pages have moved: a file with a line for each, `old,new` or `old new`; a trailing `*` stands for the rest."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from ..core.pages import page_elsewhere
from ..errors import BadRequest


class AddressMap:
    """New addresses of pages by their old ones, which are URLs, paths, or (of threads that have none) titles."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._exact = {_normal(old): new for old, new in pairs if not old.endswith("*")}
        prefixes = [(_normal(old[:-1]), new) for old, new in pairs if old.endswith("*")]
        self._prefixes = sorted(prefixes, key=lambda pair: -len(pair[0]))

    def of(self, address: str) -> str:
        """The page's address now: the line that is exactly its own, else the one with the longest beginning."""
        whole = _normal(address)
        forms = (whole, whole[whole.find("/") :]) if not whole.startswith("/") and "/" in whole else (whole,)
        for form in forms:
            if form in self._exact:
                return self._exact[form]
        for prefix, new in self._prefixes:
            for form in forms:
                if form.startswith(prefix):
                    return new[:-1] + form[len(prefix) :] if new.endswith("*") else new
        return address


def read_map(path: Path) -> AddressMap:
    """The map in a file. Raises BadRequest, which names the line that is none."""
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
    return AddressMap(pairs)


def _is_place(text: str) -> bool:
    return text.startswith(("/", "http://", "https://"))


def _normal(address: str) -> str:
    """Host and key of an address, all of its query included; a title stays as it is."""
    if not _is_place(address):
        return address.strip()
    try:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    return host + page_elsewhere(address, canonical=True)
