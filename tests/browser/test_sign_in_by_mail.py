"""Signing in by mail, in a window that waits for what is done in another one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo
from tests.browser.signing import popup_of, register, signed_in_as
from tests.fakes.smtp_server import MailServer


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, post: MailServer) -> Iterator[Demo]:
    """The demo, with a mail server."""
    with Demo.start(tmp_path_factory.mktemp("by-mail"), **post.settings()) as running:
        yield running


def test_mailed_code_can_be_typed(demo: Demo, arrive: Arrivals, post: MailServer) -> None:
    page = arrive(demo.at("bread.html"))
    popup = popup_of(page)
    popup.clock.install()
    address = f"typing-{demo.turned}@example.com"
    popup.locator("#mail").fill(address)
    popup.get_by_role("button", name="Email me a link").click()
    code = post.next_to(address).code
    with popup.expect_navigation():  # it looks whether the link was used
        popup.clock.fast_forward(10_000)
    popup.locator("#code").fill(code[:3])
    popup.clock.fast_forward(10_000)  # but not under a hand that types
    popup.locator("#code").press_sequentially(code[3:])
    popup.get_by_role("button").click()
    expect(page.locator("answerback-comments [part~=account]")).to_be_visible()


def test_forgotten_password_is_reset(demo: Demo, arrive: Arrivals, post: MailServer) -> None:
    address = f"forgot-{demo.turned}@example.com"
    page = arrive(demo.at("bread.html"))
    register(popup_of(page), "Forgetful", address)
    signed_in_as(page, "Forgetful")
    page.get_by_role("button", name="Sign out").click()
    popup = popup_of(page)
    popup.add_init_script("window.setInterval = () => 0")  # it is told, and does not only look now and then
    popup.get_by_role("link", name="Forgot your password?").click()
    popup.get_by_label("Email").fill(address)
    popup.get_by_role("button").click()
    letter = arrive.enter(page.context)
    letter.goto(post.next_to(address, 2).link)  # after the one that asks to confirm the address
    letter.locator("input[type=password]").fill("another password of mine")
    letter.get_by_role("button").click()
    expect(letter.get_by_text("Your password has been changed.")).to_be_visible()
    signed_in_as(page, "Forgetful")  # the window that waits has gone on by itself
