"""The recipes of docs/embedding.md, in sites that the tools have built: one thread a page, legible in each colour."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.contrast import is_dark, least
from tests.browser.demo import Demo, field, leave
from tests.browser.generators.sites import LOADED, put_up
from tests.services import wait_until

# What a reader clicks to have the theme in its other colour.
SWITCHES = {
    "docusaurus": "button[class*=toggleButton]",
    "material": "label.md-header__button[for^=__palette]:visible",
    "vitepress": ".VPSwitchAppearance:visible",
    "furo": ".theme-toggle:visible",
    "pydata": ".theme-switch-button:visible, .theme-change-button[data-mode={colour}]:visible",
    "mkdocs": "#theme-menu, [data-bs-theme-value={colour}]",
    "starlight": "starlight-theme-select:visible select",
    "butterfly": "#darkmode",
    "bootstrap": "#switch",
    "pico": "#switch",
    "tailwind": "#switch",
}


def switch(page: Page, tool: str, colour: str) -> None:
    """Click what switches until the page has that colour; some also offer the system's own."""
    for _ in range(3):
        if is_dark(page) == (colour == "dark"):
            return
        for selector in SWITCHES[tool].format(colour=colour).split(", "):
            control = page.locator(selector).first
            if "select" in selector.rpartition(" ")[2]:
                control.select_option(colour)
            elif tool == "butterfly":  # in a drawer that opens beside the page
                control.dispatch_event("click")
            else:
                control.click()
    assert is_dark(page) == (colour == "dark")


@pytest.fixture
def arrive(arrive: Arrivals) -> Arrivals:
    """Visitors of themes that load fonts, icons and scripts from elsewhere, which they do not get."""
    arrive.expect("ERR_NAME_NOT_RESOLVED|/favicon|hljs is not defined")
    return arrive


@pytest.mark.parametrize("tool", SWITCHES)
def test_widget_follows_the_real_theme(tool: str, demo: Demo, arrive: Arrivals) -> None:
    page = arrive(put_up(demo, tool))
    field(page).wait_for()
    page.add_style_tag(content="* { transition: none !important }")  # what has the new colour has it at once
    roots = page.locator("answerback-comments .root, answerback-ask .root")
    for colour in ("dark", "light"):
        switch(page, tool, colour)
        for root in roots.all():
            expect(root).to_have_attribute("data-theme", colour)
            expect(root).not_to_have_attribute("data-panel")
        wait_until(lambda: least(page) >= (4.5, ""))


@pytest.mark.parametrize("tool", LOADED)
def test_recipe_gives_each_page_its_thread(tool: str, demo: Demo, arrive: Arrivals) -> None:
    page = arrive(put_up(demo, tool))
    expect(page.locator("answerback-comments, answerback-ask")).to_have_count(2)
    field(page).wait_for()
    text = page.get_by_text("This is page one of the harbour.").bounding_box()
    box = page.locator("answerback-comments").bounding_box()
    assert text and box
    assert box["y"] > text["y"] + text["height"] and box["width"] >= 300
    wait_until(lambda: least(page) >= (4.5, ""))
    leave(page, "Said of page one.")
    expect(page.get_by_text("Said of page one.")).to_be_visible()
    other = page.get_by_role("link", name="To page two")
    if other.count():
        other.click()
        expect(page.get_by_text("No comments yet")).to_be_visible()
        expect(page.locator("answerback-comments, answerback-ask")).to_have_count(2)
