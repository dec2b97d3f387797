"""What looks like a page and is none, or only repeats others: it never stands for them, and its owner is told."""

from __future__ import annotations

import pytest
from answerback.admin.pages.knowledge import advice_on
from answerback.core.grounding.passages import Block
from answerback.knowledge.crawl.links import Teaser
from answerback.knowledge.crawl.listings import own_blocks
from answerback.knowledge.crawl.missing import PROBE
from answerback.knowledge.crawl.scripted import is_scripted
from answerback.knowledge.extract.html import document

from .conftest import Reading
from .serving import Answer, Request, WebSite, page

pytestmark = pytest.mark.anyio
HTML = {"Content-Type": "text/html; charset=utf-8"}
POSTS = {
    f"/2026/{name}/": (f"The {name}", f"The {name} was built in {year} by people of the village, who paid for it.")
    for name, year in (("mole", 1850), ("crane", 1912), ("light", 1931))
}


def article(title: str, text: str) -> str:
    return f"<!doctype html><title>{title} | Harbour log</title><main><article><h1>{title}</h1><p>{text}</p></article>"


def hexo(*paths: str) -> str:
    """A page of several whole articles, as Hexo's and Pelican's index, archive, category and author pages are."""
    told = "".join(
        f'<article><header><h1 itemprop="name"><a class="p-name" href="{path}">{POSTS[path][0]}</a></h1></header>'
        f'<div class="entry"><p>{POSTS[path][1]}</p><a href="{path}#more">Read more</a></div></article>'
        for path in paths
    )
    return f"<!doctype html><title>Harbour log</title><main>{told}</main>"


async def test_lists_of_articles_never_stand_for_them(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = hexo(*POSTS)
    web.pages["/categories/stone/"] = hexo("/2026/mole/")
    web.pages["/author/anna.html"] = hexo("/2026/crane/", "/2026/light/")
    web.pages |= {path: article(*post) for path, post in POSTS.items()}
    links = "".join(f'<a href="{path}">there</a>' for path in ("/categories/stone/", "/author/anna.html"))
    web.pages["/2026/mole/"] = article(*POSTS["/2026/mole/"]) + links
    for _ in range(2):
        result = await reading.crawl()
        statuses = await reading.statuses()
        assert {path for path, status in statuses.items() if status == "listing"} == {
            "/", "/categories/stone/", "/author/anna.html"}  # fmt: skip
        found = await reading.index.search("demo", "Who built the crane and the mole, and who paid for the light?")
        assert {passage.url.removeprefix(web.origin) for passage in found} == set(POSTS)
    assert result.reasons["listing"].count in (0, 3)


async def test_list_keeps_what_it_says_itself(reading: Reading, web: WebSite) -> None:
    own = "<p>This log is kept by Anna Berg, and is read aloud each Sunday.</p>"
    web.pages["/"] = hexo(*POSTS).replace("<main>", f"<main>{own}")
    web.pages |= {path: article(*post) for path, post in POSTS.items()}
    await reading.crawl()
    assert (await reading.statuses())["/"] == "ok"
    assert (await reading.found("Who keeps this log?"))[0].startswith("This log is kept by Anna Berg")
    found = await reading.index.search("demo", "When was the crane built?")
    assert f"{web.origin}/" not in {passage.url for passage in found}


@pytest.mark.parametrize(
    "card",
    [
        '<div class=card><h3>{title}</h3><p>{text}</p><a href="{path}">Read more</a></div>',
        '<li><a href="{path}"><img src=/a.jpg alt=""></a><div><h2>{title}</h2><p>{text}</p></div></li>',
        '<section><header><h2>{title}</h2></header><p>{text}</p><p><a href="{path}#more">Continue</a></p></section>',
    ],
)
async def test_listing_whose_titles_are_no_links(card: str, reading: Reading, web: WebSite) -> None:
    told = {
        "/mole": ("The mole", "The mole was built in 1850 by people of the village, who paid for it with fish."),
        "/crane": ("The crane", "The crane was built in 1899, of iron from the north, and lifts two tonnes."),
    }
    for path, (title, text) in told.items():
        web.pages[path] = article(title, text)
    cards = "".join(card.format(path=path, title=title, text=text) for path, (title, text) in told.items())
    web.pages["/"] = f"<title>Log</title><main><h1>Log</h1><p>This log is kept by Anna Berg.</p>{cards}</main>"
    await reading.crawl()
    assert (await reading.found("Who keeps this log?"))[0].startswith("This log is kept by Anna Berg")
    found = await reading.index.search("demo", "When was the crane built?")
    assert f"{web.origin}/" not in {passage.url for passage in found}


async def test_teaser_of_its_own_words_stays(reading: Reading, web: WebSite) -> None:
    told = "A short walk for families, with ice cream at its end."
    web.pages["/"] = f'<title>Walks</title><main><h2><a href="/mole">The mole</a></h2><p>{told}</p></main>'
    web.pages["/mole"] = article("The mole", "It is eight hundred metres long, and closed in storms.")
    await reading.crawl()
    assert await reading.found("Which walk is for families?") == [told]


def test_excerpts_are_repetitions() -> None:
    text = "The mole was built in 1850 by people of the village, who paid for it with fish."
    blocks = [Block("Notes", ()), Block(text[:60] + "…", ("The mole ¶",)), Block("Read more", ("The mole ¶",))]
    others = {"/mole": [Block(text, ("The mole",))]}
    assert own_blocks(blocks, [Teaser("The mole", "/mole")], others) == (blocks[0],)
    assert own_blocks(blocks, [Teaser("The mole", "/mole")], {}) == tuple(blocks)


@pytest.mark.parametrize("words", ["Sorry, there is nothing at this address.", "{path} was not found, go home please."])
async def test_soft_404_is_no_page(words: str, reading: Reading, web: WebSite) -> None:
    def everything(request: Request) -> Answer:
        return 200, HTML, page("Harbour", words.format(path=request.path), links=("/",)).encode()

    web.pages["*"] = everything
    web.pages["/robots.txt"] = web.pages["/sitemap.xml"] = (404, {}, b"")
    web.pages["/"] = page("Home", "Welcome to the harbour.", links=("/old", "/mole"))
    web.pages["/mole"] = page("Harbour", "There is nothing at this mole but fish, and a lamp at its end.")
    result = await reading.crawl()
    assert await reading.statuses() == {"/": "ok", "/mole": "ok", "/old": "missing"}
    assert result.reasons["missing"].examples == [f"{web.origin}/old"]


async def test_dead_addresses_that_lead_home_have_not_moved(reading: Reading, web: WebSite) -> None:
    web.pages["*"] = (302, {"Location": "/"}, b"")
    web.pages["/robots.txt"] = web.pages["/sitemap.xml"] = (404, {}, b"")
    web.pages["/"] = page("Home", "Welcome to the harbour.", links=("/old",))
    await reading.crawl()
    assert await reading.statuses() == {"/": "ok", "/old": "missing"}


async def test_nothing_is_looked_for_where_robots_forbid_it(reading: Reading, web: WebSite) -> None:
    web.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /")
    await reading.crawl()
    assert PROBE not in web.paths


SHELLS = [
    '<body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>'
    '<script src="/main.js"></script>',
    "<body><noscript><strong>We are sorry but this site does not work properly without JavaScript, please enable it."
    '</strong></noscript><div id="app">Loading…</div><script type="module" src="/assets/index.js"></script>',
    '<head><script src="/runtime.js" defer></script></head><body><app-root></app-root>',
    '<body><div id="__next"><div class="spinner"></div></div><script src="/_next/main.js"></script>',
    '<body><div id="app">Please wait...</div><script>window.$docsify = {}</script><script src="//x/docsify"></script>',
]
PAGES = [
    '<body><p>Open daily.</p><div id="comments"></div><script src="/x.js"></script>',
    '<body><h1>Hours</h1><div id="map"></div><script src="/x.js"></script>',
    '<body><div id="root"></div>', '<body><img src="menu.png" id="menu"><script src="/x.js"></script>',
    '<body>Open daily from nine to five, closed on Sundays and on holidays of the land, by order of the mayor.'
    '<div id="x"></div><script src="/x.js"></script>',
]  # fmt: skip


@pytest.mark.parametrize(("html", "scripted"), [*((html, True) for html in SHELLS), *((html, False) for html in PAGES)])
def test_pages_that_only_a_script_shows_are_told(html: str, scripted: bool) -> None:
    assert is_scripted(document(html.encode(), "text/html; charset=utf-8")) is scripted


async def test_owner_reads_that_a_script_is_needed(reading: Reading, web: WebSite) -> None:
    web.pages["*"] = (200, HTML, f"<!doctype html><title>App</title>{SHELLS[0]}".encode())
    web.pages["/robots.txt"] = web.pages["/sitemap.xml"] = (404, {}, b"")
    result = await reading.crawl()
    assert (result.pages, result.reasons["script"].examples) == (0, [f"{web.origin}/"])
    assert result.mostly_unread
    assert "Prerender" in advice_on("script", "en")
