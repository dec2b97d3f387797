"""Pages that change without loading, as the tools that people use make them: each page has its own thread, once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, leave
from tests.browser.generators.sites import CHANGING, put_up


def go_to(page: Page, name: str) -> None:
    """Follow the link to the other page."""
    page.get_by_role("link", name=f"To page {name}").click()
    arrived(page, name)


def arrived(page: Page, name: str) -> None:
    """Once the other page is there, with one widget on it."""
    expect(page.get_by_role("heading", name=f"Page {name}").first).to_be_visible()
    expect(page.locator("answerback-comments [part~=composer]:visible")).to_have_count(1)
    expect(page.locator("answerback-ask [part~=ask]:visible")).to_have_count(1)
    expect(page.locator("answerback-comments, answerback-ask")).to_have_count(2)


@pytest.mark.parametrize("tool", CHANGING)
def test_each_page_has_its_own_thread_once(tool: str, demo: Demo, arrive: Arrivals) -> None:
    if tool == "docsify":
        demo.server.change(hash_routes="true")
    page = arrive(put_up(demo, tool))
    page.evaluate("window.same = true")
    arrived(page, "one")
    leave(page, "Said of page one.")
    expect(page.get_by_text("Said of page one.")).to_be_visible()
    go_to(page, "two")
    expect(page.get_by_text("No comments yet")).to_be_visible()
    leave(page, "Said of page two.")
    expect(page.get_by_text("Said of page two.")).to_be_visible()
    page.go_back()
    arrived(page, "one")
    expect(page.get_by_text("Said of page one.")).to_be_visible()
    expect(page.get_by_text("Said of page two.")).to_have_count(0)
    page.go_forward()
    arrived(page, "two")
    expect(page.get_by_text("Said of page two.")).to_be_visible()
    assert page.evaluate("window.same"), "the page was loaded"
    page.reload()
    arrived(page, "two")
    expect(page.get_by_text("Said of page two.")).to_be_visible()
    expect(page.get_by_text("Said of page one.")).to_have_count(0)
