"""The main content of an HTML page, in blocks under their headings.

lxml (BSD-licensed, in every distribution) parses; what is content is told by the page's own structure: `<main>` or
`<article>` where there is one, the body else, always without navigation, forms and scripts. Article extractors that
guess by text density (trafilatura, readability) lose short pages, tables and opening hours, and a passage too many
does no harm here: it is ranked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..core.comments import clean_text
from ..core.passages import Block

_DROPPED = frozenset(
    """script style noscript template nav footer aside form button select option input textarea svg math canvas iframe
    object embed video audio dialog head answerback-comments answerback-ask answerback-count""".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset("p li blockquote pre dt dd figcaption caption summary address".split())
_CONTAINERS = frozenset("div section article main ul ol dl table tbody thead tfoot figure details header body".split())
_HIDDEN_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu", "dialog"})
MOST_BLOCKS, BLOCK_LIMIT, DEPTH_LIMIT = 3_000, 20_000, 100


@dataclass(frozen=True, slots=True)
class Content:
    """What a page says."""

    title: str
    lang: str
    blocks: tuple[Block, ...]


def extract(body: bytes, content_type: str) -> Content:
    """The content of an HTML or plain-text page; blocks in reading order. Never raises on bad markup."""
    charset = re.search(r"charset=[\"']?([\w-]+)", content_type)
    if content_type.startswith("text/plain"):
        text = body.decode(charset[1] if charset else "utf-8", "replace")
        return Content("", "", tuple(Block(clean_text(part)) for part in re.split(r"\n\s*\n", text) if part.strip()))
    from lxml import html  # half the cost of a start, and only an answer needs it

    try:
        parser = html.HTMLParser(
            encoding=charset[1] if charset else _charset(body), remove_comments=True, remove_pis=True
        )
        root = html.document_fromstring(body, parser=parser)
    except (LookupError, ValueError, html.etree.ParserError):
        return Content("", "", ())
    title = _line(root.findtext(".//title") or "")
    mains = root.xpath("//main | //*[@role='main']") or root.xpath("//article")
    tops = [main for main in mains if not any(above in mains for above in main.iterancestors())]
    body_element = root.find("body")
    blocks = tuple(_blocks(tops or ([body_element] if body_element is not None else [])))
    return Content(title, _line(root.get("lang") or "")[:20], blocks[:MOST_BLOCKS])


def _charset(body: bytes) -> str:
    found = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", body[:4096], re.IGNORECASE)
    return found[1].decode("ascii") if found else "utf-8"


def _blocks(tops: list[Any]) -> Iterator[Block]:
    headings: list[tuple[int, str]] = []
    for top in tops:
        for element, text in _walk(top, 0):
            if element in _HEADINGS:
                level = _HEADINGS[element]
                headings = [(depth, heading) for depth, heading in headings if depth < level]
                if text:
                    headings.append((level, text))
            elif text:
                yield Block(text[:BLOCK_LIMIT], tuple(heading for _, heading in headings))


def _walk(element: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Tag and text of each heading and block below an element, in reading order."""
    tag = element.tag if isinstance(element.tag, str) else ""
    if depth > DEPTH_LIMIT or _is_dropped(element, tag):
        return
    if tag in _HEADINGS:
        yield tag, _line(_text(element))
    elif tag == "tr":
        cells = [_line(_text(cell)) for cell in element if cell.tag in ("td", "th")]
        yield "tr", " — ".join(cell for cell in cells if cell)
    elif tag == "dl":
        yield from (("dd", pair) for pair in _pairs(element))
    elif tag in _BLOCKS and not any(child.tag in ("p", "ul", "ol", "table", "div") for child in element):
        yield tag, _line(_text(element)) if tag != "pre" else clean_text(element.text_content())
    else:
        loose = [element.text or ""]
        for child in element:
            if (
                child.tag in _CONTAINERS
                or child.tag in _BLOCKS
                or child.tag in _HEADINGS
                or child.tag in _DROPPED
                or (child.tag == "tr")
            ):
                yield "p", _line("".join(loose))
                loose = []
                yield from _walk(child, depth + 1)
            elif not _is_dropped(child, child.tag if isinstance(child.tag, str) else ""):
                loose.append(" " if child.tag == "br" else _text(child))
            loose.append(child.tail or "")
        yield "p", _line("".join(loose))


def _pairs(element: Any) -> Iterator[str]:
    """Terms of a definition list with what is said of them."""
    term = ""
    for child in element.iter("dt", "dd"):
        text = _line(_text(child))
        if child.tag == "dt":
            term = f"{term}, {text}" if term else text
        else:
            yield f"{term}: {text}" if term else text
            term = ""


def _is_dropped(element: Any, tag: str) -> bool:
    if tag in _DROPPED or element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    return element.get("role") in _HIDDEN_ROLES or element.get("data-answerback-ignore") is not None


def _text(element: Any) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and not _is_dropped(child, child.tag):
            gap = " " if child.tag in _CONTAINERS or child.tag in _BLOCKS or child.tag in ("br", "td", "th") else ""
            parts.append(gap + _text(child) + gap)
        parts.append(child.tail or "")
    return "".join(parts)


def _line(text: str) -> str:
    return " ".join(clean_text(text).split())
