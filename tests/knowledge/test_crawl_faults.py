"""Crawls of sites that fail now and then: nothing that is known is lost by it, and the owner is told what failed."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest
from answerback.admin.pages.knowledge import advice_on, problem_of, reason_in_words
from answerback.knowledge.crawl import store as site_store
from answerback.knowledge.crawl.crawler import Crawler
from answerback.knowledge.page_reader import PageReader
from answerback.knowledge.store import page_text
from answerback.net.fetch import HttpPageFetcher
from answerback.sites.settings import read_site

from .conftest import Reading, split_dns
from .serving import Answer, Request, WebSite, page

pytestmark = pytest.mark.anyio
HTML = {"Content-Type": "text/html; charset=utf-8"}
PATHS = tuple(f"/p{number}" for number in range(3))


@pytest.fixture
def four(web: WebSite) -> WebSite:
    """A site of four pages."""
    web.pages["/"] = page("Home", "Welcome to the harbour.", links=PATHS)
    for number, path in enumerate(PATHS):
        web.pages[path] = page(f"Quay {number}", f"Quay number {number} has {number} cranes.")
    return web


def failing(web: WebSite, answer: Answer, *, times: int, path: str = "*") -> None:
    """Have pages answer so, each so often, and then as before."""
    before, asked = dict(web.pages), Counter[str]()
    before.pop("*", None)

    def fails(request: Request) -> Answer:
        asked[request.path] += 1
        if asked[request.path] <= times:
            return answer
        again = before.get(request.path, (404, {}, b""))
        assert not callable(again)
        return (200, HTML, again.encode()) if isinstance(again, str) else again

    for each in before if path == "*" else [path]:
        web.pages[each] = fails


@pytest.mark.parametrize("code", [429, 500, 502, 503])
async def test_page_is_asked_for_again_in_the_same_crawl(code: int, reading: Reading, four: WebSite) -> None:
    failing(four, (code, {}, b""), times=2, path="/p1")
    result = await reading.crawl()
    assert (result.pages, result.failed, result.error) == (4, 0, "")


async def test_retry_after_is_waited_for_in_the_crawl(reading: Reading, four: WebSite) -> None:
    failing(four, (429, {"Retry-After": "0"}, b""), times=1)
    result = await reading.crawl()
    assert (result.pages, result.failed) == (4, 0)


async def test_long_pause_leaves_the_rest_for_then(reading: Reading, four: WebSite) -> None:
    failing(four, (429, {"Retry-After": "1800"}, b""), times=1, path="/p1")
    result = await reading.crawl()
    assert (result.pages, result.error) == (2, "paused")
    assert result.reasons["paused"].count == 1
    crawl = (await reading.db.read(lambda: site_store.crawls(reading.clock.now())))["demo"]
    assert crawl.due_at == reading.clock.now() + 1_800_000
    assert (await reading.crawl()).pages == 4


async def test_cold_start_is_no_end(reading: Reading, web: WebSite) -> None:
    awake = threading.Event()

    def sleeps(request: Request) -> Answer:
        if awake.is_set():
            return 200, HTML, page("Home", "Welcome to the harbour.").encode()
        awake.wait(20)
        return 503, {}, b""

    web.pages["/"] = sleeps
    impatient = HttpPageFetcher(split_dns, seconds=0.1)
    reader = PageReader(reading.db, reading.clock, impatient, reading.jobs)
    crawler = Crawler(reading.db, reading.clock, reading.jobs, reader, reading.index, pace=0)
    site = read_site("demo", {"origins": web.origin}, daily_answers=5)
    crawl = asyncio.create_task(crawler.crawl(site, "holder"))
    await asyncio.to_thread(web.has_asked, "/", 2)
    awake.set()
    result = await crawl
    assert result is not None and result.pages == 1


@pytest.mark.parametrize(
    "answer",
    [
        (403, {}, b"Access denied"), (401, {}, b""), (503, {}, b""), (500, {}, b""), (429, {}, b""), (404, {}, b""),
        (302, {"Location": "http://127.0.0.1:1/captcha"}, b""), (200, {"Content-Type": "application/json"}, b"{}"),
        (200, HTML, b"<p " + b"a=1 " * 260_000 + b">"),
    ],
    ids=["403", "401", "503", "500", "429", "404", "elsewhere", "type", "complex"],
)  # fmt: skip
async def test_known_pages_stay_while_a_site_fails(answer: Answer, reading: Reading, four: WebSite) -> None:
    await reading.crawl()
    failing(four, answer, times=1_000)
    for _ in range(2 if answer[0] == 404 else 4):
        result = await reading.crawl()
        assert (result.pages, result.mostly_unread) == (4, answer[0] != 404)
    assert await reading.found("How many cranes has quay number 1?") != []
    assert await page_text(reading.db, "demo", f"{four.origin}/p1") is not None
    assert await reading.changes() == []


async def test_page_is_gone_after_three_times(reading: Reading, four: WebSite) -> None:
    await reading.crawl()
    await reading.changes()
    four.pages["/p1"] = (404, {}, b"")
    assert [(await reading.crawl()).pages for _ in range(3)] == [4, 4, 3]
    assert "/p1" not in await reading.statuses()
    assert await reading.changes() == ["/p1"]


async def test_faults_between_do_not_make_a_page_gone(reading: Reading, four: WebSite) -> None:
    await reading.crawl()
    for code in (404, 503, 503, 404):
        four.pages["/p1"] = (code, {}, b"")
        assert (await reading.crawl()).pages == 4
    four.pages["/p1"] = page("Quay 1", "Quay number 1 has 1 cranes.")
    await reading.crawl()
    known = (await reading.db.read(lambda: site_store.site_pages("demo")))[f"{four.origin}/p1"]
    assert (known.failures, known.missing) == (0, 0)


async def test_site_that_keeps_failing_is_left_alone(reading: Reading, web: WebSite) -> None:
    web.pages["*"] = lambda request: (503, {}, b"") if request.path.startswith("/p") else (404, {}, b"")
    web.pages["/"] = page("Home", "Welcome.", links=tuple(f"/p{number}" for number in range(40)))
    result = await reading.crawl()
    assert len({path for path in web.paths if path.startswith("/p")}) == 5
    assert (result.reasons["http 503"].count, result.reasons["paused"].count) == (5, 35)


async def test_members_pages_do_not_end_a_crawl(reading: Reading, web: WebSite) -> None:
    members = tuple(f"/members/{number}" for number in range(30))
    web.pages["*"] = lambda request: (403, {}, b"") if "members" in request.path else (404, {}, b"")
    web.pages["/"] = page("Home", "Welcome.", links=(*members, "/last"))
    web.pages["/last"] = page("Last", "The last thing.")
    result = await reading.crawl()
    assert (result.pages, result.reasons["http 403"].count) == (2, 30)


async def test_report_tells_faults_from_the_sites_own_word(reading: Reading, web: WebSite) -> None:
    web.pages["/robots.txt"] = (
        200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private\nSitemap: /broken.xml",
    )  # fmt: skip
    web.pages["/broken.xml"] = (200, HTML, b"<html>Not found</html>")
    web.pages["/"] = page("Home", "Welcome.", links=("/private/a", "/out", "/draft", "/teapot", "/pdf", "/gone"))
    web.pages["/out"] = (301, {"Location": "http://127.0.0.1:1/"}, b"")
    web.pages["/draft"] = page("Draft", "Not yet.", head='<meta name="robots" content="noindex">')
    web.pages["/teapot"] = (418, {}, b"")
    web.pages["/pdf"] = (200, {"Content-Type": "application/pdf"}, b"%PDF")
    result = await reading.crawl()
    told = [(name, reason.count, reason.examples[0].removeprefix(web.origin)) for name, reason in result.ordered()]
    assert told == [
        ("http 418", 1, "/teapot"), ("sitemap format", 1, "/broken.xml"), ("type", 1, "/pdf"),
        ("elsewhere", 1, "/out"), ("gone", 1, "/gone"), ("noindex", 1, "/draft"), ("robots", 1, "/private/a"),
    ]  # fmt: skip
    assert reason_in_words("http 418", "en") == "answered with status 418"
    assert reason_in_words("sitemap format", "en") == "sitemap unreadable (not a sitemap)"
    assert reason_in_words("sitemap http 403", "en") == "sitemap unreadable (answered with status 403)"
    assert "crawl_header" in advice_on("http 403", "en")
    kept = (await reading.db.read(lambda: site_store.crawls(reading.clock.now())))["demo"].report
    assert kept == result.public()


async def test_sitemap_of_another_origin_names_it(reading: Reading, web: WebSite) -> None:
    """As of a site that is served at one address and was built for another."""
    there = "".join(f"<url><loc>https://www.harbour.example/p{number}</loc></url>" for number in range(500))
    web.pages["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, f"<urlset>{there}</urlset>".encode())
    web.pages["/"] = page("Home", "Welcome to the harbour.")
    result = await reading.crawl()
    assert (result.pages, result.error, result.mostly_unread) == (1, "outside", True)
    assert result.reasons["outside"].count == 500
    assert "https://www.harbour.example (500 addresses)" in problem_of(result.error, "en", result.reasons)


async def test_header_of_a_site_goes_to_its_origins_only(reading: Reading, web: WebSite) -> None:
    def guarded(request: Request) -> Answer:
        if request.headers.get("authorization") != "Basic c2VjcmV0":
            return 401, {}, b""
        return 200, HTML, page("Home", "Welcome to the harbour.", links=("/out",)).encode()

    with WebSite.start() as other:
        web.pages |= {"/": guarded, "/out": (302, {"Location": f"{other.origin}/"}, b"")}
        other.pages["/"] = page("Other", "Words of the other origin.")
        texts = {"origins": web.origin, "crawl_header": "Authorization: Basic c2VjcmV0"}
        site = read_site("demo", texts, daily_answers=5)
        result = await reading.crawler.crawl(site, "holder")
        assert other.asked == []
    assert result is not None and result.pages == 1
    assert "c2VjcmV0" not in repr(site)
    page_of_a_question = await reading.reader.read(site, f"{web.origin}/")
    assert page_of_a_question is not None


async def test_page_at_a_visitors_address_is_read_once(reading: Reading, web: WebSite) -> None:
    hint = f"{web.origin}/shown?no=12"
    web.pages["/shown?no=12"] = page("Post", "It is long.", head=f'<link rel="canonical" href="{hint}">')
    site = read_site("demo", {"origins": web.origin}, daily_answers=5)
    for _ in range(3):
        found = await reading.reader.read(site, f"{web.origin}/shown", hint=hint)
        assert found is not None and found.url == hint
    assert web.paths == ["/shown", "/shown?no=12"]


async def test_failing_page_is_answered_from_what_was_read(reading: Reading, web: WebSite) -> None:
    site = read_site("demo", {"origins": web.origin}, daily_answers=5)
    web.pages["/"] = page("Home", "Welcome to the harbour.")
    assert await reading.reader.read(site, f"{web.origin}/") is not None
    web.pages["/"] = (403, {}, b"")
    reading.clock.advance(days=30)
    assert await reading.reader.read(site, f"{web.origin}/") is not None
    web.pages["/"] = (404, {}, b"")
    assert await reading.reader.read(site, f"{web.origin}/") is None
