"""What a reader does not need is not fetched until it is."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, field


def test_parts_are_fetched_when_they_are_needed(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    demo.server.begin()
    demo.server.post("It smells of bread.", ask=False)
    page = arrive("about:blank")
    fetched: list[str] = []
    page.on("response", lambda response: fetched.append(response.url))

    def parts() -> set[str]:
        """Those of our scripts that are here, without the digests of their names."""
        return {url.rpartition("/")[2].rpartition("-")[0] for url in fetched if "/answerback/" in url}

    page.goto(address)
    expect(page.get_by_text("It smells of bread.")).to_be_visible()
    assert parts() == {"thread-en"}
    demo.server.post("When was the oven built?", ask=True)
    expect(answer_in(page, "done")).to_be_visible()
    assert parts() == {"thread-en", "answers-en"}
    field(page).focus()
    expect(page.locator("answerback-comments [part~=submit]")).to_be_visible()
    assert parts() == {"thread-en", "answers-en", "writing", "words-en"}
    fetched.clear()
    page.reload()
    expect(answer_in(page, "done")).to_be_visible()
    assert parts() == {"thread-en", "answers-en"}


def test_dates_are_told_under_the_pointer(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    demo.server.begin()
    demo.server.post("It smells of bread.", ask=False)
    page = arrive(address)
    time = page.locator("answerback-comments time")
    expect(time).to_have_text("just now")
    time.hover()
    today = page.evaluate("new Intl.DateTimeFormat('en', { dateStyle: 'long' }).format()")
    expect(time).to_have_attribute("title", re.compile(re.escape(today)))
