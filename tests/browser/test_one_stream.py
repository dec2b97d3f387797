"""All tabs of a page share one stream, which one of them holds; where tabs cannot agree on that, each has its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, field, leave

REFUSALS = {
    "no channels": "window.BroadcastChannel = class { constructor() { throw new DOMException('', 'SecurityError'); } }",
    "no locks": "Object.defineProperty(navigator, 'locks', { value: undefined })",
    "locks refused": "navigator.locks.request = () => Promise.reject(new DOMException('', 'SecurityError'))",
}


def tabs_of(context: BrowserContext, arrive: Arrivals, address: str, number: int) -> tuple[list[Page], list[Page]]:
    """Tabs of one visitor at that address, all ready, and those that have begun to stream, in their order."""
    streaming: list[Page] = []

    def note(request: Request) -> None:
        if "/api/events/" in request.url:
            streaming.append(request.frame.page)

    tabs = [arrive.enter(context) for _ in range(number)]
    for tab in tabs:
        tab.on("request", note)
        tab.goto(address)
        field(tab).wait_for()
    return tabs, streaming


def test_one_tab_streams_for_all_until_it_closes(demo: Demo, arrive: Arrivals, browser: Browser) -> None:
    address = demo.at("bread.html")
    other = arrive(address)
    tabs, streaming = tabs_of(browser.new_context(), arrive, address, 3)
    leave(other, "Told to all tabs.")
    for tab in tabs:
        expect(tab.get_by_text("Told to all tabs.")).to_be_visible()
    assert streaming == tabs[:1]
    tabs[0].close()
    leave(other, "Told after the first was closed.")
    for tab in tabs[1:]:
        expect(tab.get_by_text("Told after the first was closed.")).to_be_visible()
    assert len(streaming) == 2


@pytest.mark.parametrize("refusal", REFUSALS)
def test_each_tab_streams_where_they_cannot_agree(refusal: str, demo: Demo, arrive: Arrivals, browser: Browser) -> None:
    address = demo.at("bread.html")
    other = arrive(address)
    context = browser.new_context()
    context.add_init_script(REFUSALS[refusal])
    tabs, streaming = tabs_of(context, arrive, address, 2)
    leave(other, "Told to each tab.")
    for tab in tabs:
        expect(tab.get_by_text("Told to each tab.")).to_be_visible()
    assert streaming == tabs
