"""Pages and sitemaps that are made to cost much: read within limits or refused, and no other site waits for them."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import pytest
from answerback.knowledge.extract.blocks import MOST_BLOCKS
from answerback.knowledge.extract.html import extract
from answerback.knowledge.parsing import Parsing
from answerback.net.fetch import Fetched
from answerback.sandbox.pool import Limits, Pool, Refused

from .conftest import Reading
from .serving import page

SIZE = 2 * 1024 * 1024
SITE, URL, ORIGINS = "demo", "https://site.example/", ("https://site.example",)

pytestmark = pytest.mark.anyio


def filled(part: str, before: str = "") -> str:
    """Two megabytes of the same."""
    return before + part * ((SIZE - len(before)) // len(part.encode()))


def fetched(html: str) -> Fetched:
    return Fetched("ok", URL, html.encode()[:SIZE], "text/html; charset=utf-8", code=200)


QUICK = Pool("answerback.knowledge.tasks", Limits(0.5, 200), workers=2)
SLOW = filled("\u0301\u0316", "<p>")
"""Marks that are put into their order one by one."""


@pytest.mark.parametrize(
    "part",
    [
        "<article>Text of an article of a few words.</article>", "<main>Text of a page's main part here.</main>",
        "<p style='display:none'>x</p><p>A page that is seen by all.</p>", "<div class=nav>x</div>said behind it",
        "<i hidden></i> words between hidden words", "<h2>Bread and butter</h2>", "<a href='/a/b/c'>further</a>",
        "<dl><dt>Bread, by the loaf<dd>4.20 euros",
    ],
)  # fmt: skip
async def test_page_of_many_parts_is_read_in_time(part: str) -> None:
    content, signs = await Parsing().page(SITE, fetched(filled(part)), URL, ORIGINS)
    assert 1 <= len(content.blocks) <= MOST_BLOCKS
    assert len(signs.links) <= 1


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (filled("<b>"), {"nodes"}), (filled("<p a=1 b=2 c=3>"), {"nodes"}),
        (SLOW, {"time"}), ("<p " + " ".join(f"a{number}" for number in range(250_000)) + ">", {"time", "memory"}),
    ],
    ids=["tags", "attributes", "marks", "names"],
)  # fmt: skip
async def test_page_beyond_the_limits_is_refused(html: str, reason: set[str]) -> None:
    with pytest.raises(Refused) as refused:
        await Parsing(QUICK).page(SITE, fetched(html), URL, ORIGINS)
    assert refused.value.reason in reason


def test_long_titles_and_headings_are_not_repeated() -> None:
    long = "word " * 100_000
    content = extract(f"<title>{long}</title><h1>{long}</h1>{'<p>text</p>' * 50}".encode(), "text/html")
    assert len(content.title) <= 300
    assert {len(heading) for block in content.blocks for heading in block.headings} == {300}


async def test_heavy_pages_of_one_site_hold_up_no_other() -> None:
    parsing = Parsing(QUICK)
    heavy = [asyncio.ensure_future(parsing.page("heavy", fetched(SLOW), URL, ORIGINS)) for _ in range(7)]
    content, _ = await parsing.page("light", fetched(page("Mill", "Open daily.")), URL, ORIGINS)
    assert content.blocks[0].text == "Open daily."
    assert sum(each.done() for each in heavy) <= 2, "five still wait for their own site's turn"
    for each in heavy:
        each.cancel()
    await asyncio.gather(*heavy, return_exceptions=True)


@pytest.mark.parametrize(
    "body", [b"<urlset>" + b"<a/>" * 5_000_000, b"<urlset>" + b"<a>" * 6_000_000, b"<urlset><loc>" + b"x" * 20_000_000]
)
async def test_small_sitemap_cannot_become_large(body: bytes) -> None:
    packed = gzip.compress(body)
    assert len(packed) < 100_000
    await refused_or(lambda: Parsing(QUICK).sitemap(SITE, packed))


async def refused_or(work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except Refused as refused:
        assert refused.reason in ("time", "memory")


async def test_crawl_goes_on_past_heavy_pages(reading: Reading) -> None:
    reading.web.pages |= {
        "/": page("Mill", "Open daily.", links=("/heavy", "/light")),
        "/heavy": filled("<b>"), "/light": page("Light", "Rye bread."),
    }  # fmt: skip
    await reading.crawl()
    assert await reading.statuses() == {"/": "ok", "/heavy": "complex", "/light": "ok"}


async def test_last_entries_of_a_long_glossary_are_found(reading: Reading) -> None:
    """Each under a heading of its own, so that each is a passage."""
    words = "".join(f"<h3>Term {number}</h3><p>It stands at place {number} of all." for number in range(3_600))
    reading.web.pages["/"] = f"<main><h1>Glossary</h1>{words}</main>"
    await reading.crawl()
    found = await reading.index.search("demo", "What is said of term 3499?")
    assert found[0].heading == "Glossary › Term 3499"
