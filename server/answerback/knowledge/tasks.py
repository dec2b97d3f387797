"""Runs in sandbox workers: parses sites' files and returns JSON.

Imported by workers only.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..core.grounding.echoes import Echoes
from ..core.grounding.passages import Block, split
from .crawl.links import Signs, read_signs
from .crawl.robots import forbids_index
from .crawl.sitemaps import read_sitemap
from .extract.content import Content
from .extract.html import content_of, document, extract
from .extract.lightening import lightened
from .index.entries import entries


def page(args: dict[str, Any], body: bytes) -> tuple[Any, bytes]:
    """A page's content, and its signs. Raises ValueError (`nodes`)."""
    content_type: str = args["content_type"]
    body, cut = lightened(body)
    root = None if content_type.startswith("text/plain") else document(body, content_type)
    if root is None:
        content = extract(body, content_type) if content_type.startswith("text/plain") else Content("", "", ())
        signs = Signs(may_keep=not forbids_index(args["robots"].splitlines())[0])
    else:
        content = content_of(root)
        signs = read_signs(root, args["url"], args["robots"], args["origins"])
    content = without_echoes(content, args["addresses"])
    blocks = [[block.text, block.headings] for block in content.blocks]
    return {
        "title": content.title,
        "lang": content.lang,
        "blocks": blocks,
        "is_cut": cut or content.is_cut,
        "signs": asdict(signs),
    }, b""


def without_echoes(content: Content, addresses: list[str]) -> Content:
    """What a page says by itself, and not since its address says so."""
    echoes = Echoes.of(addresses)
    blocks = [
        Block(text, tuple(heading for heading in block.headings if not echoes.are_in(heading)))
        for block in content.blocks
        if (text := echoes.without(block.text))
    ]
    title = "" if echoes.are_in(content.title) else content.title
    return Content(title, content.lang, tuple(blocks), content.is_cut)


def sitemap(args: dict[str, Any], body: bytes) -> tuple[Any, bytes]:
    """The places that a sitemap lists."""
    return asdict(read_sitemap(body)), b""


def passages(args: dict[str, Any], body: bytes) -> tuple[Any, bytes]:
    """A page's passages with their terms, as they are put into the index."""
    blocks = [Block(text, tuple(headings)) for text, headings in args["blocks"]]
    return [asdict(entry) for entry in entries(split(blocks, url=args["url"], title=args["title"]))], b""


TASKS = {"page": page, "sitemap": sitemap, "passages": passages}
