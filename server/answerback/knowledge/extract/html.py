"""The main content of an HTML page, in blocks under their headings.

lxml (BSD-licensed, in every distribution) parses; what is content is judged by what each part of the page carries
(`boilerplate`), then read into blocks (`blocks`). Decision 4 says why not by an article extractor. Every step goes over
the page once, and what is left out stays in the tree: to take it out would copy the text behind it each time.
"""

from __future__ import annotations

import re
from typing import Any

from ...core.comments import TITLE_LIMIT, clean_text
from .blocks import Blocks, Kept
from .boilerplate import Frame, Scale
from .charsets import decoded
from .content import Content
from .disclosure import idle_buttons, labels_in, labels_of_fields, put_late_content
from .inline import Words, line
from .visibility import IGNORED, hidden_in

_BODY = re.compile(r"<body\b", re.IGNORECASE)
_FIRST = re.compile(
    r"<(?=(?:main|article|header|nav|section|aside|footer|figure|hgroup|dialog|details|[a-z]+-[\w-]+)[\s>])",
    re.IGNORECASE,
)
"""What begins the body where its tag is left out, as it may be, that the parser takes for a part of the head."""
WITHOUT_SCRIPTS = 500
"""Characters of a `<noscript>` that is a page's text and no notice."""
MOST_NODES = 250_000
"""Elements and attributes; each takes some 200 bytes to hold."""


def document(body: bytes, content_type: str) -> Any:
    """An HTML page's root element without comments; None if it is not HTML. Tolerates bad markup. Raises ValueError
    (`nodes`) for too many elements."""
    from lxml import html  # half of the start-up cost; needed in workers only

    if body.count(b"<") + body.count(b"=") > MOST_NODES:  # an upper bound of nodes, without parsing
        raise ValueError("nodes")
    text = decoded(body, content_type).replace("\x00", "")
    if not _BODY.search(text):
        text = _FIRST.sub("<body><", text, count=1)
    if -1 < text.find("</html>") < text.find("<body"):  # lxml would drop what follows
        text = text.replace("</html>", "", 1)
    streams = b"<!--$" in body  # React's markers of streamed content
    parser = html.HTMLParser(encoding="utf-8", remove_comments=not streams, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (ValueError, html.etree.ParserError):
        return None


def extract(body: bytes, content_type: str) -> Content:
    """The content of an HTML or plain-text page, in reading order. Raises like `document`."""
    if content_type.startswith("text/plain"):
        text = decoded(body, content_type)
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
    # A page that hides everything reveals it by script.
    kept = _content(root, hidden_in(root) | ignored)
    kept = kept if kept.blocks else _content(root, ignored)
    if not kept.blocks and _is_all_without_scripts(root):
        kept = _content(root, ignored)
    return Content(title, lang, tuple(kept.blocks), is_cut=kept.is_full)


def _is_all_without_scripts(root: Any) -> bool:
    """Whether a page's only text is its `<noscript>` and says more than "Enable JavaScript"; then that is read."""
    found = [item for item in root.iter("noscript") if sum(map(len, item.itertext())) >= WITHOUT_SCRIPTS]
    for element in found:
        element.tag = "div"
    return bool(found)


def _content(root: Any, hidden: frozenset[Any]) -> Kept:
    body = root.find("body")
    if body is None:
        return Kept()
    scale = Scale(hidden)
    scale.weigh(body)
    frame = Frame(body, scale, root.findtext(".//title") or "")
    labels, controls = labels_in(body)
    words = Words(hidden, frame.left_out | controls | idle_buttons(body, controls) | labels_of_fields(body))
    return Blocks(scale, words, labels).of(frame.tops)
