"""The npm packages, in an app that changes their options, takes them away and brings them back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, leave
from tests.browser.generators.sites import put_up


@pytest.mark.parametrize("framework", ["react", "vue"])
def test_component_follows_its_options(framework: str, demo: Demo, arrive: Arrivals) -> None:
    page = arrive(put_up(demo, f"{framework}_package"))
    comments = page.locator("#comments answerback-comments")
    expect(page.get_by_text("No comments yet")).to_be_visible()
    expect(page.locator("answerback-ask")).to_have_count(0)
    leave(page, "Said in an app.")
    expect(page.locator("#heard")).to_have_text(f"Heard on /{framework}/one: <p>Said in an app.</p>")
    light = comments.evaluate("each => getComputedStyle(each.shadowRoot.querySelector('*')).colorScheme")
    page.get_by_role("button", name="Dark").click()
    expect(comments).to_have_attribute("data-theme", "dark")
    assert light != comments.evaluate("each => getComputedStyle(each.shadowRoot.querySelector('*')).colorScheme")
    page.get_by_role("button", name="Page two").click()
    expect(page.get_by_text("No comments yet")).to_be_visible()
    expect(page.get_by_text("Said in an app.").nth(1)).to_have_count(0)
    page.get_by_role("button", name="Comments").click()
    expect(page.locator("answerback-comments")).to_have_count(0)
    page.get_by_role("button", name="Comments").click()
    expect(page.get_by_text("No comments yet")).to_be_visible()
    expect(comments).to_have_count(1)
