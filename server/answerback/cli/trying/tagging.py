"""Rewrites a page for the browser: adds the tag and maps the production host to the local one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

# Bytes are handled as Latin-1, which round-trips every byte, whatever the page's encoding.
_BYTES = "latin-1"
_ADDRESS = (
    rb"(?P<before>(?:href|src|srcset|content|action|data-[\w-]+)\s*=\s*[\"']?\s*|<loc>\s*|<link>\s*|^sitemap:\s*)"
)
_TAG = re.compile(r"<script\b[^>]*/answerback\.js\b[^>]*>\s*</script>", re.I)


@dataclass(frozen=True, slots=True)
class Home:
    """The production address that a site declares."""

    hosts: frozenset[str]
    """The host, with its port if any, in the pages' canonical links."""
    base: str
    """The path that the whole site is below, without a trailing slash: `/repo`, or empty."""


def home_of(pages: Iterable[tuple[str, bytes]]) -> Home:
    """The address that most pages declare in their canonical link, else in `og:url`; each page comes with its path
    below the folder."""
    hosts: Counter[str] = Counter()
    bases: Counter[str] = Counter()
    for path, body in pages:
        reader = _Reader()
        reader.feed(body.decode(_BYTES))
        parts = urlsplit(reader.canonical or reader.shared_as)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            continue
        hosts[parts.netloc.lower()] += 1
        for ending in {path, path.removesuffix("index.html"), path.removesuffix(".html")}:
            said = unquote(parts.path).rstrip("/") + "/" if ending.endswith("/") else unquote(parts.path)
            if said.endswith(ending):
                bases[said.removesuffix(ending)] += 1
                break
    most = bases.most_common(1)
    return Home(frozenset(hosts), most[0][0] if most else "")


def at_home(body: bytes, home: Home, origin: str) -> bytes:
    """Replaces the production host with `origin` in a page, sitemap or feed. Only addresses change (attributes,
    `<loc>`, `<link>`, the robots file's `Sitemap:`), never the page's text."""
    if not home.hosts:
        return body
    hosts = b"|".join(re.escape(host.encode()) for host in sorted(home.hosts))
    pattern = re.compile(_ADDRESS + rb"(?:https?:)?//(?:" + hosts + rb")(?=[/?#\"'\s<>]|$)", re.I | re.M)
    return pattern.sub(lambda match: match["before"] + origin.encode(), body)


def with_tag(body: bytes, tag: str) -> bytes:
    """Inserts the tag where the page's article ends: at the end of a sole article, else of the main part or the body.
    An existing tag is replaced in place; a fragment of a page is left unchanged."""
    text = body.decode(_BYTES)
    if _TAG.search(text):
        return _TAG.sub(lambda _: tag, text).encode(_BYTES)
    reader = _Reader()
    reader.feed(text)
    place = reader.end
    if place is None:
        if text.lstrip("\xef\xbb\xbf \n\r\t")[:9].lower() != "<!doctype":
            return body
        place = len(text)
    return f"{text[:place]}\n{tag}\n{text[place:]}".encode(_BYTES)


def tag_of(public_url: str, key: str, selector: str | None) -> str:
    """The tag to insert; with a selector, it places itself there."""
    target = f' data-target="{escape(selector)}"' if selector else ""
    return f'<script src="{public_url}/answerback.js" data-site="{key}"{target} async></script>'


class _Reader(HTMLParser):
    """Finds where a page's article ends, and the address that the page declares."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.canonical = ""
        self.shared_as = ""
        self._ends: dict[str, int] = {}
        self._articles = 0
        self._depth = 0
        self._lines: list[int] = []

    def feed(self, data: str) -> None:
        self._lines = [0, *(match.end() for match in re.finditer("\n", data))]
        super().feed(data)

    @property
    def end(self) -> int | None:
        """The position of the end tag before which comments belong; None if there is none."""
        names = ("article", "main", "body", "html") if self._articles == 1 else ("main", "body", "html")
        return next((self._ends[name] for name in names if name in self._ends), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "link" and "canonical" in named.get("rel", "").lower().split():
            self.canonical = self.canonical or named.get("href", "")
        elif tag == "meta" and named.get("property", "").lower() == "og:url":
            self.shared_as = self.shared_as or named.get("content", "")
        elif tag == "article":
            self._articles += self._depth == 0
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._depth = max(0, self._depth - 1)
        if tag in ("article", "main", "body", "html"):
            line, column = self.getpos()
            self._ends[tag] = self._lines[line - 1] + column


def title_of(body: bytes) -> str:
    """The page's title as text, at most 100 characters; empty if it has none."""
    found = re.search(rb"<title[^>]*>(.*?)</title", body[:100_000], re.S | re.I)
    return " ".join(unescape(found[1].decode("utf-8", "replace")).split())[:100] if found else ""
