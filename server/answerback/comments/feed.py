"""The newest comments as a feed: Atom (RFC 4287) or JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

import orjson

from ..core.model import Comment
from ..core.patterns import lazy
from ..core.times import iso
from ..version import version

ATOM, JSON_FEED = "application/atom+xml", "application/feed+json"
_NOT_XML = lazy("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What is in a feed. `url` is its own address, `home` the site's; `addresses` are those of pages that are known."""

    title: str
    url: str
    home: str
    comments: Sequence[Comment]
    addresses: Mapping[str, str]
    now: int

    def link(self, comment: Comment) -> str:
        """Where the comment is read: on its page, or on ours where its key is no path."""
        page = comment.page
        url = self.addresses.get(page) or (
            self.home + quote(page, safe="/%?=&;:@!$+,~#") if page.startswith("/")
            else f"{self.url.partition('/api/feed/')[0]}/t/?{urlencode({'site': comment.site, 'page': page})}"
        )  # fmt: skip
        return url if "#" in url else f"{url}#answerback-{comment.id}"

    @property
    def updated_at(self) -> int:
        """When an entry last changed, in ms since 1970; `now` for an empty feed."""
        return max((changed_at(comment) for comment in self.comments), default=self.now)


def atom(feed: Feed) -> bytes:
    """The feed as Atom; the comments' HTML is escaped text within it."""
    entries = "".join(
        f"<entry><id>urn:answerback:comment:{_xml(comment.id)}</id><title>{_xml(_title(comment))}</title>"
        f'<link rel="alternate" type="text/html" href="{_xml(feed.link(comment))}"/>'
        f"<updated>{iso(changed_at(comment))}</updated><published>{iso(comment.created_at)}</published>"
        f"<author><name>{_xml(_author(comment))}</name></author>"
        f'{_support(comment)}<content type="html">{_xml(comment.html)}</content></entry>'
        for comment in feed.comments
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{_xml(feed.url)}</id><title>{_xml(feed.title)}</title>"
        f'<link rel="self" type="{ATOM}" href="{_xml(feed.url)}"/>'
        f'<link rel="alternate" type="text/html" href="{_xml(feed.home)}"/>'
        f'<generator version="{version()}">Answerback</generator>'
        f"<updated>{iso(feed.updated_at)}</updated>{entries}</feed>"
    ).encode()


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed."""
    items: list[dict[str, Any]] = [
        {
            "id": comment.id, "url": feed.link(comment), "title": _title(comment), "content_html": comment.html,
            "date_published": iso(comment.created_at), "date_modified": iso(changed_at(comment)),
            "authors": [{"name": _author(comment)}],
        } | _support_of(comment)
        for comment in feed.comments
    ]  # fmt: skip
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1", "title": feed.title, "home_page_url": feed.home,
            "feed_url": feed.url, "items": items,
        }
    )  # fmt: skip


def _support(comment: Comment) -> str:
    """Whether the site bears an answer, as a category."""
    answer = comment.answer
    if answer is None or answer.supported is None:
        return ""
    term = "supported" if answer.supported else f"unsupported:{answer.support_reason}"
    return f'<category scheme="urn:answerback:support" term="{_xml(term)}"/>'


def _support_of(comment: Comment) -> dict[str, Any]:
    answer = comment.answer
    if answer is None or answer.supported is None:
        return {}
    return {"_answerback": {"supported": answer.supported, "support_reason": answer.support_reason}}


def changed_at(comment: Comment) -> int:
    """When a comment was written or edited last, in milliseconds."""
    return comment.edited_at or comment.created_at


def _author(comment: Comment) -> str:
    return comment.author_name or "Guest"


def _title(comment: Comment) -> str:
    """Who wrote on which page; an escaped path is shown as it reads."""
    try:
        page = unquote(comment.page, errors="strict")
    except UnicodeDecodeError:
        page = comment.page
    return f"{_author(comment)} · {page}"


def _xml(text: str) -> str:
    """Text of an XML document, without the characters that XML has no way to write."""
    return html.escape(_NOT_XML.sub("", text))
