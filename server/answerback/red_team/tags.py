"""Parses an answer's HTML with a different parser from the one that sanitised it."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

_TAGS = frozenset("p br strong em s code pre blockquote ul ol li a hr h3 h4 h5 h6 table thead tbody tr th td".split())
_ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}}
_OURS = (("span", {"class": "muted"}), ("span", {"class": "badge old"}), ("div", {"dir": "auto"}))
"""Markup that we put around sentences without support on the site, and around text of another direction."""
_REL = {"nofollow", "ugc", "noopener", "noreferrer"}
_SCHEMES = {"", "http", "https", "mailto"}


@dataclass(slots=True)
class Link:
    """A link: its target, its text, and its `rel`."""

    address: str
    rel: set[str]
    text: str = ""

    @property
    def is_marked(self) -> bool:
        """Whether the text of an external link names its target, and `rel` keeps the page from leaking to it."""
        try:
            parts = urlsplit(self.address)
        except ValueError:
            return False
        place = parts.path.casefold() if parts.scheme == "mailto" else (parts.hostname or "")
        return self.rel >= _REL and place in self.text.casefold()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self.harm = ""
        self._open: Link | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if (tag, values) in _OURS:
            return
        if tag not in _TAGS or set(values) - _ATTRIBUTES.get(tag, set()) or _scheme(values) not in _SCHEMES:
            self.harm = self.harm or (self.get_starttag_text() or tag)
        if tag == "a":
            self._open = Link(values.get("href", ""), set(values.get("rel", "").split()))
            self.links.append(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.text += data


def _scheme(values: dict[str, str]) -> str:
    try:
        return urlsplit(values.get("href", "").strip()).scheme.lower()
    except ValueError:
        return "none"


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def harm(html: str) -> str:
    """The first tag that runs or loads something; empty if there is none."""
    return _read(html).harm


def links(html: str) -> list[Link]:
    """The links in document order."""
    return _read(html).links
