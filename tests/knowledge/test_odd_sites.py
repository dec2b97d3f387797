"""Sites with one odd sign: what is readable of them is read."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from answerback.knowledge.crawl.sitemaps import read_sitemap
from answerback.knowledge.extract.html import extract
from answerback.knowledge.extract.lightening import MOST_BYTES, lightened
from answerback.net import fetch as fetching
from answerback.net.browsing import Session
from answerback.net.fetch import SITEMAP, Fetched, HttpPageFetcher, seconds_until

from .conftest import Reading
from .serving import Answer, Request, WebSite, page

pytestmark = pytest.mark.anyio
HTML = {"Content-Type": "text/html; charset=utf-8"}
PLAIN = {"Content-Type": "text/plain"}
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
AT = "https://site.example"


def entry(path: str) -> str:
    return f"<url><loc>{AT}{path}</loc></url>"


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (f"\n\n{HEAD}{SET}{entry('/a')}</urlset>", ["/a"]),
        (f"\ufeff \r\n{HEAD}{SET}{entry('/a')}</urlset>", ["/a"]),
        (f"<br />\n<b>Notice</b>: Undefined variable\n{HEAD}{SET}{entry('/a')}", ["/a"]),
        (f"{HEAD}{SET}{entry('/a?x=1&y=2')}{entry('/b')}</urlset>", ["/a?x=1&y=2", "/b"]),
        (f"{HEAD}{SET}{entry('/a?x=1&amp;y=2')}{entry('/caf&eacute;')}</urlset>", ["/a?x=1&y=2", "/café"]),
        (f"{SET}<url><loc><![CDATA[{AT}/a?b&c]]></loc></url></urlset>", ["/a?b&c"]),
        (f"{SET}<!-- {entry('/old')} -->{entry('/a')}</urlset>", ["/a"]),
        (f"{SET}{entry('/a')}<url><loc>{AT}/b</lok></url>{entry('/c')}", ["/a", "/b", "/c"]),
        (f"{SET}{entry('/a')}\x00\x0b{entry('/b')}</urlset>", ["/a", "/b"]),
        (f"<s:urlset xmlns:s='x'><s:url><s:loc>\n {AT}/a \n</s:loc></s:url></s:urlset>", ["/a"]),
        (f"<rss><channel><link>{AT}/</link><item><title>A</title><link>{AT}/a</link></item></channel></rss>",
         ["/", "/a"]),
        (f"{AT}/a\r\n{AT}/b\n# a note\n{AT}/c", ["/a", "/b", "/c"]),
    ],
)  # fmt: skip
def test_odd_sitemap_is_read(body: str, paths: list[str]) -> None:
    wanted = [AT + path for path in paths]
    assert list(read_sitemap(body.encode()).pages) == wanted
    assert list(read_sitemap(gzip.compress(body.encode())).pages) == wanted
    assert list(read_sitemap(body.encode("utf-16")).pages) == wanted


def test_broken_archive_is_read_up_to_the_break() -> None:
    packed = gzip.compress((SET + "".join(entry(f"/{number}") for number in range(5_000))).encode())
    assert 1_000 < len(read_sitemap(packed[: len(packed) // 2]).pages) < 5_000


@pytest.mark.parametrize("body", ["<html><p>Not found</p></html>", "nothing", "\x00" * 50])
def test_page_is_no_sitemap(body: str) -> None:
    with pytest.raises(ValueError, match="format"):
        read_sitemap(body.encode())


async def test_sitemap_of_fifty_megabytes_is_read(web: WebSite) -> None:
    """A site's sitemap fills no memory of the server's: what is large waits on disk."""
    places = "".join(f"{entry(f'/{number}')}\n" for number in range(20_000))
    body = f"{SET}{places}".encode().ljust(SITEMAP.most_bytes - 100) + b"</urlset>"

    def pieces() -> Iterator[bytes]:
        yield from (body[start : start + 1_000_000] for start in range(0, len(body), 1_000_000))

    web.pages["/sitemap.xml"] = (200, {"Content-Type": "gzip"}, pieces())
    fetched = await HttpPageFetcher().fetch(f"{web.origin}/sitemap.xml", [web.origin], kind=SITEMAP)
    assert (fetched.status, type(fetched.body).__name__) == ("ok", "mmap")
    assert len(read_sitemap(bytes(fetched.body)).pages) == 20_000


async def test_places_of_sitemaps_may_be_relative(reading: Reading, web: WebSite) -> None:
    web.pages["/robots.txt"] = (200, PLAIN, b"User-agent: *\nAllow: /\nSitemap: maps/all.xml")
    web.pages["/maps/all.xml"] = (200, {"Content-Type": "gzip"}, gzip.compress(
        b"<sitemapindex><sitemap><loc>one.xml</loc></sitemap></sitemapindex>"))  # fmt: skip
    web.pages["/maps/one.xml"] = (200, {"Content-Type": "text/html"}, b"<urlset><url><loc>/a</loc></url></urlset>")
    web.pages["/a"] = page("A", "The first thing.")
    await reading.crawl()
    assert (await reading.statuses())["/a"] == "ok"


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ({"/a": "/b", "/b": (301, {"Location": "/a"}, b"")}, "/a"),  # what it names leads back to it
        ({"/a": "/b", "/b": (404, {}, b"")}, "/a"),
        ({"/a": "/b", "/b": (503, {}, b"")}, "/a"),
        ({"/a": "/b", "/b": (302, {"Location": "http://127.0.0.1:1/"}, b"")}, "/a"),
        ({"/a": "/b", "/b": "/a"}, "/a"),  # each names the other
        ({"/a": "/b", "/b": "/c", "/c": "/c"}, "/c"),
        ({"/a": "/b", "/b": "/b"}, "/b"),
    ],
)  # fmt: skip
async def test_page_is_in_the_index_once(
    link: dict[str, str | Answer], kept: str, reading: Reading, web: WebSite
) -> None:
    web.pages["/"] = page("Home", "Welcome to the harbour.", links=("/a",))
    for path, target in link.items():
        head = f'<link rel="canonical" href="{target}">'
        web.pages[path] = page("Ferry", "The ferry takes an hour.", head=head) if isinstance(target, str) else target
    for _ in range(2):
        await reading.crawl()
        assert {path for path, status in (await reading.statuses()).items() if status == "ok"} == {"/", kept}
        passages = await reading.index.search("demo", "How long does the ferry take?")
        assert [urlsplit(passage.url).path for passage in passages] == [kept]


async def test_cookie_ends_a_loop(reading: Reading, web: WebSite) -> None:
    """Whoever has no cookie is sent to the same page with one; it stays with the origin that has set it."""

    def guarded(request: Request) -> Answer:
        if "seen=1" in request.headers.get("cookie", ""):
            return 200, HTML, page(request.path, f"Words of {request.path}.", links=("/a", "/b")).encode()
        return 302, {"Location": request.path, "Set-Cookie": "seen=1; Path=/; HttpOnly"}, b""

    web.pages |= {"/": guarded, "/a": guarded, "/b": guarded}
    with WebSite.start() as other:
        other.pages["/"] = page("Other", "Words of the other origin.")
        result = await reading.crawl(other.origin)
        assert all("cookie" not in request.headers for request in other.asked)
    assert (result.pages, web.paths.count("/")) == (4, 2)


def test_cookies_are_few_and_can_be_taken_back() -> None:
    session = Session("X-Key: k")
    session.take(AT, [f"c{number}=v; Path=/" for number in range(30)] + ["bad", "x=\x01", "y=" + "y" * 5_000])
    session.take(AT, ["c29=; Max-Age=0"])
    assert session.headers(f"{AT}/page") == {
        "X-Key": "k", "Cookie": "; ".join(f"c{number}=v" for number in range(10, 29))}  # fmt: skip
    assert session.headers("https://other.example/") == {"X-Key": "k"}


async def test_pictures_in_a_page_hide_nothing(reading: Reading, web: WebSite) -> None:
    picture = "A" * (MOST_BYTES + 400_000)
    web.pages["/"] = page("Home", f'<img src="data:image/png;base64,{picture}">', "The harbour is deep.", links=("/a",))
    web.pages["/a"] = page("A", f"<script>let state = '{picture}'</script>", "The mole is long.")
    assert (await reading.crawl()).pages == 2
    assert await reading.found("How deep is the harbour?") == ["The harbour is deep."]
    assert await reading.found("How long is the mole?") == ["The mole is long."]


async def test_long_page_is_read_from_its_beginning(reading: Reading, web: WebSite) -> None:
    words = "word " * (MOST_BYTES // 5)
    web.pages["/"] = page("Home", "The harbour is deep.", *[words[:20_000]] * (MOST_BYTES // 20_000 + 1))
    result = await reading.crawl()
    assert (result.pages, result.reasons["cut"].examples) == (1, [f"{web.origin}/"])


@pytest.mark.parametrize("name", ["script", "STYLE", "svg"])
def test_what_is_never_closed_costs_little(name: str) -> None:
    body = f"<{name}>".encode() * 400_000
    assert lightened(body) == (body[:MOST_BYTES], len(body) > MOST_BYTES)


BREAD = "항구 빵집은 아침 일곱 시 반에 문을 엽니다. 호밀빵 한 덩어리는 4,200원입니다."


@pytest.mark.parametrize(
    ("text", "encoding", "head"),
    [
        (BREAD, "euc-kr", "<script>" + "x" * 9_000 + '</script><meta charset="euc-kr">'),
        (BREAD, "euc-kr", '<?xml version="1.0" encoding="euc-kr"?>'),
        (BREAD, "euc-kr", ""), (BREAD, "utf-8", ""), ("똠방각하와 펲시콜라는 어디에 있나요", "cp949", ""),
        ("港のパン屋は朝七時半に開きます。", "shift_jis", ""), ("港のパン屋は朝七時半に開きます。", "euc-jp", ""),
        ("港口面包店早上七点半开门。", "gb18030", ""), ("港口麵包店早上七點半開門。", "big5", ""),
        ("Пекарня открывается в половине восьмого.", "cp1251", ""),
        ("Die Bäckerei am Hafen öffnet um halb acht – für 4,20 €.", "cp1252", ""),
    ],
)  # fmt: skip
def test_encoding_is_found(text: str, encoding: str, head: str) -> None:
    body = f"{head}<html><title>{text[:6]}</title><body><main><p>{text}</p></main>".encode(encoding)
    assert extract(body, "text/html").blocks[0].text == text


def test_one_broken_letter_does_not_change_the_encoding() -> None:
    body = f"<p>{BREAD}</p>".encode() + b"<p>\xb9\xb0 end</p>"
    assert extract(body, "text/html").blocks[0].text == BREAD


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("120", 120), (" 7 ", 7), ("Mon, 02 Nov 2026 10:00:30 GMT", 30), ("Mon, 02 Nov 2020 10:00:00 GMT", 0),
     ("", None), ("soon", None), ("-5", None), ("9" * 400, 999_999_999)],
)  # fmt: skip
def test_retry_after_is_read(text: str, seconds: float | None) -> None:
    assert seconds_until(text, 1_793_613_600) == seconds


def test_large_bodies_only_are_on_disk() -> None:
    assert fetching.PAGE.most_bytes == fetching.IN_MEMORY < SITEMAP.most_bytes
    assert isinstance(Fetched("ok").body, bytes)


@pytest.mark.parametrize("tag", ["main", "article", "section", "x-page"])
def test_page_without_a_body_tag_is_read(tag: str) -> None:
    html = f"<!doctype html><html lang=en><meta charset=utf-8><title>Mole</title><{tag}><h1>Mole</h1><p>It is long."
    assert [block.text for block in extract(html.encode(), "text/html").blocks] == ["It is long."]
