"""What docs/accessibility.md promises, measured: themes, touch, large text, forced colours, motion, announcements."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Arrivals
from tests.browser.contrast import faintest_edge, least
from tests.browser.demo import Demo, answer_in, field, leave
from tests.browser.test_without_a_mouse import violations

# Changes the theme; it is drawn two frames later.
WEAR = """theme => new Promise(resolve => {
  Answerback.update({ theme });
  requestAnimationFrame(() => requestAnimationFrame(resolve));
})"""
SMALL = """least => [...document.querySelectorAll('answerback-ask, answerback-comments')]
  .flatMap(host => [...host.shadowRoot.querySelectorAll('button, select, textarea')])
  .map(each => [each.title || each.textContent || each.localName, each.getBoundingClientRect()])
  .filter(([, { width, height }]) => width && (width < least || height < least)).map(([name]) => name)"""
MOVING = "document.querySelector('answerback-comments').shadowRoot.getAnimations().length"


def furnished(page: Page, question: str) -> None:
    """A question with its answer, and a comment that is being written."""
    page.locator("answerback-comments").evaluate("element => element.scrollIntoView()")
    leave(page, question)
    expect(answer_in(page, "done")).to_be_visible()
    field(page).fill("A second one")
    expect(page.locator("answerback-comments").get_by_role("button", name="Preview")).to_be_visible()


def test_named_themes_are_readable_on_any_ground(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"), reduced_motion="reduce")
    furnished(page, "How long does it *rest*?")
    with page.expect_response("**/looks-*"):
        page.evaluate(WEAR, "paper")
    for ground in ("#fff", "#111"):
        page.evaluate("ground => { document.body.style.background = ground; }", ground)
        for theme in ("light", "dark", "paper", "ink", "forest", "ocean", "rose", "terminal"):
            page.evaluate(WEAR, theme)
            assert violations(page) == [], f"{theme} on {ground}"
            assert least(page) >= (4.5, ""), f"{theme} on {ground}"
            assert faintest_edge(page) >= 3, f"{theme} on {ground}"


def test_fingers_meet_buttons_of_40_pixels(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"), has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    furnished(page, "What does a *loaf* cost?")
    assert page.evaluate(SMALL, 40) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_text_grows_with_that_of_the_page(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"), viewport={"width": 640, "height": 800})
    furnished(page, "When does it *open*?")
    body = page.locator("answerback-comments [part~=body]").first
    root = page.locator("answerback-comments .root")
    beyond = "element => element.scrollWidth - element.clientWidth"
    at_first = root.evaluate(beyond)
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    before = body.evaluate(size)
    page.evaluate("document.body.style.fontSize = '32px'")
    assert body.evaluate(size) == 32 > before
    assert root.evaluate(beyond) <= at_first


def test_forced_colours_keep_what_is_pressed_apart(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    demo.server.begin()
    assert demo.server.post("Somebody else was here.").status == 201
    page = arrive(address, forced_colors="active")
    up = page.locator("answerback-comments [part~=vote-up]").first
    ground = "element => getComputedStyle(element).backgroundColor"
    before = up.evaluate(ground)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(up).not_to_have_css("background-color", before)
    expect(page.locator("answerback-ask [part~=send]")).to_have_css("border-style", "solid")


def test_nothing_moves_where_motion_is_not_welcome(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    held: list[Route] = []
    for motion, moving in (("no-preference", True), ("reduce", False)):
        page = arrive("about:blank", reduced_motion=motion)
        page.route("**/api/comments/?*", lambda route: held.append(route))
        page.goto(address)
        expect(page.get_by_role("group", name="Loading comments")).to_be_visible()
        assert bool(page.evaluate(MOVING)) == moving
    for route in held:
        route.continue_()


def test_what_comes_is_announced_once_and_together(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    page = arrive(address)
    live = page.locator("answerback-comments [role=status].unseen")
    leave(page, "Who mills the flour?")
    expect(live).to_have_text("The answer is ready.")
    demo.server.begin()
    for text in ("One more.", "And one more."):
        assert demo.server.post(text).status == 201
    expect(live).to_have_text("2 new comments")
