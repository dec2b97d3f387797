"""The main content of an HTML page, in blocks under their headings.

lxml (BSD-licensed, in every distribution) parses; what is content is told by the page's own structure: `<main>` or
`<article>` where there is one, the body else, always without navigation, forms and scripts. Decision 4 says why not
by an article extractor. Every step goes over the page once, and nothing is taken out of the tree: that would copy the
text behind it each time.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...core.comments import TITLE_LIMIT, clean_text
from ...core.grounding.passages import TEXT_LIMIT, Block
from ...core.invisible import strip_hidden
from .visibility import hidden_in

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
_OWN_BLOCK = _CONTAINERS | _BLOCKS | _HEADINGS.keys() | _DROPPED | {"tr"}
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
CELL = "\t"
"""Between the cells of a row, and a term and its meaning: space, so that a quote of them is found on the page."""
MOST_BLOCKS, BLOCK_LIMIT, DEPTH_LIMIT = 3_000, 20_000, 100
MOST_NODES = 250_000
"""Elements and attributes; each takes some 200 bytes to hold."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a page says."""

    title: str
    lang: str
    blocks: tuple[Block, ...]


def document(body: bytes, content_type: str) -> Any:
    """The root element of an HTML page, without comments; None for what is none, however bad the markup is. Raises
    ValueError (`nodes`) for a page of too many parts."""
    from lxml import html  # half the cost of a start, and only a worker needs it

    if body.count(b"<") + body.count(b"=") > MOST_NODES:  # no less than there will be, found without building any
        raise ValueError("nodes")
    text = body.decode(charset_of(body, content_type), "replace").replace("\x00", "")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (ValueError, html.etree.ParserError):
        return None


def extract(body: bytes, content_type: str) -> Content:
    """The content of an HTML or plain-text page; blocks in reading order. Raises as `document` does."""
    if content_type.startswith("text/plain"):
        text = body.decode(charset_of(body, content_type), "replace")
        parts = (Block(clean_text(part)) for part in re.split(r"\n\s*\n", text) if part.strip())
        return Content("", "", _kept(parts))
    root = document(body, content_type)
    return Content("", "", ()) if root is None else content_of(root)


def content_of(root: Any) -> Content:
    """The content of a parsed page."""
    title, lang = _line(root.findtext(".//title") or "")[:TITLE_LIMIT], _line(root.get("lang") or "")[:20]
    # A page that hides everything shows it when its scripts have begun.
    return Content(title, lang, _content(root, hidden_in(root)) or _content(root, frozenset()))


def _content(root: Any, hidden: Collection[Any]) -> tuple[Block, ...]:
    def is_main(element: Any) -> bool:
        return "main" in (element.tag, element.get("role"))

    tops = _outermost(root, hidden, is_main) or _outermost(root, hidden, lambda element: element.tag == "article")
    body_element = root.find("body")
    if not tops and body_element is not None:
        tops, hidden = [body_element], {*hidden, *_asides(body_element)}
    return _kept(_blocks(tops, hidden))


def _kept(blocks: Iterable[Block]) -> tuple[Block, ...]:
    kept: list[Block] = []
    left = TEXT_LIMIT
    for block in blocks:
        kept.append(Block(block.text[: min(left, BLOCK_LIMIT)], block.headings))
        left -= len(block.text)
        if left <= 0 or len(kept) == MOST_BLOCKS:
            break
    return tuple(kept)


def _outermost(root: Any, hidden: Collection[Any], wanted: Callable[[Any], bool]) -> list[Any]:
    """The elements that are wanted and in no other one that is, nor in what is hidden or left out by its owner."""
    from lxml.etree import iterwalk

    found, walk = [], iterwalk(root, events=("start",))
    for _, element in walk:
        if element in hidden or element.get(IGNORED) is not None:
            walk.skip_subtree()
        elif wanted(element):
            found.append(element)
            walk.skip_subtree()
    return found


def _asides(body: Any) -> Iterator[Any]:
    for element in body.iter("div", "section", "ul", "ol", "p"):
        named = f"{element.get('id') or ''} {element.get('class') or ''}"
        if named != " " and not _ASIDE.isdisjoint(re.split(r"[\W_]+", named.lower())):
            yield element


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


def _blocks(tops: list[Any], hidden: Collection[Any]) -> Iterator[Block]:
    headings: list[tuple[int, str]] = []
    bare: Block | None = None  # a heading with nothing below it: then it is text itself
    for top in tops:
        for element, text in _Walk(hidden).parts(top, 0):
            if element in _HEADINGS:
                level = _HEADINGS[element]
                if bare is not None and level <= headings[-1][0]:
                    yield bare
                    bare = None
                headings = [(depth, heading) for depth, heading in headings if depth < level]
                if text:
                    bare = Block(text, tuple(heading for _, heading in headings))
                    headings.append((level, text[:TITLE_LIMIT]))
            elif text:
                bare = None
                yield Block(text, tuple(heading for _, heading in headings))
    if bare is not None:
        yield bare


@dataclass(frozen=True, slots=True)
class _Walk:
    """Reads below elements, and passes over what is hidden."""

    hidden: Collection[Any]

    def parts(self, element: Any, depth: int) -> Iterator[tuple[str, str]]:
        """Tag and text of each heading and block below an element, in reading order."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if depth > DEPTH_LIMIT or self._is_dropped(element, tag):
            return
        if tag in _HEADINGS:
            yield tag, _line(self._text(element))
        elif tag == "tr":
            cells = [_line(self._cell(cell)) for cell in element if cell.tag in ("td", "th")]
            yield "tr", CELL.join(cell for cell in cells if cell)
        elif tag == "dl":
            yield from (("dd", pair) for pair in self._pairs(element))
        elif tag == "pre" and not _has_blocks(element):
            yield tag, clean_text(self._text(element))
        elif tag in _BLOCKS and not _has_blocks(element):
            yield tag, _line(self._text(element))
        else:
            yield from self._mixed(element, depth)

    def _mixed(self, element: Any, depth: int) -> Iterator[tuple[str, str]]:
        """Blocks, and what stands loose between them."""
        loose = [element.text or ""]
        for child in element:
            if child.tag in _OWN_BLOCK:
                yield "p", _line("".join(loose))
                loose = []
                yield from self.parts(child, depth + 1)
            elif child.tag == "br":
                loose.append(" ")
            else:
                loose.append(self._cell(child))
            loose.append(child.tail or "")
        yield "p", _line("".join(loose))

    def _pairs(self, element: Any) -> Iterator[str]:
        """Terms of a definition list with what is said of them."""
        term = ""
        for child in element.iter("dt", "dd"):
            text = _line(self._cell(child))
            if child.tag == "dt":
                term = f"{term}, {text}" if term else text
            elif text:
                yield f"{term}{CELL}{text}" if term else text
                term = ""
            else:
                term = ""

    def _cell(self, element: Any) -> str:
        """The text of an element, unless it is left out."""
        tag = element.tag if isinstance(element.tag, str) else ""
        return "" if self._is_dropped(element, tag) else self._text(element)

    def _is_dropped(self, element: Any, tag: str) -> bool:
        return (
            tag in _DROPPED
            or element.get("role") in _HIDDEN_ROLES
            or element.get(IGNORED) is not None
            or element in self.hidden
        )

    def _text(self, element: Any) -> str:
        parts = [element.text or ""]
        for child in element:
            if isinstance(child.tag, str) and not self._is_dropped(child, child.tag):
                gap = " " if child.tag in _APART else ""
                parts.append(gap + self._text(child) + gap)
            parts.append(child.tail or "")
        return "".join(parts)


def _has_blocks(element: Any) -> bool:
    return any(child.tag in ("p", "ul", "ol", "table", "div") for child in element)


def _line(text: str) -> str:
    return " ".join(strip_hidden(text).split())
