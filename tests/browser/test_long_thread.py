"""A thread with more replies than come at once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo
from tests.long_threads import MANY, giant
from tests.services import write_to


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
    while more.count():
        more.click()
        expect(shown.nth(seen)).to_be_attached()
        seen = shown.count()
    # They are drawn a few at a time; and the place of a deleted one stands above a reply.
    expect(shown).to_have_count(published + 1)
    expect(page.get_by_role("heading", name=f"{published} comments")).to_be_visible()
