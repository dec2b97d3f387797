"""Sixty pages: texts of our own in the markup of generators, shops and boards, and the words that are theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from string import Template

from .contents import Text, read
from .frames import FRAMES, Frame, links, newsletter, teasers
from .rendering import admonition, anchored, aside_note, body, div, hexo, prism, pygments, sections, slug

SHAPES = Path(__file__).parent / "shapes"
DIALECTS: Mapping[str, Callable[[Text], str]] = {
    "sphinx": partial(body, heading=anchored("¶", "class='headerlink'"), code=pygments, note=admonition),
    "material": partial(body, heading=anchored("¶", "class='headerlink'"), note=admonition),
    "docusaurus": partial(body, heading=anchored("\u200b", "class='hash-link'"), code=prism, note=admonition),
    "vitepress": partial(body, heading=anchored("\u200b", "class='header-anchor'"), note=aside_note),
    "hugo": partial(body, heading=anchored("#", "class='anchor' aria-hidden='true'")),
    "hexo_landscape": partial(body, heading=anchored("", "class='headerlink'"), code=hexo),
    "wordpress_classic": partial(body, headers=False),
    "mediawiki": partial(body, heading=anchored("[edit]", "class='mw-editsection'")),
}
"""How a shape writes what stands in a text; all others write it plainly."""
DOCS = ("sphinx", "material", "docusaurus", "vitepress", "gitbook", "next_streaming", "mediawiki")
BLOGS = ("hugo", "jekyll", "hexo_landscape", "pelican", "wordpress_blocks", "wordpress_classic", "magazine", "tistory")
SITES = ("elementor", "wix", "old_tables", "corporate", "aspnet", "next_streaming", "wordpress_blocks")
SETS: Mapping[str, tuple[str, ...]] = {
    "cli.en": ("sphinx", "docusaurus", "material"),
    "config.en": ("vitepress", "gitbook", "sphinx"),
    "glossary.en": ("mediawiki", "jekyll"),
    "lamp.en": ("shopify", "woocommerce", "next_streaming"),
    "faq.en": ("bootstrap_faq", "elementor", "hugo"),
    "recipe.en": ("wordpress_blocks", "wordpress_classic", "magazine"),
    "timetable.en": ("aspnet", "old_tables", "corporate"),
    "board.en": ("phpbb",),
    "about.en": ("wix", "elementor", "magazine", "aspnet"),
    "clinic.ko": ("gnuboard", "wix", "corporate"),
    "blog.ko": ("tistory", "hexo_landscape", "hugo"),
    "company.ja": ("corporate", "old_tables"),
    "pass.ja": ("wordpress_blocks", "corporate"),
    "museum.de": ("jekyll", "wordpress_classic", "pelican"),
    "en/ferry": ("pelican", "aspnet"),
    "en/sourdough_care": ("magazine", "jekyll"),
    "en/backup_tool": ("docusaurus", "material"),
    "en/solar_router": ("vitepress", "woocommerce"),
    "en/glacier_walk": ("wordpress_classic",),
    "ko/kimchi": ("tistory", "wordpress_blocks"),
    "ko/railway": ("gnuboard",),
    "ko/library": ("aspnet",),
    "ko/hiking": ("hexo_landscape", "magazine"),
    "short-ja/onsen": ("corporate", "jekyll"),
    "short-ja/gym": ("wix",),
    "short-zh/museum": ("wordpress_classic", "hugo"),
    "short-zh/tea": ("shopify",),
    "short-ko/cafe": ("elementor",),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the words of its text."""

    name: str
    html: bytes
    words: tuple[str, ...]


def pages() -> Iterator[Page]:
    """All of them."""
    for name, shapes in SETS.items():
        text = read(name)
        for shape in shapes:
            yield Page(f"{shape} {name}", render(text, shape).encode(), tuple(text.words))


def render(text: Text, shape: str) -> str:
    """A text in a shape."""
    template = (SHAPES / f"{shape}.html").read_text("utf-8").rstrip()
    inside = Template(template).substitute(_parts(text, FRAMES[text.lang], DIALECTS.get(shape, body)))
    opened = inside if inside.startswith("<body") else f"<body>{inside}</body>"
    return (
        f"<!doctype html><html lang='{text.lang}'><head><meta charset='utf-8'><title>{escape(text.title)} – Northern "
        "Lights"
        f"</title><style>body{{margin:0}}</style></head>{opened}</html>"
    )


def _parts(text: Text, frame: Frame, write: Callable[[Text], str]) -> dict[str, str]:
    titles = tuple(title for title, _ in frame.teasers)
    named = [(n, part.lines[0]) for n, part in enumerate(text.parts) if part.kind == "heading"]
    return {
        "title": text.title,
        "body": write(text),
        "divs": body(text, para=div),
        "sections": "".join(_section(body(Text("", text.lang, "", (part,)))) for part in text.parts),
        "posts": "".join(_post(n, part.lines[0]) for n, part in enumerate(text.parts)),
        "accordion": "".join(_panel(n, heading, body(part)) for n, (heading, part) in enumerate(sections(text))),
        "toc": "".join(f"<li><a href='#{slug(n)}'>{line}</a></li>" for n, line in named),
        "menu_items": links(frame.menu),
        "menu_links": links(frame.menu, "<a href='/{n}'><span>{text}</span></a> "),
        "menu_cells": links(frame.menu, "<td><a href='/{n}.aspx'>{text}</a></td>"),
        "menu_breaks": links(frame.menu, "<a href='/{n}.htm'>{text}</a><br>"),
        "share_items": links(frame.share),
        "share_links": links(frame.share, "<a href='/s{n}'>{text}</a> "),
        "near_items": links(frame.near),
        "recent_items": links(titles),
        "recent_rows": links(titles, "<tr><th><a href='/{n}'>{text}</a></th><td>2026.03.14</td></tr>"),
        "card_links": links(titles, "<li class='card'><a href='/{n}'><h3>{text}</h3></a></li>"),
        "teasers": teasers(frame),
        "comments": "".join(
            f"<li class='comment'><div class='comment-body'><cite>{who}</cite><p>{what}</p></div></li>"
            for who, what in frame.comments
        ),
        "comment_articles": "".join(
            f"<article class='comment'><header><b>{who}</b> <time>26-03-14</time></header><p>{what}</p></article>"
            for who, what in frame.comments
        ),
        "newsletter_form": newsletter(frame),
        "newsletter": frame.newsletter,
        "subscribe": frame.subscribe,
        "previous": frame.near[0],
        "following": frame.near[1],
        "search": frame.search,
        "edit": frame.edit,
        "cookies": frame.cookies,
        "accept": frame.accept,
        "rights": frame.rights,
        "reply": frame.reply,
        "byline": frame.byline,
    }


def _section(inside: str) -> str:
    """A block of a page builder."""
    return (
        "<section class='elementor-section'><div class='elementor-container'><div class='elementor-column'><div "
        "class='elementor-widget-wrap'><div class='elementor-element elementor-widget'><div "
        f"class='elementor-widget-container'>{inside}</div></div></div></div></div></section>"
    )


def _post(number: int, line: str) -> str:
    """A post of a board."""
    return (
        f"<div id='p{number}' class='post bg2'><div class='inner'><dl class='postprofile'><dt>"
        f"<a href='./member.php?u={number}' class='username'>user{number}</a></dt><dd><strong>Posts:</strong> "
        f"{7 * number}</dd></dl><div class='postbody'><div class='content'>{line}</div></div></div></div>"
    )


def _panel(number: int, heading: str, inside: str) -> str:
    """A question of an accordion, and its answer."""
    if not heading:
        return inside
    return (
        f"<div class='accordion-item'><h2><button class='accordion-button collapsed' type='button' "
        f"data-bs-toggle='collapse' data-bs-target='#q{number}' aria-expanded='false'>{heading}</button></h2>"
        f"<div id='q{number}' class='collapse'><div class='accordion-body'>{inside}</div></div></div>"
    )
