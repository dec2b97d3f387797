"""Languages that are written from the right, on a page that is not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, field


@pytest.mark.parametrize(("lang", "heading"), [("ar", "تعليق واحد"), ("he", "תגובה אחת")])
def test_widget_is_laid_out_from_the_right(lang: str, heading: str, demo: Demo, arrive: Arrivals) -> None:
    at = demo.with_page(demo.tag.replace(" async", f' data-lang="{lang}" async'))
    demo.server.begin()
    demo.server.post("Good bread.", ask=False)
    page = arrive(at, viewport={"width": 360, "height": 800})
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    face, words = (
        page.locator(f"answerback-comments [part~={part}]").first.bounding_box() for part in ("avatar", "body")
    )
    assert face and words and face["x"] > words["x"] + words["width"] - 1
    field(page).fill("Hello")
    expect(page.locator("answerback-comments [part~=ask-notice]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
