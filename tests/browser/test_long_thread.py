"""A thread with more replies than come at once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo
from tests.long_threads import MANY, giant
from tests.services import wait_until, write_to


def test_every_reply_can_be_reached(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    # Half of them are deleted, which costs the others no places.
    write_to(demo.server.database_url, lambda: giant(MANY, "demo", demo.server.page, every=2))
    published = MANY // 2 + 6
    page = arrive(address)
    shown = page.locator("answerback-comments article")
    more = page.get_by_role("button", name="Show more replies")
    expect(shown.and_(page.locator("[data-id=s2]"))).to_be_visible()
    seen = shown.count()
    assert seen < published
    # They are drawn a few at a time, the button last; and the place of a deleted one stands above a reply.
    while seen < published + 1:
        more.click()
        wait_until(lambda seen=seen: shown.count() > seen and (more.count() or shown.count() == published + 1))
        seen = shown.count()
    expect(more).to_have_count(0)
    expect(page.get_by_role("heading", name=f"{published} comments")).to_be_visible()
