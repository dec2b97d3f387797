"""Where a code goes along in an address: to pages with our tag, and never on from there (threat 6, RFC 9700 4.11)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.fakes.web_browser import Page, WebBrowser
from tests.http.members import PASSWORD
from tests.http.signing import BEHIND_A_PROXY, Window, code_in, rows
from tests.knowledge.serving import Answer, Request, WebSite
from tests.services import Server, Site

TAG = '<script src="{url}/answerback.js" data-site="{site}" async></script>'
ELEMENT = '<answerback-comments data-site="demo"></answerback-comments>'


@pytest.fixture(scope="module")
def web() -> Iterator[WebSite]:
    with WebSite.start() as site:
        yield site


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, web: WebSite) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("return")
    site = Site(web.origin, folder)
    with Server.start(
        folder, site, **BEHIND_A_PROXY, ANSWERBACK_PRIVATE_SITES="127.0.0.1", crawl_header="X-Staging: open"
    ) as running:
        tag = TAG.format(url=running.url, site="demo")
        with_query = f'<link rel="canonical" href="{web.origin}/post?id=5">{tag}'

        def redirect(request: Request) -> Answer:
            return 302, {"Location": "https://evil.example/"}, b""

        def staging(request: Request) -> Answer:
            allowed = request.headers.get("x-staging") == "open"
            return (200, {"Content-Type": "text/html"}, tag.encode()) if allowed else (401, {}, b"")

        web.pages |= {
            "/staging": staging,
            "/post": f"<p>A post</p>{tag}", "/post?id=5": with_query, "/post?to=https://evil.example": f"<p>x</p>{tag}",
            "/element": ELEMENT, "/plain": "<p>Nothing of ours</p>", "/out": redirect, "/moved": redirect,
            "/out?to=https://evil.example": redirect, "/other": TAG.format(url=running.url, site="shop"),
            "/said": f"<p>{tag.replace('<', '&lt;')}</p>", "/broken": (200, {"Content-Type": "text/html"}, b"\xff\x00"),
        }  # fmt: skip
        yield running


def handed_over(server: Server, path: str) -> tuple[WebBrowser, Page]:
    """Somebody signs in on the way back to that address, in a window that nobody waits for."""
    server.page = path
    window = Window(server, WebBrowser())
    fields = {"name": "Mina", "email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
    return window.browser, window.browser.post(window.page.url + "register/", fields)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/post", "/post"), ("/element", "/element"), ("/post?id=5", "/post?id=5"),
        ("/post?to=https://evil.example", "/post"), ("/post?utm_source=mail", "/post"), ("/staging", "/staging"),
    ],
)  # fmt: skip
def test_code_goes_to_a_page_with_the_tag(server: Server, web: WebSite, path: str, leads_to: str) -> None:
    browser, page = handed_over(server, path)
    back = browser.get(page.link("/return/"), follow=False)
    address, _, fragment = back.headers["location"].partition("#")
    assert (back.status, address) == (303, web.origin + leads_to)
    assert fragment.startswith("answerback-code=")


@pytest.mark.parametrize(
    "path", ["/plain", "/out", "/out?to=https://evil.example", "/moved", "/other", "/said", "/nowhere", "/broken"]
)
def test_code_goes_nowhere_else(server: Server, path: str) -> None:
    """The attacker has begun it with a challenge of their own; what the victim's browser is sent to has no code."""
    browser, page = handed_over(server, path)
    codes = rows(server, "SELECT COUNT(*) FROM sign_in_codes")
    back = browser.get(page.link("/return/"), follow=False)
    assert (back.status, "location" in back.headers) == (400, False)
    assert "answerback-code" not in back.text and "does not show these comments" in back.text
    assert rows(server, "SELECT COUNT(*) FROM sign_in_codes") == codes


def test_address_with_a_code_is_the_same_browsers_only(server: Server) -> None:
    _, page = handed_over(server, "/post")
    back = WebBrowser().get(page.link("/return/"), follow=False)
    assert (back.status, "location" in back.headers) == (404, False)


def test_return_without_a_sign_in_asks_for_one(server: Server) -> None:
    window = Window(server, WebBrowser())
    assert window.browser.get(window.page.url + "return/").url == window.page.url


def test_used_sign_in_gives_no_second_code(server: Server) -> None:
    server.page = "/post"
    window = Window(server, WebBrowser())
    fields = {"name": "Mina", "email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
    page = window.browser.post(window.page.url + "register/", fields)
    assert code_in(page) and window.exchange(page).status == 201
    assert window.browser.get(page.link("/return/"), follow=False).status == 404


@pytest.mark.parametrize("path", ["/", "/admin/", "/sign-in/?site=demo", "/account", "//evil.example/account/"])
def test_own_pages_return_to_the_account_only(server: Server, path: str) -> None:
    query = {
        "site": "demo", "origin": server.url, "return_to": server.url + path, "lang": "en", "nonce": "n" * 22,
        "challenge": "c" * 43,
    }  # fmt: skip
    assert WebBrowser().get(f"{server.url}/sign-in/?{urlencode(query)}", follow=False).status == 400


def test_forged_origin_exchanges_nothing(server: Server) -> None:
    """A program that knows its own verifier and sends whatever `Origin` it likes has no code to send."""
    browser, page = handed_over(server, "/out")
    verifier, id = secrets.token_urlsafe(32), page.link("/return/").split("/")[-3]
    browser.get(page.link("/return/"), follow=False)
    for code in (id, "c" * 43):
        data = {"site": "demo", "code": code, "verifier": verifier}
        reply = server.call("POST", "/api/session/exchange/", data, Origin=server.site.origin)
        assert (reply.status, reply.json["code"]) == (400, "code_invalid")
