"""Comments for readers without scripts: a page of our own, linked by `<noscript>`."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo
from tests.browser.test_hostile_words import PAYLOADS, RUN
from tests.services import wait_until

SAID = "It was built in 1889 for the garrison on the island."


def test_a_thread_is_read_without_scripts(demo: Demo, arrive: Arrivals) -> None:
    demo.model.script({"text": SAID})
    address = demo.at("bread.html")
    demo.server.begin()
    demo.server.post("When was the oven *built*?", name="Mina")
    wait_until(lambda: demo.server.thread()["comments"][0]["replies"])
    answer = demo.server.thread()["comments"][0]["replies"][0]
    demo.server.settled(answer["id"])
    link = f"{demo.server.url}/t/?site=demo&amp;page={quote(demo.server.page)}"
    body = f"<p>The page itself.</p><noscript><a href='{link}'>Read the comments</a></noscript>{demo.tag}"
    page = arrive(demo.with_page(body), java_script_enabled=False)
    page.get_by_role("link", name="Read the comments").click()
    expect(page.get_by_text("1 comment")).to_be_visible()
    expect(page.locator("em", has_text="built")).to_be_visible()
    expect(page.locator("article article", has_text=SAID)).to_be_visible()
    expect(page.get_by_role("link", name="Back to the page, where you can comment")).to_have_attribute("href", address)


def test_scripts_in_comments_stay_text(demo: Demo, arrive: Arrivals) -> None:
    demo.at("bread.html")
    for payload in PAYLOADS:
        demo.server.begin()
        demo.server.post(payload, name=payload[:50], title=payload[:300], ask=False)
    page = arrive(f"{demo.server.url}/t/?site=demo&page={quote(demo.server.page)}&limit=10")
    expect(page.locator("article")).to_have_count(10)
    assert page.evaluate("window.ran") is None
    assert RUN in page.content()
    page.get_by_role("link", name="Show more comments").click()
    expect(page.locator("article")).to_have_count(len(PAYLOADS) - 10)
    assert page.evaluate("window.ran") is None
    assert page.locator("main script, main img, main style, main iframe, main form").count() == 0
    assert arrive.hosts == {demo.server.url.split("/")[2]}


def test_missing_thread_has_a_page_that_says_so(demo: Demo, arrive: Arrivals) -> None:
    arrive.expect("404|400")
    page = arrive(f"{demo.server.url}/t/?site=nobody&page=/")
    expect(page.get_by_text("Unknown site.", exact=False)).to_be_visible()
    page.goto(f"{demo.server.url}/t/?site=demo")
    expect(page.get_by_text("missing or not valid", exact=False)).to_be_visible()
    page.goto(f"{demo.server.url}/t/?site=demo&page=/nothing&lang=ko")
    expect(page.get_by_text("아직 댓글이 없어요")).to_be_visible()
