"""A site's pages as text for programs."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from ..core.grounding.passages import own_words
from ..knowledge.store import PageText
from ..sites.settings import Site
from .store import Page

__all__ = ["llms_txt", "page_markdown"]

_LITERAL = str.maketrans({"[": "\\[", "]": "\\]", "\n": " ", "\r": " "})


def llms_txt(site: Site, pages: Sequence[Page], public_url: str) -> str:
    """The index of a site's pages (llmstxt.org), each linked to its Markdown."""
    lines = [
        f"# {_line(site.name or site.key)}",
        "",
        "> Pages of the site, as text without navigation.",
        "",
        "## Pages",
        "",
    ]
    for page in pages:
        address = f"{public_url}/page.md?" + urlencode({"site": site.key, "url": page.url})
        lines.append(f"- [{_line(page.title or page.url)}]({address}): {quote(page.url, safe=':/?#[]@!$&*+,;=%~')}")
    return "\n".join(lines) + "\n"


def page_markdown(page: PageText) -> str:
    """A page's own text, under its headings."""
    lines = [f"# {_line(page.title or page.url)}", "", f"Source: {page.url}", ""]
    above: tuple[str, ...] = ()
    for block in own_words(page.blocks):
        if block.headings != above:
            same = next((i for i, (old, new) in enumerate(zip(above, block.headings, strict=False)) if old != new),
                        min(len(above), len(block.headings)))  # fmt: skip
            for depth, heading in enumerate(block.headings[same:], same + 2):
                lines += [f"{'#' * min(6, depth)} {_line(heading)}", ""]
            above = block.headings
        lines += [block.text, ""]
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join(text.translate(_LITERAL).split())
