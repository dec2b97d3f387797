"""The main content of an HTML page, in blocks under their headings.

lxml (BSD-licensed, in every distribution) parses; what is content is judged by what each part of the page carries
(`boilerplate`), then read into blocks (`blocks`). Decision 4 says why not by an article extractor. Every step goes over
the page once, and what is left out stays in the tree: to take it out would copy the text behind it each time.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from ...core.comments import TITLE_LIMIT, clean_text
from .blocks import Blocks, Kept
from .boilerplate import Frame, Scale
from .content import Content
from .disclosure import idle_buttons, labels_in, put_late_content
from .inline import Words, line
from .visibility import IGNORED, hidden_in

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
MOST_NODES = 250_000
"""Elements and attributes; each takes some 200 bytes to hold."""


def document(body: bytes, content_type: str) -> Any:
    """The root element of an HTML page, without comments; None for what is none, however bad the markup is. Raises
    ValueError (`nodes`) for a page of too many parts."""
    from lxml import html  # half the cost of a start, and only a worker needs it

    if body.count(b"<") + body.count(b"=") > MOST_NODES:  # no less than there will be, found without building any
        raise ValueError("nodes")
    text = body.decode(charset_of(body, content_type), "replace").replace("\x00", "")
    streams = b"<!--$" in body  # React's marks, which tell where late content ends
    parser = html.HTMLParser(encoding="utf-8", remove_comments=not streams, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (ValueError, html.etree.ParserError):
        return None


def extract(body: bytes, content_type: str) -> Content:
    """The content of an HTML or plain-text page; blocks in reading order. Raises as `document` does."""
    if content_type.startswith("text/plain"):
        text = body.decode(charset_of(body, content_type), "replace")
        kept = Kept()
        for part in re.split(r"\n\s*\n", text):
            kept.add(clean_text(part))
        return Content("", "", tuple(kept.blocks), is_cut=kept.is_full)
    root = document(body, content_type)
    return Content("", "", ()) if root is None else content_of(root)


def content_of(root: Any) -> Content:
    """The content of a parsed page."""
    title, lang = line(root.findtext(".//title") or "")[:TITLE_LIMIT], line(root.get("lang") or "")[:20]
    put_late_content(root)
    ignored = frozenset(root.xpath(f"//*[@{IGNORED}]"))
    # A page that hides everything shows it when its scripts have begun.
    kept = _content(root, hidden_in(root) | ignored)
    kept = kept if kept.blocks else _content(root, ignored)
    return Content(title, lang, tuple(kept.blocks), is_cut=kept.is_full)


def _content(root: Any, hidden: frozenset[Any]) -> Kept:
    body = root.find("body")
    if body is None:
        return Kept()
    scale = Scale(hidden)
    scale.weigh(body)
    frame = Frame(body, scale)
    labels, controls = labels_in(body)
    words = Words(hidden, frame.left_out | controls | idle_buttons(body, controls))
    return Blocks(scale, words, labels).of(frame.tops)


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
