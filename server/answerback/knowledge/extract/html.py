"""The main content of an HTML page, in blocks under their headings.

lxml (BSD-licensed, in every distribution) parses; what is content is told by the page's own structure: `<main>` or
`<article>` where there is one, the body else, always without navigation, forms and scripts. Decision 4 says why not
by an article extractor.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ...core.comments import clean_text
from ...core.grounding.passages import Block
from ...core.invisible import strip_hidden
from .visibility import drop_hidden

_DROPPED = frozenset(
    """script style noscript template nav footer aside form button select option input textarea svg math canvas iframe
    object embed video audio dialog head answerback-comments answerback-ask answerback-count""".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset("p li blockquote pre dt dd figcaption caption summary address".split())
_CONTAINERS = frozenset(
    """div section article main ul ol dl table tbody thead tfoot figure details header hgroup fieldset legend
    body""".split()
)
_APART = _CONTAINERS | _BLOCKS | _HEADINGS.keys() | {"br", "td", "th"}
_HIDDEN_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu", "dialog"})
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Names that browsers read as their larger relatives.
_READ_AS = {
    "euc-kr": "cp949", "euc_kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8", "utf-7": "utf-8",
}  # fmt: skip
_TOLD_ONLY = {"utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
"""A page that names one of these itself could not be read until there."""
_OF_THE_WEB = re.compile(r"utf-8|cp\d+|iso8859-\d+|euc_jp|iso2022_jp|gb18030|big5(?:hkscs)?|koi8-[ru]|mac-roman")
_ASIDE = frozenset("nav navbar navigation sidebar footer breadcrumb breadcrumbs pagination newsletter".split())
"""Words of ids and classes that tell what is not content, on pages without landmarks.

Not `menu`, `share` or `related`: a restaurant's menu is what visitors ask for.
"""
IGNORED = "data-answerback-ignore"
"""What an owner marks so is kept out."""
_WANTED = f"not(ancestor::*[@{IGNORED}])"
CELL = "\t"
"""Between the cells of a row, and a term and its meaning: space, so that a quote of them is found on the page."""
MOST_BLOCKS, BLOCK_LIMIT, DEPTH_LIMIT = 3_000, 20_000, 100


@dataclass(frozen=True, slots=True)
class Content:
    """What a page says."""

    title: str
    lang: str
    blocks: tuple[Block, ...]


def document(body: bytes, content_type: str) -> Any:
    """The root element of an HTML page, without comments; None for what is none. Never raises on bad markup."""
    from lxml import html  # half the cost of a start, and only an answer needs it

    text = body.decode(charset_of(body, content_type), "replace").replace("\x00", "")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (ValueError, html.etree.ParserError):
        return None


def extract(body: bytes, content_type: str) -> Content:
    """The content of an HTML or plain-text page; blocks in reading order. Never raises on bad markup."""
    if content_type.startswith("text/plain"):
        text = body.decode(charset_of(body, content_type), "replace")
        return Content("", "", tuple(Block(clean_text(part)) for part in re.split(r"\n\s*\n", text) if part.strip()))
    root = document(body, content_type)
    if root is None:
        return Content("", "", ())
    title, lang = _line(root.findtext(".//title") or ""), _line(root.get("lang") or "")[:20]
    drop_hidden(root)
    # A page that hides everything shows it when its scripts have begun.
    return Content(title, lang, _content(root) or _content(document(body, content_type)))


def _content(root: Any) -> tuple[Block, ...]:
    mains = root.xpath(f"(//main | //*[@role='main'])[{_WANTED}]") or root.xpath(f"//article[{_WANTED}]")
    tops = [main for main in mains if not any(above in mains for above in main.iterancestors())]
    body_element = root.find("body")
    if not tops and body_element is not None:
        _drop_asides(body_element)
        tops = [body_element]
    return tuple(islice(_blocks(tops), MOST_BLOCKS))


def _drop_asides(body: Any) -> None:
    for element in list(body.iter("div", "section", "ul", "ol", "p")):
        words = re.split(r"[\W_]+", f"{element.get('id') or ''} {element.get('class') or ''}".lower())
        if not _ASIDE.isdisjoint(words) and element.getparent() is not None:
            element.drop_tree()


def charset_of(body: bytes, content_type: str) -> str:
    """The encoding of a page as browsers tell it: by its mark, its header, its own words; else UTF-8."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name
    told = re.search(r"charset=[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    found = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w.:-]{1,40})", body[:4096], re.IGNORECASE)
    names = [told[1].lower() if told else "", found[1].decode("ascii", "replace").lower() if found else ""]
    if names[0] in _TOLD_ONLY:
        return _TOLD_ONLY[names[0]]
    for name in filter(None, names):
        try:
            known = codecs.lookup(_READ_AS.get(name, name)).name
        except LookupError:
            continue
        if _OF_THE_WEB.fullmatch(known):
            return known
    return "utf-8"


def _blocks(tops: list[Any]) -> Iterator[Block]:
    headings: list[tuple[int, str]] = []
    bare: Block | None = None  # a heading with nothing below it: then it is text itself
    for top in tops:
        for element, text in _walk(top, 0):
            if element in _HEADINGS:
                level = _HEADINGS[element]
                if bare is not None and level <= headings[-1][0]:
                    yield bare
                    bare = None
                headings = [(depth, heading) for depth, heading in headings if depth < level]
                if text:
                    bare = Block(text[:BLOCK_LIMIT], tuple(heading for _, heading in headings))
                    headings.append((level, text))
            elif text:
                bare = None
                yield Block(text[:BLOCK_LIMIT], tuple(heading for _, heading in headings))
    if bare is not None:
        yield bare


def _walk(element: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Tag and text of each heading and block below an element, in reading order."""
    tag = element.tag if isinstance(element.tag, str) else ""
    if depth > DEPTH_LIMIT or _is_dropped(element, tag):
        return
    if tag in _HEADINGS:
        yield tag, _line(_text(element))
    elif tag == "tr":
        cells = [_line(_text(cell)) for cell in element if cell.tag in ("td", "th")]
        yield "tr", CELL.join(cell for cell in cells if cell)
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
            yield f"{term}{CELL}{text}" if term else text
            term = ""


def _is_dropped(element: Any, tag: str) -> bool:
    return tag in _DROPPED or element.get("role") in _HIDDEN_ROLES or element.get(IGNORED) is not None


def _text(element: Any) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and not _is_dropped(child, child.tag):
            gap = " " if child.tag in _APART else ""
            parts.append(gap + _text(child) + gap)
        parts.append(child.tail or "")
    return "".join(parts)


def _line(text: str) -> str:
    return " ".join(strip_hidden(text).split())
