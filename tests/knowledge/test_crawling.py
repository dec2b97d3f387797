"""Reading a whole site over real HTTP, politely, and only what has changed."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time

import anyio
import pytest
from answerback.admin.pages.knowledge import problem_of
from answerback.db.work import Work, one
from answerback.knowledge.crawl import store as site_store
from answerback.knowledge.crawl.missing import PROBE
from answerback.knowledge.index import store as index_store
from answerback.knowledge.store import page_text
from answerback.sites.settings import read_site

from .conftest import Reading
from .serving import Answer, Request, WebSite, page

pytestmark = pytest.mark.anyio
HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/xml"}
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


def sitemap(web: WebSite, *paths: str, changed: str = "") -> str:
    last = f"<lastmod>{changed}</lastmod>" if changed else ""
    return URLSET.format("".join(f"<url><loc>{web.origin}{path}</loc>{last}</url>" for path in paths))


async def test_pages_are_found_by_links_and_sitemaps_and_can_be_asked(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome to the harbour.", links=("/about", "bakery?utm_source=x#top", "/missing"))
    web.pages["/about"] = page("About", "The harbour was dug in 1850.", links=("/", "/pictures.zip", "mailto:a@b.c"))
    web.pages["/bakery"] = page("Bakery", "A loaf of rye bread costs 4.20 euros.")
    web.pages["/ferry"] = page("Ferry", "The ferry takes twenty-five minutes.")
    web.pages["/sitemap.xml"] = (200, XML, sitemap(web, "/ferry").encode())
    told: list[tuple[int, int]] = []
    result = await reading.crawl(tell=lambda done, total: told.append((done, total)))
    assert await reading.statuses() == {"/": "ok", "/about": "ok", "/bakery": "ok", "/ferry": "ok"}
    assert (result.read, result.added, result.pages, result.passages, result.error) == (4, 4, 4, 4, "")
    assert (await reading.found("What does a loaf of rye cost?"))[0] == "A loaf of rye bread costs 4.20 euros."
    assert web.paths[:3] == ["/robots.txt", PROBE, "/sitemap.xml"]
    assert web.paths.count("/bakery") == 1
    assert "/pictures.zip" not in web.paths
    assert told[-1][0] == told[-1][1]
    assert {request.headers["user-agent"].partition("/")[0] for request in web.asked} == {"Answerback"}


async def test_sitemap_indexes_gzip_and_text_are_read(reading: Reading, web: WebSite) -> None:
    for path in ("/a", "/b", "/c", "/d", "/e"):
        web.pages[path] = page(path, f"This is the page {path} of the site.")
    index = f"<sitemapindex><sitemap><loc>{web.origin}/packed.xml.gz</loc></sitemap></sitemapindex>"
    web.pages["/robots.txt"] = (
        200, {"Content-Type": "text/plain"},
        f"Sitemap: {web.origin}/index.xml\nSitemap: {web.origin}/list.txt\nSitemap: http://169.254.169.254/x.xml".encode(),
    )  # fmt: skip
    web.pages["/index.xml"] = (200, XML, index.encode())
    packed = gzip.compress(sitemap(web, "/a", "/b").encode())
    web.pages["/packed.xml.gz"] = (200, {"Content-Type": "application/gzip"}, packed)
    web.pages["/list.txt"] = (
        200,
        {"Content-Type": "text/plain"},
        f"{web.origin}/c\nhttp://elsewhere.example/x\n".encode(),
    )
    web.pages["/sitemap.xml"] = (
        200,
        XML,
        f"<urlset><url><loc>{web.origin}/d</loc></url><url><loc>{web.origin}/e".encode(),
    )
    await reading.crawl()
    assert {path for path, status in (await reading.statuses()).items() if status == "ok"} == {"/a", "/b", "/c", "/d"}


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>&f;</loc></url></urlset>',
        gzip.compress(b"<urlset>" + b" " * 40_000_000), b"\x1f\x8bnonsense", b"<", b"", b"\x00" * 50,
        b"<urlset>" + b"<url>" * 5_000,
    ],
)  # fmt: skip
async def test_a_hostile_sitemap_does_nothing(reading: Reading, web: WebSite, body: bytes) -> None:
    web.pages["/"] = page("Home", "Welcome to the harbour.")
    web.pages["/sitemap.xml"] = (200, XML, body)
    assert (await reading.crawl()).pages == 1


async def test_robots_txt_is_obeyed(reading: Reading, web: WebSite) -> None:
    web.pages["/robots.txt"] = (
        200, {"Content-Type": "text/plain"},
        b"User-agent: *\nDisallow: /\n\nUser-agent: answerback\nDisallow: /private/\nDisallow: /*.php$\n"
        b"Allow: /private/open\n",
    )  # fmt: skip
    web.pages["/"] = page("Home", "Welcome.", links=("/private/x", "/private/open", "/x.php", "/x.php?y", "/to"))
    web.pages["/to"] = (301, {"Location": "/private/x"}, b"")
    web.pages["/private/x"] = web.pages["/x.php"] = page("Secret", "Secret things.")
    web.pages["/private/open"] = page("Open", "Open things.")
    web.pages["/x.php?y"] = page("Y", "Other things.")
    await reading.crawl()
    assert await reading.statuses() == {
        "/": "ok", "/private/open": "ok", "/private/x": "robots", "/to": "robots", "/x.php": "robots",
        "/x.php?y": "ok",
    }  # fmt: skip
    assert not {"/private/x", "/x.php"} & set(web.paths)
    web.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /")
    assert (await reading.crawl()).pages == 0
    assert web.paths == ["/robots.txt", "/sitemap.xml"]
    assert await reading.found("Open things") == []


async def test_equivalent_urls_are_one_page(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome.", links=("/빵집", "/%EB%B9%B5%EC%A7%91", "/%eb%b9%84%eb%b0%80"))
    web.pages["/%EB%B9%B5%EC%A7%91"] = page("빵집", "빵집은 여덟 시에 엽니다.")
    web.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /비밀".encode())
    await reading.crawl()
    assert await reading.statuses() == {"/": "ok", "/%EB%B9%B5%EC%A7%91": "ok", "/%eb%b9%84%eb%b0%80": "robots"}


async def test_site_with_failing_robots_txt_is_not_crawled(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome to the harbour.")
    assert (await reading.crawl()).pages == 1
    web.pages["/robots.txt"] = (500, {}, b"")
    result = await reading.crawl()
    assert set(web.paths) == {"/robots.txt"}
    assert (result.pages, result.error) == (1, "robots: http")


async def test_private_address_is_named_as_the_reason(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome to the harbour.")
    result = await reading.crawl(f"http://wiki.example:{web.port}")
    assert (result.pages, result.error) == (1, "address")
    assert "ANSWERBACK_PRIVATE_SITES" in problem_of(result.error, "en")


async def test_noindex_pages_are_not_kept(reading: Reading, web: WebSite) -> None:
    never = '<meta name="robots" content="noindex, follow">'
    web.pages["/"] = page("Home", "Welcome.", links=("/meta", "/header", "/two", "/ours", "/theirs", "/still"))
    web.pages["/meta"] = page("Meta", "Meta words.", head=never, links=("/below",))
    web.pages["/below"] = page("Below", "Words below.")
    web.pages["/header"] = (200, {**HTML, "X-Robots-Tag": "noindex"}, page("Header", "Header words.").encode())
    two = "googlebot: nofollow\r\nX-Robots-Tag: noindex"  # a header each
    web.pages["/two"] = (200, {**HTML, "X-Robots-Tag": two}, page("Two", "Two words.").encode())
    web.pages["/ours"] = (200, {**HTML, "X-Robots-Tag": "answerback: none"}, page("Ours", "Our words.").encode())
    web.pages["/theirs"] = (
        200,
        {**HTML, "X-Robots-Tag": "googlebot: noindex"},
        page("Theirs", "Their words.").encode(),
    )
    web.pages["/still"] = page(
        "Still", "Still.", head='<meta name="answerback" content="nofollow">', links=("/unseen",)
    )
    web.pages["/unseen"] = page("Unseen", "Unseen words.")
    await reading.crawl()
    assert await reading.statuses() == {
        "/": "ok", "/below": "ok", "/header": "noindex", "/meta": "noindex", "/ours": "noindex", "/still": "ok",
        "/theirs": "ok", "/two": "noindex",
    }  # fmt: skip
    assert await reading.found("Meta header our unseen") == []


async def test_nofollow_links_are_not_followed(reading: Reading, web: WebSite) -> None:
    """Threat 17: what anybody can put into a page does not lead us to what anybody can make a page say."""
    bait = '<a rel="nofollow ugc" href="/search?q=the+safe+code+is+1234">see</a><p>Text.</p>'
    web.pages["/"] = (200, HTML, f"<main>Home page text. {bait}</main>".encode())
    await reading.crawl()
    assert await reading.statuses() == {"/": "ok"}


async def test_only_what_changed_is_read_again(reading: Reading, web: WebSite) -> None:
    said = {"/": "one", "/a": "alpha was founded in 1900"}

    def marked(request: Request) -> Answer:
        mark = f'"{hash(said[request.path])}"'
        if request.headers.get("if-none-match") == mark:
            return 304, {}, b""
        return 200, {**HTML, "ETag": mark}, page(request.path, said[request.path], links=tuple(said)).encode()

    web.pages |= {"/": marked, "/a": marked}
    assert (await reading.crawl()).added == 2
    assert ((await reading.crawl()).unchanged, await reading.changes()) == (2, [])
    said["/a"] = "alpha was founded in 1950"
    result = await reading.crawl()
    assert (result.changed, result.unchanged, result.read) == (1, 1, 1)
    assert await reading.found("When was alpha founded?") == ["alpha was founded in 1950"]
    assert await reading.changes() == ["/a"]
    kept = await page_text(reading.db, "demo", f"{web.origin}/a")
    assert kept and kept.blocks[0].text == "alpha was founded in 1950"


async def test_unchanged_page_without_etag_is_not_reindexed(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome to the harbour.")
    await reading.crawl()
    before = await reading.db.fetch_all("SELECT id FROM passages")
    assert (await reading.crawl()).unchanged == 1
    assert await reading.db.fetch_all("SELECT id FROM passages") == before


async def test_lastmod_saves_requests(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome to the harbour.")
    web.pages["/old"] = page("Old", "An old page.")
    web.pages["/sitemap.xml"] = (200, XML, sitemap(web, "/old", changed="2020-05-01").encode())
    await reading.crawl()
    assert (await reading.crawl()).unchanged == 2
    assert "/old" not in web.paths
    reading.clock.advance(days=8)
    await reading.crawl()
    assert "/old" in web.paths


async def test_gone_page_is_removed(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome.", links=("/a", "/b"))
    web.pages["/a"] = page("A", "The first thing.")
    web.pages["/b"] = page("B", "The second thing.")
    await reading.crawl()
    del web.pages["/a"]
    web.pages["/b"] = (410, {}, b"")
    assert (await reading.crawl()).forgotten == 1
    assert await reading.statuses() == {"/": "ok", "/a": "ok"}
    assert sum([(await reading.crawl()).forgotten for _ in range(2)]) == 1
    assert await reading.statuses() == {"/": "ok"}
    assert await reading.found("first second thing") == []
    assert await reading.changes() == ["/a", "/b"]
    assert await page_text(reading.db, "demo", f"{web.origin}/a") is None


async def test_aliases_of_a_page_count_once(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome.", links=("/index.html", "/moved", "/print", "/out"))
    web.pages["/index.html"] = web.pages["/"]
    web.pages["/moved"] = (301, {"Location": "/here"}, b"")
    web.pages["/here"] = page("Here", "It is here.")
    web.pages["/print"] = page("Print", "It is long.", head=f'<link rel="canonical" href="{web.origin}/long">')
    web.pages["/long"] = page("Print", "It is long.")
    web.pages["/out"] = (302, {"Location": "http://127.0.0.1:1/"}, b"")
    result = await reading.crawl()
    assert await reading.statuses() == {
        "/": "ok", "/here": "ok", "/index.html": "duplicate", "/long": "ok", "/moved": "moved", "/out": "elsewhere",
        "/print": "canonical",
    }  # fmt: skip
    assert result.pages == 3


async def test_endless_site_stops_at_the_limit(reading: Reading, web: WebSite) -> None:
    def calendar(request: Request) -> Answer:
        number = int(request.path.rpartition("=")[2] or 0)
        links = (f"/calendar?day={number + 1}", f"{request.path.partition('?')[0]}/deeper/")
        return 200, HTML, page(f"Day {number}", f"Day number {number}.", links=links).encode()

    def endless(request: Request) -> Answer:
        return calendar(request) if "calendar" in request.path or request.path == "/" else (404, {}, b"")

    web.pages["*"] = endless
    result = await reading.crawl(limit=200)
    assert result.pages < 80


async def test_limited_crawl_resumes_next_time(reading: Reading, web: WebSite) -> None:
    paths = [f"/p{number}" for number in range(10)]
    web.pages["/"] = page("Home", "Welcome.", links=tuple(paths))
    for number, path in enumerate(paths):
        web.pages[path] = page(path, f"This is page number {number}.")
    assert (await reading.crawl(limit=4)).pages == 4
    assert list((await reading.statuses()).values()).count("waiting") == 7
    assert (await reading.crawl(limit=8)).pages == 11


async def test_one_crawler_and_one_request_per_site(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome.", links=tuple(f"/p{number}" for number in range(5)))
    site = read_site("demo", {"origins": web.origin}, daily_answers=5)
    seen = []

    def told(done: int, total: int) -> None:
        if done == 1:
            seen.append(asyncio.create_task(reading.crawler.crawl(site, "somebody else")))

    for number in range(5):
        web.pages[f"/p{number}"] = page(f"P{number}", f"Page {number} here.")
    await reading.crawl(tell=told)
    assert [await task for task in seen] == [None]
    assert web.most_at_once == 1


async def test_interrupted_crawl_resumes_at_once(reading: Reading, web: WebSite) -> None:
    held, let_go = anyio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def waits(request: Request) -> Answer:
        loop.call_soon_threadsafe(held.set)
        let_go.wait(20)
        return 200, HTML, b""

    web.pages["/"] = page("Home", "Welcome.", links=("/a", "/b"))
    web.pages["/a"] = waits
    web.pages["/b"] = page("B", "The second thing.")
    task = asyncio.create_task(reading.crawl())
    await held.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    let_go.set()
    now = reading.clock.now()
    crawl = (await reading.db.read(lambda: site_store.crawls(now)))["demo"]
    assert (crawl.running, crawl.due_at) == (False, now)
    assert await reading.statuses() == {"/": "ok", "/b": "waiting"}
    web.pages["/a"] = page("A", "The first thing.")
    assert (await reading.crawl()).pages == 3
    crawl = (await reading.db.read(lambda: site_store.crawls(now)))["demo"]
    assert crawl.due_at == reading.clock.now() + 24 * 3_600_000


async def test_crawl_delay_is_kept(reading: Reading, web: WebSite) -> None:
    web.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nCrawl-delay: 0.15")
    web.pages["/"] = page("Home", "Welcome.", links=("/a", "/b"))
    web.pages["/a"] = page("A", "The first thing.")
    web.pages["/b"] = page("B", "The second thing.")
    begun = time.monotonic()
    await reading.crawl()
    assert len(web.asked) == 6
    assert time.monotonic() - begun > 5 * 0.15


async def test_pages_the_owner_removed_stay_out(reading: Reading, web: WebSite) -> None:
    web.pages["/"] = page("Home", "Welcome to the harbour.", links=("/a",))
    web.pages["/a"] = page("A", "The first thing.")
    await reading.crawl()
    await reading.db.write(lambda: site_store.set_status("demo", f"{web.origin}/a", "forgotten"))
    await reading.db.write(lambda: reading.index.forget("demo", f"{web.origin}/a"))
    await reading.crawl()
    assert (await reading.statuses())["/a"] == "forgotten"
    assert "/a" not in web.paths


async def test_pages_of_a_removed_origin_go(reading: Reading, web: WebSite) -> None:
    with WebSite.start() as other:
        other.pages["/"] = page("Other", "Words of the other origin.")
        web.pages["/"] = page("Home", "Welcome to the harbour.")
        assert (await reading.crawl(other.origin)).pages == 2
        await reading.crawl()
    assert await reading.found("words of the other origin") == []
    assert await reading.db.read(lambda: index_store.count_passages("demo")) == 1


async def test_crawl_that_is_cut_off_at_its_end_has_ended(reading: Reading, web: WebSite) -> None:
    ending, let_go = anyio.Event(), threading.Event()
    waiting = []

    def blocks_the_writer() -> Work[None]:
        let_go.wait(20)
        yield one("SELECT 1 AS one")

    def told(done: int, total: int) -> None:
        waiting.append(asyncio.create_task(reading.db.write(blocks_the_writer)))
        ending.set()

    web.pages["/"] = page("Home", "Welcome.")
    task = asyncio.create_task(reading.crawl(tell=told))
    await ending.wait()
    task.cancel()
    asyncio.get_running_loop().call_later(0.05, let_go.set)
    await asyncio.gather(task, return_exceptions=True)
    crawl = (await reading.db.read(lambda: site_store.crawls(reading.clock.now())))["demo"]
    assert not crawl.running
    await asyncio.gather(*waiting)
