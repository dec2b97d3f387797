"""Fetching pages of strangers' choice (threat 11): over real sockets, with a resolver of the test's own."""

from __future__ import annotations

import gzip
import threading
import zlib
from collections.abc import Collection, Iterator

import pytest
from answerback.knowledge.extract.html import extract
from answerback.net.deny_list import PrivateSites, is_public, names_itself
from answerback.net.fetch import MOST_BYTES, PAGE, ROBOTS, Fetched, HttpPageFetcher

from .serving import Answer, Request, WebSite, page

pytestmark = pytest.mark.anyio
HTML = {"Content-Type": "text/html"}
DENIED = """0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.9.9.9 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.1.1
    192.175.48.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
    64:ff9b:1::7f00:1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1
    2002:7f00:1:: 2002:a00:1::1 2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1
    ff02::1 ff0e::1""".split()


@pytest.fixture
def site() -> Iterator[WebSite]:
    with WebSite.start() as running:
        running.pages["/"] = page("Home", "This is the home page.")
        yield running


def leading_to(*answers: str, private: Collection[str] = ()) -> tuple[HttpPageFetcher, list[str]]:
    """A fetcher whose names lead to these addresses, one answer after the other, and what was looked up."""
    looked: list[str] = []

    async def resolver(host: str, port: int) -> list[str]:
        looked.append(host)
        return answers[min(len(looked), len(answers)) - 1].split()

    return HttpPageFetcher(resolver, private=PrivateSites(private)), looked


async def fetch(site: WebSite, path: str = "/", *, seconds: float = 5.0) -> Fetched:
    return await HttpPageFetcher(seconds=seconds).fetch(site.origin + path, [site.origin])


@pytest.mark.parametrize("address", DENIED)
def test_private_addresses_are_denied(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::200e"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "nonsense", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "1.1.1.1.1"])
def test_malformed_addresses_are_refused(text: str) -> None:
    assert not is_public(text)
    assert not names_itself(text)


@pytest.mark.parametrize("address", DENIED)
async def test_name_resolving_to_private_is_not_fetched(address: str, site: WebSite) -> None:
    fetcher, looked = leading_to(address)
    origin = f"http://site.example:{site.port}"
    assert (await fetcher.fetch(f"{origin}/", [origin])).status == "address"
    assert looked == ["site.example"]
    assert site.asked == []


@pytest.mark.parametrize(
    "entries", [["site.example"], ["10.0.0.0/8", "127.0.0.0/8"], ["::1", "127.0.0.1"], ["\uc704\ud0a4.example"]]
)
async def test_private_sites_are_fetched_where_they_are_named(entries: list[str], site: WebSite) -> None:
    host = "site.example" if entries[0].isascii() else "xn--9q5b29o.example"
    fetcher, _ = leading_to("127.0.0.1", private=entries)
    origin = f"http://{host}:{site.port}"
    assert (await fetcher.fetch(f"{origin}/", [origin])).status == "ok"


@pytest.mark.parametrize("entries", [["other.example"], ["example"], ["10.0.0.0/8"], ["::ffff:0:0/96"]])
async def test_other_private_sites_are_not_fetched(
    entries: list[str], site: WebSite, caplog: pytest.LogCaptureFixture
) -> None:
    fetcher, _ = leading_to("127.0.0.1", private=entries)
    origin = f"http://site.example:{site.port}"
    for _ in range(2):
        assert (await fetcher.fetch(f"{origin}/", [origin])).status == "address"
    [line] = caplog.messages
    assert line.startswith("site.example is at a private address") and "ANSWERBACK_PRIVATE_SITES" in line
    assert site.asked == []


async def test_one_bad_address_among_good_ones_is_enough(site: WebSite) -> None:
    fetcher, _ = leading_to("1.1.1.1 127.0.0.1")
    origin = f"http://site.example:{site.port}"
    assert (await fetcher.fetch(f"{origin}/", [origin])).status == "address"


async def test_the_connection_goes_to_the_address_that_was_checked(site: WebSite) -> None:
    """A name is looked up once a connection: there is no second answer to be tricked by."""
    fetcher, looked = leading_to("127.0.0.1", "1.1.1.1")
    origin = f"http://rebinding.localhost:{site.port}"
    fetched = await fetcher.fetch(f"{origin}/", [origin])
    assert (fetched.status, looked) == ("ok", ["rebinding.localhost"])
    assert site.asked[0].headers["host"] == f"rebinding.localhost:{site.port}"


async def test_a_redirect_is_looked_up_and_checked_anew(site: WebSite) -> None:
    """Rebinding: the second answer for the same name leads inside."""
    origin = f"http://site.example:{site.port}"
    fetcher, _ = leading_to("127.0.0.1")
    assert (await fetcher.fetch(f"{origin}/", [origin])).status == "address"
    site.pages["/moved"] = (302, {"Location": "/"}, b"")
    own = f"http://here.localhost:{site.port}"
    rebound, looked = leading_to("127.0.0.1", "")
    assert (await rebound.fetch(f"{own}/moved", [own])).status == "address"
    assert looked == ["here.localhost", "here.localhost"]


@pytest.mark.parametrize("inside", ["10.0.0.1", "::1", "::ffff:10.0.0.1", "127.0.0.1 169.254.169.254"])
async def test_name_that_turns_inside_after_robots_is_refused(inside: str, site: WebSite) -> None:
    """Rebinding between two fetches of one fetcher; 127.0.0.1 stands for the public address."""
    site.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nAllow: /")
    site.pages["/moved"] = (302, {"Location": "/"}, b"")
    fetcher, looked = leading_to("127.0.0.1", inside, "127.0.0.1", inside, private=["127.0.0.1"])
    origin = f"http://site.example:{site.port}"
    statuses = [
        (await fetcher.fetch(origin + path, [origin], kind=kind)).status
        for path, kind in (("/robots.txt", ROBOTS), ("/", PAGE), ("/moved", PAGE))
    ]
    assert statuses == ["ok", "address", "address"]
    assert (looked, site.paths) == (["site.example"] * 4, ["/robots.txt", "/moved"])


async def test_an_address_that_does_not_answer_gives_way_to_the_next(site: WebSite) -> None:
    fetcher, _ = leading_to("127.0.0.254 127.0.0.1")
    origin = f"http://two.localhost:{site.port}"
    assert (await fetcher.fetch(f"{origin}/", [origin])).status == "ok"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "[::ffff:127.0.0.1]"])
async def test_loopback_spellings_are_not_the_origin(host: str, site: WebSite) -> None:
    fetched = await HttpPageFetcher().fetch(f"http://{host}:{site.port}/", [site.origin])
    assert fetched.status in ("origin", "network")
    assert site.asked == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
async def test_loopback_spellings_are_refused_as_origins(host: str, site: WebSite) -> None:
    """The system's resolver reads them as 127.0.0.1; the check is of the address that it gives."""
    origin = f"http://{host}:{site.port}"
    assert (await HttpPageFetcher().fetch(f"{origin}/", [origin])).status in ("address", "network")
    assert site.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}@elsewhere.example/", "http://user@127.0.0.1:{port}/", "http://u:p@127.0.0.1:{port}/",
        "http://127.0.0.1:1/", "http://127.0.0.1/", "https://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "/", "",
        "http://127.0.0.1:{port}\\@elsewhere.example/", "http://127.0.0.1:{port}.elsewhere.example/",
        "http://127.0.0.1:99999/", "http://[::1/", "http://elsewhere.example/", "http://localhost:{port}/",
    ],
)  # fmt: skip
async def test_foreign_urls_are_not_fetched(url: str, site: WebSite) -> None:
    fetched = await HttpPageFetcher().fetch(url.format(port=site.port), [site.origin])
    assert fetched.status in ("origin", "network")
    assert site.asked == []


async def test_a_redirect_stays_within_the_origins(site: WebSite) -> None:
    with WebSite.start() as inside:
        inside.pages["/secret"] = page("Secret", "Nobody may read this.")
        for number, target in enumerate(
            [f"{inside.origin}/secret", f"//127.0.0.1:{inside.port}/secret", f"http://localhost:{inside.port}/secret",
             f"http://x@127.0.0.1:{site.port}/", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/"]
        ):  # fmt: skip
            site.pages[f"/{number}"] = (302, {"Location": target}, b"")
            assert (await fetch(site, f"/{number}")).status == "origin", target
        assert inside.asked == []


async def test_redirects_within_the_site_are_followed_but_not_for_ever(site: WebSite) -> None:
    site.pages["/old"] = (301, {"Location": "/#top"}, b"")
    fetched = await fetch(site, "/old")
    assert (fetched.status, fetched.url) == ("ok", f"{site.origin}/")
    site.pages["/round"] = (302, {"Location": "/about"}, b"")
    site.pages["/about"] = (302, {"Location": "/round"}, b"")
    site.asked.clear()
    assert (await fetch(site, "/round")).status == "redirects"
    assert len(site.asked) == 4


async def test_silent_server_times_out(site: WebSite) -> None:
    left = threading.Event()

    def silent(request: Request) -> Answer:
        left.wait(20)
        return 200, HTML, b""

    site.pages["/silent"] = silent
    try:
        assert (await fetch(site, "/silent", seconds=0.3)).status == "slow"
    finally:
        left.set()


async def test_dripping_body_times_out(site: WebSite) -> None:
    left = threading.Event()

    def drips() -> Iterator[bytes]:
        while not left.wait(0.02):
            yield b"<p>x</p>"

    site.pages["/"] = (200, HTML, drips())
    try:
        assert (await fetch(site, seconds=0.4)).status == "slow"
    finally:
        left.set()


async def test_oversized_body_is_dropped(site: WebSite) -> None:
    site.pages["/fits"] = (200, HTML, b"a" * MOST_BYTES)
    site.pages["/large"] = (200, HTML, b"a" * (MOST_BYTES + 1))
    assert (await fetch(site, "/fits")).status == "ok"
    assert (await fetch(site, "/large")).status == "large"


async def test_gzip_page_is_unpacked(site: WebSite) -> None:
    packed = gzip.compress(page("Packed", "Small.").encode())
    site.pages["/"] = (200, {**HTML, "Content-Encoding": "gzip"}, packed)
    assert b"Small." in (await fetch(site)).body
    site.pages["/"] = (200, {**HTML, "Content-Encoding": "gzip"}, packed[:-4])
    assert (await fetch(site)).status == "network"
    site.pages["/"] = (200, {**HTML, "Content-Encoding": "gzip"}, b"no gzip at all")
    assert (await fetch(site)).status == "network"


async def test_gzip_bomb_is_not_unpacked(site: WebSite) -> None:
    """A thousand to one, and once more packed: what unpacks in steps is not asked for and not taken."""
    bomb = gzip.compress(bytes(64_000_000), 9)
    site.pages["/"] = (200, {**HTML, "Content-Encoding": "gzip"}, bomb)
    assert (await fetch(site)).status == "large"
    for packing in ("gzip, gzip", "br", "zstd", "deflate"):
        site.pages["/"] = (200, {**HTML, "Content-Encoding": packing}, zlib.compress(bomb))
        assert (await fetch(site)).status == "type"
    assert site.asked[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", "application/json", "text/css", "html", ""])
async def test_non_html_is_not_read(kind: str, site: WebSite) -> None:
    site.pages["/"] = (200, {"Content-Type": kind} if kind else {}, b"<p>not a page</p>")
    assert (await fetch(site)).status == "type"


async def test_site_errors_are_reported(site: WebSite) -> None:
    for code in (204, 206, 401, 404, 410, 429, 500, 503):
        site.pages["/"] = (code, HTML, b"")
        fetched = await fetch(site)
        assert (fetched.status, fetched.code) == ("http", code)
    assert (await HttpPageFetcher().fetch("http://127.0.0.1:9/", ["http://127.0.0.1:9"])).status == "network"


async def test_environment_proxies_are_ignored(site: WebSite, monkeypatch: pytest.MonkeyPatch) -> None:
    with WebSite.start() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert (await fetch(site)).status == "ok"
        assert proxy.asked == []


async def test_known_page_is_fetched_conditionally(site: WebSite) -> None:
    def known(request: Request) -> Answer:
        if request.headers.get("if-none-match") == '"one"':
            return 304, {}, b""
        return 200, {**HTML, "ETag": '"one"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}, b"<p>text</p>"

    site.pages["/"] = known
    first = await fetch(site)
    assert (first.etag, first.last_modified) == ('"one"', "Mon, 02 Nov 2026 10:00:00 GMT")
    again = await HttpPageFetcher().fetch(f"{site.origin}/", [site.origin], etag=first.etag)
    assert again.status == "unchanged"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("한국어 빵집".encode("euc-kr"), "text/html; charset=euc-kr"),
        ('<meta charset="euc-kr">한국어 빵집'.encode("cp949"), "text/html"),
        ("<meta http-equiv=x content='text/html; charset=ks_c_5601-1987'>한국어 빵집".encode("cp949"), "text/html"),
        ("\ufeff한국어 빵집".encode("utf-8"), "text/html; charset=latin1"),
        ("한국어 빵집".encode("utf-16"), "text/html"),
        ("한국어 빵집".encode("utf-16-le"), "text/html; charset=UTF-16LE"),
        ("한국어 빵집".encode("utf-16-be"), "text/html; charset=utf-16be"),
        ('<meta charset="utf-16">한국어 빵집'.encode(), "text/html"),
        ("한국어 빵집".encode(), "text/html; charset=no-such-thing"),
        ("한국어 빵집".encode(), "text/html; charset=unicode_escape"),
        ("한국어 빵집".encode(), "text/html; charset=base64"),
        ("한국어 빵집".encode(), "text/html; charset=utf-7"),
        ("한국어 빵집".encode(), 'text/html; charset="UTF-8"'),
        ("한국어 빵집".encode("euc-kr"), "text/plain; charset=EUC-KR"),
    ],
)  # fmt: skip
def test_charsets_are_decoded(body: bytes, kind: str) -> None:
    assert [block.text for block in extract(body, kind).blocks] == ["한국어 빵집"]


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00", b"<", b"<html>", b"\xff\xfe", b"<!doctype html>" + b"<div>" * 20_000, b"<p>" + b"\x00" * 100,
     b"<?xml version='1.0' encoding='utf-16'?><p>x</p>", bytes(range(256)) * 20],
)  # fmt: skip
def test_broken_markup_is_read_without_harm(body: bytes) -> None:
    extract(body, "text/html")
