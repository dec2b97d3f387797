"""Ways in that end in the widget of a page: a provider in the popup, and the word of the site's own server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.signing import site_token
from tests.fakes.oauth_server import OAuthServer
from tests.fakes.smtp_server import MailServer
from tests.services import PAGE, Server, Site

PHONE = ViewportSize(width=375, height=720)


@pytest.fixture(scope="module")
def kakao() -> Iterator[OAuthServer]:
    with OAuthServer.start("kakao", "strict") as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, kakao: OAuthServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("signed-on")
    with Site.start() as site, Server.start(folder, site, **kakao.settings()) as running:
        kakao.expect(running.url)
        write_page(running, "")
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport=PHONE)
    yield context.new_page()
    context.close()


def write_page(server: Server, attributes: str) -> None:
    tag = f'<script src="{server.url}/answerback.js" data-site="demo" {attributes} async></script>'
    (server.site.folder / "bakery.html").write_text(PAGE.replace("</main>", f"</main>{tag}"), "utf-8")


def signed_in_as(page: Page, name: str) -> None:
    expect(page.locator("answerback-comments [part~=account]")).to_have_text(name)


def test_kakao_sign_in_survives_a_reload(server: Server, kakao: OAuthServer, page: Page) -> None:
    kakao.say(user={"id": "4000000000000000017", "name": "김미나", "picture": f"{kakao.url}/pictures/good"})
    write_page(server, "")
    page.goto(f"{server.site.origin}/bakery.html")
    with page.expect_popup() as opened:
        page.locator("answerback-comments [part~=sign-in]").click()
    opened.value.get_by_role("link", name="Continue with Kakao").click()
    signed_in_as(page, "김미나")
    page.reload()
    signed_in_as(page, "김미나")
    page.locator("answerback-comments textarea").first.fill("With a name of mine.")
    page.locator("answerback-composer button[type=submit]").first.click()
    expect(page.locator("answerback-comment").filter(has_text="With a name of mine.")).to_contain_text("김미나")


def test_a_site_signs_its_own_users_on(server: Server, page: Page) -> None:
    secret = server.command("site", "sso", "demo").stdout.strip()
    write_page(server, f'data-sso-token="{site_token(server, secret, "user-1", "Jun of the site")}"')
    page.goto(f"{server.site.origin}/bakery.html")
    signed_in_as(page, "Jun of the site")
    page.reload()  # with a token that was used: the session is there
    signed_in_as(page, "Jun of the site")
    page.evaluate(
        "ssoToken => window.Answerback.update({ ssoToken })", site_token(server, secret, "user-2", "Somebody else")
    )
    signed_in_as(page, "Somebody else")


def test_invalid_token_leaves_a_guest(server: Server, page: Page) -> None:
    write_page(server, f'data-sso-token="{site_token(server, "x" * 43, "user-3", "Nobody")}"')
    page.goto(f"{server.site.origin}/bakery.html")
    expect(page.locator("answerback-comments [part~=sign-in]")).to_be_visible()
    expect(page.locator("answerback-comments [part~=account]")).to_have_count(0)


def test_the_account_page_fits_a_phone(server: Server, kakao: OAuthServer, page: Page, tmp_path: Path) -> None:
    kakao.say(user={"id": "4000000000000000018", "name": "Mina"})
    page.goto(f"{server.url}/account/?site=demo")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Continue with Kakao").click()
    expect(page.get_by_role("heading", name="Sign-in methods")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Name", exact=True).fill("Mina of the harbour")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Your name has been changed.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Mina of the harbour")
    page.screenshot(path=tmp_path / "large.jpg", full_page=True, type="jpeg", quality=100)
    page.get_by_label("Picture").set_input_files(tmp_path / "large.jpg")  # far higher than wide, as phones make them
    page.get_by_role("button", name="Upload picture").click()
    expect(page.get_by_role("status")).to_have_text("Your picture has been changed.")
    shown = page.locator("img")
    assert shown.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [256, 256]


def test_sign_in_window_goes_on_when_the_mail_is_opened(
    tmp_path: Path, kakao: OAuthServer, browser: Browser, page: Page
) -> None:
    with MailServer.start() as post, Site.start() as site, Server.start(tmp_path, site, **post.settings()) as server:
        write_page(server, "")
        page.goto(f"{site.origin}/bakery.html")
        with page.expect_popup() as opened:
            page.locator("answerback-comments [part~=sign-in]").click()
        popup = opened.value
        popup.locator("#mail").fill("mina@example.com")
        popup.get_by_role("button", name="link").click()
        popup.get_by_label("Code").fill("12")  # half typed: nothing takes it away
        mail = post.next_to("mina@example.com")
        reader = page.context.new_page()
        reader.goto(mail.link)
        reader.get_by_role("button", name="Sign in").click()
        expect(reader.get_by_role("status")).to_contain_text("You are signed in")
        reader.close()
        popup.bring_to_front()
        expect(popup.get_by_label("Code")).to_have_value("12")
        popup.get_by_label("Code").fill("")
        popup.get_by_label("Code").blur()
        page.bring_to_front()
        expect(page.locator("answerback-comments [part~=account]")).to_be_visible(timeout=15_000)
