"""A visitor asks to be told of replies where they write, by keyboard, and reads the mail on a phone in the dark."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo
from tests.browser.test_without_a_mouse import violations
from tests.fakes.smtp_server import Mail, MailServer


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, post: MailServer) -> Iterator[Demo]:
    """The demo, with a mail server."""
    with Demo.start(tmp_path_factory.mktemp("following"), **post.settings()) as running:
        yield running


def read(page: Page, mail: Mail, width: int) -> None:
    """A mail as a mail program shows it: as wide as the window, in its theme, and loading nothing."""
    page.set_viewport_size({"width": width, "height": 700})
    page.emulate_media(color_scheme="dark")
    page.set_content(mail.part("html"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    body = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert body == "rgb(18, 19, 23)"
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0


def test_visitor_asks_for_replies_by_keyboard(demo: Demo, arrive: Arrivals, post: MailServer) -> None:
    page = arrive(demo.at("bread.html"))
    page.get_by_label("Your comment").first.focus()
    button = page.get_by_role("button", name="Notify me")
    button.focus()
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name="Notify me")
    form.get_by_role("checkbox", name="Replies to me").press(" ")
    form.get_by_role("checkbox", name="All new comments on this page").press(" ")
    email = form.get_by_role("textbox", name="Email address")
    email.fill("reader@example.com")
    assert violations(page) == []
    email.press("Enter")
    expect(form.get_by_role("status")).to_have_text("Open the email that we sent you, and confirm it.")
    question = post.next_to("reader@example.com")
    [link] = re.findall(r"http://\S+/notifications/confirm/\S+", question.part("plain"))
    page = arrive.enter(page.context)
    for width in (600, 360):
        read(page, question, width)
    page.goto(link)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status")).to_contain_text("Confirmed.")
    page = arrive.enter(page.context)
    page.goto(demo.at("bread.html"))
    page.get_by_label("Your comment").first.focus()
    page.get_by_role("button", name="Notify me").click()
    form = page.get_by_role("form", name="Notify me")
    expect(form.get_by_text("r…@e….com")).to_be_visible()
    replies = form.get_by_role("checkbox", name="Replies to me")
    expect(replies).to_be_checked()
    replies.uncheck()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("status")).to_have_text("Saved.")
    expect(replies).not_to_be_checked()
