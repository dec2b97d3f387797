"""Each way in, from a page of another origin, in both browsers, with our cookies kept there and blocked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo
from tests.browser.firefox import Firefox
from tests.browser.signing import popup_of, register, signed_in_as, signed_out
from tests.fakes.oauth_server import OAuthServer
from tests.fakes.smtp_server import MailServer
from tests.services import wait_until

NAMES = {"kakao": "김미나", "github": "Mina of GitHub"}
LABELS = {"kakao": "Kakao", "github": "GitHub"}


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


@pytest.fixture(scope="module", params=[5, 1], ids=["as it comes", "cookies blocked"])
def firefox(request: pytest.FixtureRequest) -> Iterator[Firefox]:
    """`network.cookie.cookieBehavior`: 5 keeps cookies apart by site, 1 refuses all cookies across sites."""
    with Firefox.start(**{"network.cookie.cookieBehavior": request.param}) as running:
        yield running


@pytest.mark.parametrize("way", ["kakao", "github"])
def test_a_provider_signs_in(
    demo: Demo, arrive: Arrivals, context: BrowserContext, providers: dict[str, OAuthServer], way: str
) -> None:
    providers[way].say(user={"id": f"40{demo.turned}", "name": NAMES[way]})
    page = arrive.enter(context)
    page.goto(demo.at("bread.html"))
    popup = popup_of(page)
    popup.get_by_role("link", name=f"Continue with {LABELS[way]}").click()
    signed_in_as(page, NAMES[way])
    wait_until(popup.is_closed)
    page.reload()
    signed_in_as(page, NAMES[way])
    page.get_by_role("button", name="Sign out").click()
    signed_out(page)
    page.reload()
    signed_out(page)


def test_a_link_by_mail_signs_in_the_window_that_waits(
    demo: Demo, arrive: Arrivals, context: BrowserContext, post: MailServer
) -> None:
    page = arrive.enter(context)
    page.goto(demo.at("bread.html"))
    popup = popup_of(page)
    address = f"mina-{demo.turned}-{len(post.mails)}@example.com"
    popup.locator("#mail").fill(address)
    popup.get_by_role("button", name="Send me a link instead").click()
    expect(popup.get_by_text("Look into your mail")).to_be_visible()
    letter = arrive.enter(context)
    letter.goto(post.next_to(address).link)
    letter.get_by_role("button").click()
    expect(letter.get_by_text("It worked")).to_be_visible()
    expect(page.locator("answerback-comments [part~=account]")).to_be_visible()  # the popup went on by itself
    page.reload()
    expect(page.locator("answerback-comments [part~=account]")).to_be_visible()


def test_the_code_of_the_mail_can_be_typed_in_peace(demo: Demo, arrive: Arrivals, post: MailServer) -> None:
    page = arrive(demo.at("bread.html"))
    popup = popup_of(page)
    popup.clock.install()
    address = f"typing-{demo.turned}@example.com"
    popup.locator("#mail").fill(address)
    popup.get_by_role("button", name="Send me a link instead").click()
    code = post.next_to(address).code
    with popup.expect_navigation():  # it looks whether the link was used
        popup.clock.fast_forward(10_000)
    popup.locator("#code").fill(code[:3])
    popup.clock.fast_forward(10_000)  # but not under a hand that types
    popup.locator("#code").press_sequentially(code[3:])
    popup.get_by_role("button").click()
    expect(page.locator("answerback-comments [part~=account]")).to_be_visible()


def test_a_forgotten_password_is_replaced(demo: Demo, arrive: Arrivals, post: MailServer) -> None:
    address = f"forgot-{demo.turned}@example.com"
    page = arrive(demo.at("bread.html"))
    register(popup_of(page), "Forgetful", address)
    signed_in_as(page, "Forgetful")
    page.get_by_role("button", name="Sign out").click()
    popup = popup_of(page)
    popup.get_by_role("link", name="Forgotten your password?").click()
    popup.get_by_label("E-mail").fill(address)
    popup.get_by_role("button").click()
    letter = arrive.enter(page.context)
    letter.goto(post.next_to(address, 2).link)  # after the one that asks to confirm the address
    letter.locator("input[type=password]").fill("another password of mine")
    letter.get_by_role("button").click()
    expect(letter.get_by_text("Your password is changed.")).to_be_visible()
    signed_in_as(page, "Forgetful")  # the window that waits has gone on by itself


@pytest.mark.parametrize("way", ["kakao", "github"])
def test_a_provider_signs_in_in_firefox(
    demo: Demo, firefox: Firefox, providers: dict[str, OAuthServer], way: str
) -> None:
    providers[way].say(user={"id": f"70{demo.turned}", "name": NAMES[way]})
    tab = firefox.open(demo.at("bread.html"))
    popup = firefox.popup_of(tab, "[part~=sign-in]")
    popup.click(f"a.{way}")
    tab.wait_for("[part~=account]", NAMES[way])
    wait_until(lambda: popup.context not in {known.context for known in firefox.tabs()})
    tab.reload()
    tab.wait_for("[part~=account]", NAMES[way])
    tab.click("[part~=who] button")
    tab.wait_for("[part~=sign-in]")


def test_the_code_of_a_mail_signs_in_in_firefox(demo: Demo, firefox: Firefox, post: MailServer) -> None:
    tab = firefox.open(demo.at("bread.html"))
    popup = firefox.popup_of(tab, "[part~=sign-in]")
    address = f"fox-{demo.turned}-{len(post.mails)}@example.com"
    popup.fill("#mail", address)
    popup.click("form[action$='mail/start'] button")
    mail = post.next_to(address)
    popup.fill("#code", mail.code)
    popup.click("button.main")
    tab.wait_for("[part~=account]")
    tab.reload()
    tab.wait_for("[part~=account]")
    tab.click("[part~=who] button")
    tab.wait_for("[part~=sign-in]")
