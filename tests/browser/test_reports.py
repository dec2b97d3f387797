"""A reader reports what is wrong: its kind, why, and the receipt by which they follow it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in


def report(page: Page, within: Locator) -> None:
    """Report it as illegal, which needs a reason; then read the receipt."""
    within.get_by_role("button", name="Report", exact=True).click()
    kind = within.get_by_role("combobox", name="What is wrong with it?")
    expect(kind).to_be_focused()
    send = within.get_by_role("button", name="Send", exact=True)
    send.click()
    expect(kind, "no kind was chosen").to_be_visible()
    kind.select_option("illegal")
    send.click()
    expect(kind, "nothing says why").to_be_visible()
    within.get_by_role("textbox", name="Say why").fill("This advertisement is false.")
    send.click()
    receipt = within.get_by_role("link", name="Your report")
    expect(receipt).to_have_attribute("href", re.compile("/reports/"))
    with page.expect_popup() as opened:
        receipt.click()
    expect(opened.value.get_by_text("This advertisement is false.")).to_be_visible()
    expect(opened.value.get_by_text("Illegal content")).to_be_visible()


def test_reader_gets_the_receipt_of_a_report(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    demo.server.begin()
    assert demo.server.post("Our bread is better. Is it not?").status == 201
    page = arrive(address)
    expect(answer_in(page, "done")).to_be_visible()
    comments = page.locator("answerback-comments article")
    comments.first.get_by_role("button", name="More").click()
    for each in comments.all():
        report(page, each)
