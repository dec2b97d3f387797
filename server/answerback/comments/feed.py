"""The newest comments as a feed: Atom (RFC 4287) or JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote, urlencode

import orjson

from ..core.model import Comment
from ..core.names import marks
from ..core.patterns import lazy
from ..core.provenance import SOURCE_TYPES, source_term
from ..core.times import iso
from ..i18n.catalogue import texts
from ..version import version

ATOM, JSON_FEED = "application/atom+xml", "application/feed+json"
_NOT_XML = lazy("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed's data. `url` is its own address, `home` the site's, `own` this server's; `addresses` are those of known
    pages; `lang` is the language for marking AI replies."""

    title: str
    url: str
    home: str
    own: str
    comments: Sequence[Comment]
    addresses: Mapping[str, str]
    lang: str
    now: int

    def link(self, comment: Comment) -> str:
        """The comment's address."""
        return comment_link(comment, self.addresses.get(comment.page, ""), self.home, self.own)

    def author(self, comment: Comment) -> str:
        """The author; for an AI reply, that it is one, or the owner who replaced its text."""
        return author_of(comment, self.lang, self.mark(comment.author_name, comment.author_id or ""))

    def title_of(self, comment: Comment) -> str:
        """Author and page, with escapes decoded."""
        try:
            page = unquote(comment.page, errors="strict")
        except UnicodeDecodeError:
            page = comment.page
        return f"{self.author(comment)} · {page}"

    @cached_property
    def mark(self) -> Callable[[str, str], str]:
        """A mark that distinguishes people with the same name."""
        return marks((comment.author_name, comment.author_id or "") for comment in self.comments)

    @property
    def updated_at(self) -> int:
        """The time of the latest change, in ms since 1970; `now` for an empty feed."""
        return max((changed_at(comment) for comment in self.comments), default=self.now)


def comment_link(comment: Comment, page_url: str, home: str, own: str) -> str:
    """A comment's address: on its page, or on ours (`own`) if the key is no path."""
    page = comment.page
    url = page_url or (
        home + quote(page, safe="/%?=&;:@!$+,~#") if page.startswith("/")
        else f"{own}/t/?{urlencode({'site': comment.site, 'page': page})}"
    )  # fmt: skip
    return url if "#" in url else f"{url}#answerback-{comment.id}"


def author_of(comment: Comment, lang: str, mark: str = "") -> str:
    """The author, with the `mark` that distinguishes people with the same name; for an AI reply, that it is one, or the
    owner who replaced its text."""
    t = texts(lang, "widget")
    if comment.answer is None:
        return f"{comment.author_name or t['anonymous']} {mark}".rstrip()
    if comment.answer.corrected:
        return t["ownersAnswer"]
    return t["sources"] if comment.answer.provider == "quote" else t["aiAnswer"]


def atom(feed: Feed) -> bytes:
    """The feed as Atom; comments are escaped HTML."""
    entries = "".join(
        f"<entry><id>urn:answerback:comment:{_xml(comment.id)}</id><title>{_xml(feed.title_of(comment))}</title>"
        f'<link rel="alternate" type="text/html" href="{_xml(feed.link(comment))}"/>'
        f"<updated>{iso(changed_at(comment))}</updated><published>{iso(comment.created_at)}</published>"
        f"<author><name>{_xml(feed.author(comment))}</name></author>"
        f'{_made(comment)}{_support(comment)}<content type="html">{_xml(comment.html)}</content></entry>'
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
            "id": comment.id, "url": feed.link(comment), "title": feed.title_of(comment), "content_html": comment.html,
            "date_published": iso(comment.created_at), "date_modified": iso(changed_at(comment)),
            "authors": [{"name": feed.author(comment)}],
        } | _about_answer(comment)
        for comment in feed.comments
    ]  # fmt: skip
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1", "title": feed.title, "home_page_url": feed.home,
            "feed_url": feed.url, "items": items,
        }
    )  # fmt: skip


def _support(comment: Comment) -> str:
    """Whether the site supports an answer, as a category."""
    answer = comment.answer
    if answer is None or answer.supported is None:
        return ""
    term = "supported" if answer.supported else f"unsupported:{answer.support_reason}"
    return f'<category scheme="urn:answerback:support" term="{_xml(term)}"/>'


def _made(comment: Comment) -> str:
    """An AI reply's source type, and the owner's verification, as categories."""
    answer = comment.answer
    if answer is None or answer.digital_source_type is None:
        return ""
    checked = '<category scheme="urn:answerback:checked" term="verified_by_owner"/>' * answer.verified_by_owner
    return f'<category scheme="{SOURCE_TYPES}" term="{source_term(answer.digital_source_type)}"/>{checked}'


def _about_answer(comment: Comment) -> dict[str, Any]:
    answer = comment.answer
    if answer is None:
        return {}
    return {
        "_answerback": {
            "digital_source_type": answer.digital_source_type, "verified_by_owner": answer.verified_by_owner,
            "supported": answer.supported, "support_reason": answer.support_reason,
        }
    }  # fmt: skip


def changed_at(comment: Comment) -> int:
    """When a comment was last written, edited or corrected, in ms since 1970."""
    revised_at = comment.answer.revised_at if comment.answer else None
    return max(comment.created_at, comment.edited_at or 0, revised_at or 0)


def _xml(text: str) -> str:
    """The text without characters that XML forbids."""
    return html.escape(_NOT_XML.sub("", text))
