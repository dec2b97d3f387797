"""One always sees what one did: what was done is in view, has the focus, and is announced; the focus is never lost."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, field, leave
from tests.services import wait_until

FOCUSED = """() => { let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at === document.body ? '' : at.closest('article')?.dataset.id ?? at.getAttribute('part') ?? at.localName; }"""


def focus(page: Page) -> str:
    """What has the focus: a comment's id, a part, or nothing."""
    found: str = page.evaluate(FOCUSED)
    return found


def button(page: Page, name: str, within: str = "answerback-comments") -> None:
    """Press it by keyboard."""
    found = page.locator(within).get_by_role("button", name=name, exact=True).first
    found.focus()
    page.keyboard.press("Enter")


def said(page: Page, text: str) -> None:
    expect(page.locator("answerback-comments [role=status].unseen")).to_have_text(text)


def test_what_one_posts_and_deletes_has_the_focus(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    demo.server.begin()
    for number in range(60):
        assert demo.server.post(f"Comment number {number}.").status == 201
    page = arrive(address, viewport={"width": 800, "height": 600})
    leave(page, "Mine, just now.")
    mine = page.locator("answerback-comments article", has_text="Mine, just now.")
    expect(mine).to_have_attribute("data-state", "published")
    expect(mine).to_be_in_viewport()
    said(page, "Your comment was posted.")
    assert focus(page) == mine.get_attribute("data-id")

    page.locator("answerback-comments article").nth(1).get_by_role("button", name="Reply").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("A reply.")
    page.keyboard.press("Control+Enter")
    reply = page.locator("answerback-comments article", has_text="A reply.").last
    expect(reply).to_have_attribute("data-state", "published")
    wait_until(lambda: focus(page) == reply.get_attribute("data-id"))

    mine.get_by_role("button", name="Delete").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(mine).to_have_count(0)
    said(page, "Your comment was deleted.")
    assert focus(page)

    shown = page.locator("answerback-comments article").count()
    button(page, "Show more comments")
    expect(page.locator("answerback-comments article").nth(shown)).to_be_attached()
    wait_until(lambda: focus(page) == page.locator("answerback-comments article").nth(shown).get_attribute("data-id"))


def test_escape_closes_what_is_open(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    demo.server.begin()
    assert demo.server.post("Somebody else was here.").status == 201
    page = arrive(address)
    for name, opened in (("Reply", "textarea >> nth=1"), ("Report", "[data-first]")):
        if name == "Report":
            button(page, "More")
        button(page, name)
        expect(page.locator(f"answerback-comments {opened}")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(f"answerback-comments {opened}")).to_have_count(0)
        assert focus(page)
    field(page).fill("Some **words**")
    button(page, "Preview")
    expect(page.locator("answerback-comments .preview strong")).to_be_visible()
    page.keyboard.press("Escape")
    expect(field(page)).to_be_focused()


def test_an_answer_that_ends_or_fails_keeps_the_focus(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    demo.model.script({"text": "Eighteen hours.", "gate": "go", "gate_after": 1})
    leave(page, "How long does the rye rest?")
    stop = page.locator("answerback-comments [part~=stop]")
    stop.focus()
    page.keyboard.press("Enter")
    expect(stop).to_have_count(0)
    assert focus(page)
    demo.model.reset()
    button(page, "Try again")
    expect(answer_in(page, "done")).to_be_visible()
    assert focus(page)


def test_a_permalink_far_down_takes_one_request(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    demo.server.begin()
    ids = [demo.server.post(f"Comment number {number}.").json["comment"]["id"] for number in range(120)]
    asked: list[str] = []
    page = arrive("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}#answerback-{ids[5]}")
    row = page.locator(f"answerback-comments [data-id='{ids[5]}']")
    expect(row).to_be_in_viewport()
    wait_until(lambda: focus(page) == ids[5])
    assert len([url for url in asked if "/api/comments/" in url]) == 1
    assert not any("/api/session/" in url for url in asked), "nobody is known here"
    button(page, "Show previous comments")
    expect(page.locator(f"answerback-comments [data-id='{ids[50]}']")).to_be_attached()


def test_a_part_that_failed_is_loaded_by_reload(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    page = arrive("about:blank")
    arrive.expect("Failed to load|ERR_FAILED")
    down = True

    def answer(route: Route) -> None:
        route.abort() if down else route.continue_()

    page.route("**/answerback/thread-*", answer)
    with page.expect_event("requestfailed"):
        page.goto(address)
    down = False
    page.evaluate("Answerback.reload()")
    field(page).wait_for()
