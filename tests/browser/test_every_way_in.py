"""Each way in, from a page of another origin, in both browsers, with our cookies kept there and blocked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.demo import Demo
from tests.browser.firefox import Firefox
from tests.browser.signing import PASSWORD, site_token
from tests.browser.visitors import InChromium, Visitor, Window, in_firefox
from tests.fakes.oauth_server import OAuthServer
from tests.fakes.smtp_server import MailServer
from tests.http.signing import rows
from tests.services import wait_until

NAME, SIGN_IN, OUT, DRAFT = "[part~=account]", "[part~=sign-in]", "[part~=who] button", "[part~=composer] textarea"
BROWSERS = {
    "chromium, cookies kept": None,
    "chromium, cookies blocked": None,
    "firefox, cookies apart by site": 5,  # network.cookie.cookieBehavior
    "firefox, cookies blocked": 1,
}
# What the pages have begun for whoever came in last; a program's session has no origin.
ALIVE = """SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL AND origin <> '' AND visitor_id = (
    SELECT s.visitor_id FROM sessions s JOIN visitors v ON v.id = s.visitor_id WHERE v.kind = 'user' AND s.origin <> ''
    ORDER BY s.created_at DESC LIMIT 1)"""
TOKEN = "answerback:demo:token"
OPENER = "Cross-Origin-Opener-Policy"


@pytest.fixture(scope="module")
def providers() -> Iterator[dict[str, OAuthServer]]:
    with OAuthServer.start("kakao", "strict") as kakao, OAuthServer.start("github", "strict") as github:
        yield {"kakao": kakao, "github": github}


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def standing(
    tmp_path_factory: pytest.TempPathFactory, providers: dict[str, OAuthServer], post: MailServer
) -> Iterator[Demo]:
    """The demo, with all ways in."""
    settings = providers["kakao"].settings() | providers["github"].settings() | post.settings()
    with Demo.start(tmp_path_factory.mktemp("ways"), **settings) as running:
        for provider in providers.values():
            provider.expect(running.server.url)
        yield running


@pytest.fixture(scope="module")
def secret(standing: Demo) -> str:
    return standing.server.command("site", "sso", "demo").stdout.strip()


@pytest.fixture(scope="module", params=BROWSERS)
def firefox(request: pytest.FixtureRequest) -> Iterator[Firefox | None]:
    """A Firefox with the parameter's setting, and None where Chromium is wanted."""
    behavior = BROWSERS[request.param]
    if behavior is None:
        yield None
    else:
        with Firefox.start(**{"network.cookie.cookieBehavior": behavior}) as running:
            yield running


@pytest.fixture
def blocked(request: pytest.FixtureRequest) -> bool:
    """Whether this browser takes no cookies of ours on the site's pages."""
    return "cookies blocked" in request.node.name


@pytest.fixture
def mina(
    request: pytest.FixtureRequest, blocked: bool, firefox: Firefox | None, demo: Demo, browser: Browser
) -> Iterator[Visitor]:
    """Somebody who has never been here."""
    if firefox is not None:
        with in_firefox(firefox) as visitor:
            yield visitor
    elif blocked:
        yield InChromium(request.getfixturevalue("blocking"))
    else:
        context = browser.new_context()
        yield InChromium(context)
        context.close()


@pytest.fixture
def ways(
    demo: Demo, mina: Visitor, providers: dict[str, OAuthServer], post: MailServer
) -> dict[str, Callable[[Window, str], None]]:
    """What Mina does in the window that has opened, by the way that she goes; with an address of her own."""

    def by_provider(way: str) -> Callable[[Window, str], None]:
        def go(window: Window, address: str) -> None:
            providers[way].say(user={"id": str(abs(hash(address))), "name": address.partition("@")[0]})
            window.click(f"a.{way}")

        return go

    def by_mail(window: Window, address: str) -> None:
        window.fill("#mail", address)
        window.click("form[action$='mail/start'] button")
        window.wait_for("#code")

    def by_link(window: Window, address: str) -> None:
        by_mail(window, address)
        letter = mina.open(post.next_to(address).link)
        letter.click("button.main")
        letter.wait_for("[role=status]", "You are signed in")

    def by_code(window: Window, address: str) -> None:
        by_mail(window, address)
        window.fill("#code", post.next_to(address).code)
        window.click("button.main")

    def by_password(window: Window, address: str) -> None:
        account = {"site": "demo", "email": address, "password": PASSWORD, "name": address.partition("@")[0]}
        assert demo.server.call("POST", "/api/user/register/", account).status == 201
        window.fill("#email", address)
        window.fill("#password", PASSWORD)
        window.click("form[action$='password/'] button")

    def by_registering(window: Window, address: str) -> None:
        window.click("a[href$='register/']")
        window.fill("#name", address.partition("@")[0])
        window.fill("#email", address)
        window.fill("#password", PASSWORD)
        window.click("button.main")

    return {
        "kakao": by_provider("kakao"), "github": by_provider("github"), "link": by_link, "code": by_code,
        "password": by_password, "registering": by_registering,
    }  # fmt: skip


WAYS = ["kakao", "github", "link", "code", "password", "registering"]


@pytest.fixture
def address(request: pytest.FixtureRequest, demo: Demo) -> str:
    """The end of addresses that no test has used before."""
    count = rows(demo.server, "SELECT COUNT(*) FROM visitors")[0][0]
    return f"mina-{count}-{demo.turned}@example.com"


def sign_out(page: Window) -> None:
    """So that the same page takes the next way in."""
    page.click(OUT)
    page.wait_for(SIGN_IN)


def stays_and_leaves(demo: Demo, page: Window, other: Window) -> None:
    """Signed in, in every tab, also after a reload; signed out for good, in every tab and on the server."""
    for tab in (page, other):
        tab.wait_for(NAME)
    page.reload()
    page.wait_for(NAME)
    other.click(OUT)
    for tab in (page, other):
        tab.wait_for(SIGN_IN)
        tab.reload()
        tab.wait_for(SIGN_IN)
    wait_until(lambda: rows(demo.server, ALIVE) == [(0,)])


def test_each_sign_in_method_works_by_popup(
    demo: Demo, mina: Visitor, ways: dict[str, Callable[[Window, str], None]], address: str, blocked: bool
) -> None:
    page = mina.open(demo.at("bread.html"))
    for way in WAYS:
        popup = mina.popup_of(page, SIGN_IN)
        ways[way](popup, f"{way}-{address}")
        popup.wait_until_closed()
        page.wait_for(NAME)
        assert (page.kept(TOKEN) is not None) == blocked, way  # in place of the cookie, where none is taken
        sign_out(page)


def test_session_stays_and_leaves_in_every_tab(
    demo: Demo, mina: Visitor, ways: dict[str, Callable[[Window, str], None]], address: str
) -> None:
    at = demo.at("bread.html")
    page, other = mina.open(at), mina.open(at)
    for way in ("kakao", "password"):
        other.wait_for(SIGN_IN)
        popup = mina.popup_of(page, SIGN_IN)
        ways[way](popup, f"{way}-{address}")
        popup.wait_until_closed()
        late = mina.open(at)
        late.wait_for(NAME)  # also where no cookie tells a new tab who is signed in
        stays_and_leaves(demo, page, other)
        late.wait_for(SIGN_IN)


def test_site_signs_its_users_on(demo: Demo, mina: Visitor, secret: str) -> None:
    name, script = f"Mina {demo.turned}", f"{demo.server.url}/answerback.js"

    def served() -> str:
        """The page, with a new token each time."""
        token = site_token(demo.server, secret, name, name)
        kept, demo.turned = demo.turned, 9_000
        at = demo.with_page(f'<script src="{script}" data-site="demo" data-sso-token="{token}" async></script>')
        demo.turned = kept + 1
        return at

    page = mina.open(served())
    page.wait_for(NAME, name)
    other = mina.open(served())
    other.wait_for(NAME, name)
    stays_and_leaves(demo, page, other)


@pytest.mark.parametrize(
    ("policy", "taken"), [("same-origin", ["kakao", "registering"]), ("same-origin-allow-popups", ["github"])]
)
def test_sign_in_works_where_the_page_cuts_its_popups(
    demo: Demo, mina: Visitor, ways: dict[str, Callable[[Window, str], None]], policy: str, taken: list[str],
    address: str,
) -> None:  # fmt: skip
    at = demo.with_headers(demo.at("bread.html"), {OPENER: policy})
    page = mina.open(at)
    for way in taken:
        draft = f"A draft that must not be lost by {way}."
        page.fill(DRAFT, draft)
        popup = mina.popup_of(page, SIGN_IN)
        ways[way](popup, f"{way}-{address}")
        page.wait_for(NAME)
        assert page.value(DRAFT) == draft
        if policy == "same-origin":  # the popup has become the page, with nothing of the code in its address
            popup.wait_for(NAME)
            assert popup.url == at
        sign_out(page)


def test_sign_in_works_where_the_provider_cuts_popups(
    demo: Demo, mina: Visitor, ways: dict[str, Callable[[Window, str], None]], providers: dict[str, OAuthServer],
    address: str,
) -> None:  # fmt: skip
    at = demo.at("bread.html")
    page = mina.open(at)
    popup = mina.popup_of(page, SIGN_IN)
    providers["kakao"].say(user={"id": "990099", "name": "Mina"}, opener_policy="same-origin")
    popup.click("a.kakao")
    page.wait_for(NAME, "Mina")
    popup.wait_for(NAME, "Mina")
    assert popup.url == at


def test_sign_in_works_without_popups(
    demo: Demo, mina: Visitor, ways: dict[str, Callable[[Window, str], None]], address: str
) -> None:
    at = demo.at("bread.html")
    page = mina.open(at)
    for way in ("kakao", "link", "password"):
        page.wait_for(SIGN_IN)
        draft = f"A draft that must not be lost by {way}."
        page.fill(DRAFT, draft)
        mina.click_where_popups_are_blocked(page, SIGN_IN)
        ways[way](page, f"{way}-{address}")
        page.wait_for(NAME)
        assert page.url == at
        assert page.value(DRAFT) == draft
        page.reload()
        page.wait_for(NAME)
        sign_out(page)
