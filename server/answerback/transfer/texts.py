"""Converts foreign comments, HTML or Markdown: links show their target, pictures become links, code stays verbatim."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import nh3

from ..core.markdown_dialect import with_addresses
from .model import TEXT_LIMIT

_SAME = {
    "b": "strong", "i": "em", "del": "s", "strike": "s", "h1": "h3", "h2": "h3", "tt": "code", "kbd": "code",
    "samp": "code", "div": "p", "section": "p", "figure": "p", "dl": "ul", "dt": "li", "dd": "li",
}  # fmt: skip
_KEPT = frozenset(("p", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "h5", "h6"))
_BLOCKS = _KEPT - {"strong", "em", "s", "code"} | {"tr", "summary"}
_MEDIA = {"img": "src", "iframe": "src", "video": "src", "audio": "src", "source": "src", "embed": "src",
          "object": "data"}  # fmt: skip
_UNSEEN = {"script", "style", "template", "noscript", "title", "textarea", "select", "svg", "math"}
_READ = {*_SAME, *_KEPT, *_MEDIA, "a", "br", "hr", "summary", "table", "tbody", "thead", "tr", "td", "th"}
_ATTRIBUTES = {name: {"src", "data", "data-src", "alt", "title"} for name in _MEDIA} | {"a": {"href"}, "ol": {"start"}}
_REDIRECTS = {"disq.us": ("/url", "url"), "l.facebook.com": ("/l.php", "u"), "www.google.com": ("/url", "q")}
_HTML = re.compile(r"\s*<(?:p|div|br|a|img|blockquote|ul|ol|pre|span|strong|em|b|i|h\d)\b[^<>]*>", re.IGNORECASE)
_PICTURE_TAG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_PICTURE = re.compile(r"!\[([^\]\n]{0,300})\]\(\s*<?([^\s()<>]{1,2000})>?(?:\s+[\"'(][^\n]{0,300}?[\"')])?\s*\)")
_CODE = re.compile(r"(^ {0,3}(```|~~~).*?(?:^ {0,3}\2|\Z)|`[^`\n]*`)", re.DOTALL | re.MULTILINE)


class Text(NamedTuple):
    """A comment's words, and their HTML, which is not yet safe; empty where it is made from the words."""

    body: str
    html: str = ""


def from_html(html: str) -> Text:
    """The words of foreign HTML, and the HTML as a comment here has it."""
    if len(html) > TEXT_LIMIT:
        return Text(html)  # left out
    reader = _Reader()
    # Made well-formed first: Python's parser is quadratic on malformed markup.
    reader.feed(nh3.clean(html, tags=_READ, clean_content_tags=_UNSEEN, attributes=_ATTRIBUTES, link_rel=None))
    reader.close()
    lines = "".join(reader.words).split("\n")
    if not any(map(str.strip, lines)) and reader.unreachable:
        return Text(" ".join(reader.unreachable))  # only pictures with unknown addresses
    return Text("\n".join(line.rstrip() for line in lines).strip("\n").rstrip(), "".join(reader.out))


def from_markdown(source: str) -> Text:
    """Markdown whose pictures are links to them."""
    if len(source) > TEXT_LIMIT:
        return Text(source)  # left out
    parts = _CODE.split(source)
    # Groups of three: text, code, its fence.
    for index in range(0, len(parts), 3):
        parts[index] = _PICTURE.sub(
            lambda found: f"[{_caption(found[1], found[2])}]({found[2]})", _PICTURE_TAG.sub(_tag_as_link, parts[index])
        )
    return Text("".join(part or "" for index, part in enumerate(parts) if index % 3 < 2))


def from_mixed(text: str) -> Text:
    """A text of a system that keeps either: HTML where it begins with a tag."""
    return from_html(text) if _HTML.match(text) else from_markdown(text)


def line(text: str) -> str:
    """A name or a title that was escaped for HTML, as people read it."""
    return unescape(text)


def _tag_as_link(found: re.Match[str]) -> str:
    reader = _Attributes()
    reader.feed(found[0])
    address = reader.found.get("src") or ""
    return f"![{reader.found.get('alt') or ''}]({address})" if address.startswith("http") else found[0]


def _caption(alt: str, address: str) -> str:
    """What a link to a picture says: its description, else its file's name."""
    return " ".join(alt.split()) or unquote(urlsplit(address).path).rpartition("/")[2] or address


def straight(address: str) -> str:
    """Where a link leads that goes through a redirect of a comment system or a social network."""
    try:
        parts = urlsplit(address.strip())
        path, parameter = _REDIRECTS.get((parts.hostname or "").lower(), ("", ""))
        if not path or parts.path != path:
            return address
        target = parse_qs(parts.query).get(parameter, [""])[0]
    except ValueError:
        return address
    if parameter == "url":  # Disqus appends a hash
        target = re.sub(r":[\w-]*\Z", "", target) if target.count(":") > 1 else target
    return target if target.startswith(("http://", "https://")) else address


class _Attributes(HTMLParser):
    """The attributes of one tag."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = dict(attrs)

    handle_startendtag = handle_starttag


class _Reader(HTMLParser):
    """Writes HTML of a comment's few tags, and its words beside."""

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.words: list[str] = []
        self._link: str | None = None
        self._behind: list[str] = []
        self.unreachable: list[str] = []
        self._pre = 0
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        tag = _SAME.get(tag, tag)
        if tag in _BLOCKS:
            self._new_line()
        if tag == "a" and not values.get("href", "").startswith("#"):  # links to a comment of the old page are dropped
            self._link = straight(values.get("href", ""))
            self.out.append(f'<a href="{escape(self._link)}">')
        elif tag in _MEDIA:
            address = values.get(_MEDIA[tag]) or values.get("data-src", "")
            self._picture(address, values.get("alt") or values.get("title") or "")
        elif tag == "br":
            self.out.append("\n" if self._pre else "<br>")
            self.words.append("\n")
        elif tag == "hr":
            self.out.append("<hr>")
        elif tag in _KEPT:
            start = values.get("start", "")
            self.out.append(f'<ol start="{start}">' if tag == "ol" and start.isdecimal() else f"<{tag}>")
        self._pre += tag == "pre"
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        tag = _SAME.get(tag, tag)
        self._pre = max(0, self._pre - (tag == "pre"))
        self._code = max(0, self._code - (tag == "code"))
        if tag in _KEPT or (tag == "a" and self._link is not None):
            self.out.append(f"</{tag}>")
        if tag == "a":
            self._link = None
            for address in self._behind:
                self._say(" ")
                self._linked(address, _caption("", address))
            self._behind.clear()
        if tag == "tr":
            self.out.append("<br>")
        if tag in ("td", "th"):
            self.out.append(" ")
            self.words.append(" ")
        if tag in _BLOCKS:
            self._new_line()

    def handle_data(self, data: str) -> None:
        if self._pre:
            self.words.append(data)
        else:
            flat = re.sub(r"[ \t\r\n\f]+", " ", data)
            self.words.append(flat.lstrip(" ") if self._at_line_start() else flat)
        bare = not (self._pre or self._code or self._link is not None)
        self.out.append(_with_links(data) if bare else escape(data, quote=False))

    def _picture(self, address: str, alt: str) -> None:
        address = f"https:{address}" if address.startswith("//") else address
        if not address.startswith(("http://", "https://")):
            self._say(alt)
            self.unreachable += [] if address.startswith("data:") else [_caption(alt, address)]
        elif self._link is None:
            self._linked(address, _caption(alt, address))
        elif self._link == address:
            self._say(_caption(alt, address))
        else:  # a linked picture: keep both addresses
            self._say(_caption(alt, address))
            self._behind.append(address)

    def _linked(self, address: str, said: str) -> None:
        self.out.append(f'<a href="{escape(address)}">')
        self._say(said)
        self.out.append("</a>")

    def _say(self, text: str) -> None:
        self.out.append(escape(text, quote=False))
        self.words.append(text)

    def _at_line_start(self) -> bool:
        return not self.words or self.words[-1].endswith("\n")

    def _new_line(self) -> None:
        if self.words and not self._at_line_start():
            self.words.append("\n")


def _with_links(data: str) -> str:
    """Text as HTML, its bare addresses as links."""
    return with_addresses(
        data,
        lambda address: f'<a href="{escape(address)}">{escape(address)}</a>' if address else "",
        lambda text: escape(text, quote=False),
    )
