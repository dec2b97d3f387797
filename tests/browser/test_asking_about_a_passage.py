"""Asking about what is selected on the page: button, quote, and the mark that leads to the answer."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, question_field

AXE = Path(__file__).parents[2] / "widget" / "node_modules" / "axe-core" / "axe.min.js"
BOX = "answerback-ask"
SELECT = """element => { const range = document.createRange(); range.selectNodeContents(element);
getSelection().removeAllRanges(); getSelection().addRange(range); return getSelection().toString(); }"""


def offered(page: Page) -> Locator:
    return page.locator(f"{BOX} [part~=about].about-this")


def select(page: Page, of: str) -> str:
    quote: str = page.locator(of).first.evaluate(SELECT)
    return re.sub(r"\s+", " ", quote).strip()


def test_selected_passage_is_asked_about_and_marked(demo: Demo, arrive: Arrivals) -> None:
    demo.model.script({"text": "By the garrison."})
    page = arrive(demo.at("bread.html"))
    quote = select(page, "main p")
    button = offered(page)
    expect(button).to_be_in_viewport(ratio=1)
    box, end = button.bounding_box(), page.evaluate("getSelection().getRangeAt(0).getBoundingClientRect().bottom")
    assert box is not None
    assert box["y"] >= end
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(button).to_be_hidden()
    expect(question_field(page)).to_be_focused()
    page.keyboard.type("Who built it?")
    page.keyboard.press("Enter")
    expect(answer_in(page, "done", BOX)).to_be_visible()
    page.reload()
    passage = page.locator(f"{BOX} [part~=conversation] [part~=about]")
    expect(passage).to_have_text(quote)
    expect(page.locator(f"{BOX} [part~=question]")).to_have_text("Who built it?")
    [asked] = demo.model.seen()["requests"][-1:]
    assert f"&gt; {quote}" in str(asked) or f"> {quote}" in str(asked)
    page.wait_for_function("CSS.highlights.get('answerback-asked')?.size === 1")
    page.locator("main p").first.click(position={"x": 5, "y": 8})
    expect(passage).to_be_focused()


def test_button_keeps_to_the_pages_text_and_goes(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    select(page, "main p")
    expect(offered(page)).to_be_visible()
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run('answerback-ask').then(({violations}) => violations.map(({id}) => id))")
    assert found == []
    page.keyboard.press("Escape")
    expect(offered(page)).to_be_hidden()
    select(page, "main h1")
    offered(page).click()
    drop = page.get_by_role("button", name="Ask about the whole page")
    drop.click()
    expect(drop).to_have_count(0)
    expect(question_field(page)).to_be_focused()
    question_field(page).fill("words of my own")
    question_field(page).select_text()
    expect(offered(page)).to_be_hidden()
