"""WordPress's export (WXR): an RSS feed whose items hold their comments. Disqus's import form, which many converters
write, is the same with an identifier beside the link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..model import Incoming, IncomingThread, Reason, moment
from ..source import Source
from ..texts import from_html, line
from .xml import elements, local, root, text

_BLOCK = re.compile(
    r"(<pre\b.*?(?:</pre>|\Z)|</?(?:p|div|ul|ol|li|blockquote|h[1-6]|table|thead|tbody|tr|t[dh]|hr|dl|dt|dd)\b[^>]*>)",
    re.IGNORECASE | re.DOTALL,
)
_ON_ONE_LINE = frozenset(("p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6"))


def looks(source: Source) -> bool:
    """Whether it is a feed with WordPress's or Disqus's elements."""
    name, attributes = root(source)
    return name == "rss" and ("wordpress.org/export/" in attributes or "disqus.com" in attributes)


def read(source: Source) -> Iterator[Incoming | IncomingThread]:
    """The comments of an export, and closed threads."""
    for item in elements(source, "item"):
        comments = [found for found in item if local(found) == "comment"]
        if not comments:
            continue
        identifier = text(item, "thread_identifier")
        address = text(item, "link") or (identifier if identifier.startswith(("/", "http")) else "")
        title = line(text(item, "title"))
        read = [_comment(found, item, address, title) for found in comments]
        if text(item, "comment_status") == "closed" and any(comment.left_out is None for comment in read):
            yield IncomingThread(address, address, title, locked=True)
        yield from read


def _comment(comment: Any, item: Any, address: str, title: str) -> Incoming:
    """Ids are numbers of each blog's own, so they are prefixed with the page."""
    body, html = from_html(paragraphs(text(comment, "comment_content")))
    parent = text(comment, "comment_parent")
    scope = re.sub(r"^https?://(?:www\.)?", "", address)
    return Incoming(
        id=f"{scope} {text(comment, 'comment_id')}", address=address, page=address,
        title=title, name=line(text(comment, "comment_author")),
        parent=None if parent in ("", "0") else f"{scope} {parent}", body=body, html=html,
        state="pending" if text(comment, "comment_approved") in ("0", "hold") else "published",
        created_at=_date(comment, item), left_out=_left_out(comment, item),
    )  # fmt: skip


def _left_out(comment: Any, item: Any) -> Reason | None:
    if text(item, "status") not in ("", "publish", "static", "inherit") or text(item, "post_password"):
        return Reason.PRIVATE
    if text(comment, "comment_type") not in ("", "comment"):
        return Reason.PINGBACK
    approved = text(comment, "comment_approved")
    if approved == "spam":
        return Reason.SPAM
    return Reason.DELETED if approved in ("trash", "post-trashed") else None


def _date(comment: Any, item: Any) -> int | None:
    """The date in GMT; if zero, the blog's local one; if missing, the post's."""
    for element, name in (
        (comment, "comment_date_gmt"), (comment, "comment_date"), (item, "post_date_gmt"), (item, "post_date"),
    ):  # fmt: skip
        found = moment(text(element, name))
        if found is not None:
            return found
    return None


def paragraphs(content: str) -> str:
    """Converts bare line breaks as WordPress does: paragraphs outside blocks, `<pre>` unchanged."""
    out: list[str] = []
    within = [""]
    for part in _BLOCK.split(content.replace("\r\n", "\n")):
        if part[:4].lower() == "<pre":
            out.append(part)
        elif _BLOCK.fullmatch(part):
            _enter(part, within)
            out.append(part)
        elif part.strip():
            out.append(_lines(part) if within[-1] in _ON_ONE_LINE else _as_paragraphs(part))
    return "".join(out)


def _enter(tag: str, within: list[str]) -> None:
    """Tracks the open blocks."""
    name = tag.strip("</> ").split()[0].rstrip(">/").lower()
    if not tag.startswith("</"):
        if name != "hr":
            within.append(name)
    elif name in within:
        del within[len(within) - 1 - within[::-1].index(name) :]


def _lines(text: str) -> str:
    return text.strip("\n").replace("\n", "<br>")


def _as_paragraphs(text: str) -> str:
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "".join(f"<p>{_lines(part)}</p>" for part in parts)
