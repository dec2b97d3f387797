"""Renders comments to safe HTML: CommonMark without raw HTML, then an allow-list.

Both steps are needed: of 2,999 public script payloads 73 ran behind the first alone, none behind the second. What does
them is imported with the first text that has marks in it: most have none, and a server at rest is smaller without.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from .links import link
from .markdown_dialect import speak

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "h3", "h4", "h5", "h6",
}  # fmt: skip
_TABLE_TAGS = {"table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
MOST_BARS = 400
"""Beyond these bars a text has no tables: reading them takes the square of their length."""
MOST_BRACKETS = 500
"""Beyond these brackets are only brackets: looking for the ends of links takes the square of their number."""
_MAY_LINK = re.compile(r"[\[<]|://")
_ANCHOR = re.compile(r'<a href="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PLAIN = re.compile(r"[^\s*_`~\[\]<>#&\\|!:+=\-\d.)(\"'][^*_`~\[\]<>#&\\|:\n\t]*(?<! )")


@cache
def _parser(*, links: bool, tables: bool) -> MarkdownIt:
    """A parser without images (an exfiltration channel), and without tables except in answers (quadratic in the
    parser)."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable("strikethrough")
    setattr(parser, "normalizeLink", _href)  # noqa: B010  documented, but not typed as assignable
    setattr(parser, "validateLink", bool)  # noqa: B010  as above
    speak(parser)
    if tables:
        parser.enable("table")
    return parser.disable(["image", "html_block", "html_inline", "entity", *(() if links else ("link", "reference"))])


def _href(address: str) -> str:
    """The address in its output form; empty if it is no link."""
    found = link(address)
    return found.href if found else ""


def _tokens(source: str, *, tables: bool = False) -> tuple[MarkdownIt, list[Any], dict[str, Any]]:
    tables = tables and 2 < source.count("|") <= MOST_BARS
    parser, environment = _parser(links=source.count("[") <= MOST_BRACKETS, tables=tables), dict[str, Any]()
    return parser, parser.parse(source, environment), environment


def addresses_in(source: str) -> list[str]:
    """The targets of a text's links, as readers get them."""
    if not _MAY_LINK.search(source):
        return []
    return [
        child.attrs["href"]
        for token in _tokens(source)[1]
        for child in token.children or ()
        if child.type == "link_open"
    ]


def leads_away(source: str) -> bool:
    """Whether a text, as readers get it, links to any named host."""
    return any(found.place for address in addresses_in(source) if (found := link(address)))


def _demote(tokens: list[Any]) -> None:
    """Lowers a comment's headings below the page's."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"


def _show_places(tokens: list[Any]) -> None:
    """Appends a link's target where its text may say something else."""
    from markdown_it.token import Token

    for token in tokens:
        inside, link, said = [], None, ""
        for child in token.children or ():
            if child.type == "link_open":
                link, said = child, ""
            elif child.type == "link_close" and link is not None:
                place = _place(link.attrs["href"], said, written_out=link.markup == "autolink")
                inside += [Token("text", "", 0, content=f" ({place})")] if place else []
                link = None
            said += child.content
            inside.append(child)
        if inside:
            token.children = inside


def _place(address: str, said: str, *, written_out: bool) -> str:
    """The host or mail address of a link; empty if its text shows it or it stays on the site."""
    found = link(address)
    place = found.place if found else ""
    honest = said in (address, address.removesuffix("/"), place) or (written_out and place in said)
    has_user = "@" in address.partition("//")[2].partition("/")[0]
    return "" if honest and not has_user else place


def render(source: str, *, tables: bool = False) -> str:
    """Safe HTML of a text of at most a few thousand characters."""
    if _PLAIN.fullmatch(source) and "  " not in source:
        return f"<p>{escape(source, quote=False)}</p>\n"  # most comments: one paragraph of plain text
    parser, tokens, environment = _tokens(source, tables=tables)
    _demote(tokens)
    _show_places(tokens)
    return _clean(parser.renderer.render(tokens, parser.options, environment), _TAGS | _TABLE_TAGS)


def sanitise(html: str) -> str:
    """Reduces foreign `html` to what comments allow, with link targets shown."""

    def with_place(match: re.Match[str]) -> str:
        place = _place(unescape(match[1]), unescape(_TAG.sub("", match[3])).strip(), written_out=False)
        return f'<a href="{match[1]}"{match[2]}>{match[3]}{f" ({escape(place)})" if place else ""}</a>'

    return _ANCHOR.sub(with_place, _clean(html))


def _attribute(tag: str, name: str, value: str) -> str | None:
    return (_href(value.strip()) or None) if name == "href" else value


def _clean(html: str, tags: set[str] = _TAGS) -> str:
    import nh3

    return nh3.clean(
        html,
        tags=tags,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener noreferrer",
        strip_comments=True,
    )


def plain(text: str) -> str:
    """Plain text as HTML."""
    return escape(text)
