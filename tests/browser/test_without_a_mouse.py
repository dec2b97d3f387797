"""By keyboard alone, and as axe sees it: everything can be reached, named and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, ask, field, leave, question_field

AXE = Path(__file__).parents[2] / "widget/node_modules/axe-core/axe.min.js"


def go_to(page: Page, target: Locator) -> None:
    """Press Tab until the element has the focus."""
    expect(target).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element.getRootNode().activeElement === element"):
            return
    raise AssertionError("the keyboard does not get there")


def button(page: Page, name: str, within: str = "answerback-comments") -> Locator:
    return page.locator(within).get_by_role("button", name=name, exact=True).first


def test_everything_is_done_by_keyboard(demo: Demo, arrive: Arrivals) -> None:
    address = demo.at("bread.html")
    demo.server.begin()
    assert demo.server.post("Somebody else was here.").status == 201
    page = arrive(address)

    go_to(page, page.locator("answerback-comments [part~=vote-up]").first)
    page.keyboard.press("Space")
    expect(page.locator("answerback-comments [part~=vote-up]").first).to_have_attribute("aria-pressed", "true")

    go_to(page, button(page, "Reply"))
    page.keyboard.press("Enter")
    page.keyboard.type("So was I.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("So was I.")).to_be_visible()

    page.evaluate("document.activeElement.blur()")
    go_to(page, field(page))
    page.keyboard.type("A comment of my own.")
    page.keyboard.press("Tab")
    go_to(page, button(page, "Comment"))
    page.keyboard.press("Enter")
    expect(page.locator("answerback-comments [part~=body]", has_text="A comment of my own.")).to_be_visible()

    mine = page.locator("answerback-comments article", has_text="A comment of my own.")
    go_to(page, mine.get_by_role("button", name="Edit"))
    page.keyboard.press("Enter")
    page.keyboard.type(" Changed.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("A comment of my own. Changed.")).to_be_visible()
    expect(page.get_by_text("edited")).to_be_visible()

    go_to(page, mine.get_by_role("button", name="Delete"))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A comment of my own. Changed.")).to_have_count(0)


def test_asking_and_stopping_by_keyboard(demo: Demo, arrive: Arrivals) -> None:
    demo.model.script({"text": "One two three four five six.", "gate": "go", "gate_after": 3})
    page = arrive(demo.at("bread.html"))
    go_to(page, question_field(page))
    page.keyboard.type("Is it open?")
    page.keyboard.press("Enter")
    expect(answer_in(page, "streaming", "answerback-ask")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    go_to(page, button(page, "Stop", "answerback-ask"))
    page.keyboard.press("Enter")
    expect(page.locator("[part~=answer]").get_by_text("Stopped before the end.")).to_be_visible()


def violations(page: Page) -> list[Any]:
    """What axe finds wrong with the widget, by the rules of WCAG 2.2 AA and its own."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "axe.run({include: [['answerback-ask'], ['answerback-comments']]}, {rules: {'target-size': {enabled: true}}})"
    )
    return [
        (rule["id"], [(node["target"], node["failureSummary"]) for node in rule["nodes"]])
        for rule in found["violations"]
    ]


def test_axe_finds_nothing_while_loading(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(demo.at("bread.html"))
    held: list[Route] = []
    page.route("**/api/comments/?*", lambda route: held.append(route))
    page.reload()
    expect(page.get_by_role("group", name="Loading comments")).to_be_visible()
    assert violations(page) == []
    for route in held:  # the page of before may have asked, too
        route.continue_()
    expect(page.get_by_text("No comments yet")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "scheme", "question"),
    [
        ("bread.html", "light", "When does it *open*?"),
        ("bread.html", "dark", "How much *rye* is in it?"),
        ("ko.html", "light", "*언제* 문을 여나요?"),
        ("ko.html", "dark", "누가 *처음* 만들었나요?"),
    ],
)
def test_axe_finds_nothing(demo: Demo, arrive: Arrivals, name: str, scheme: Any, question: str) -> None:
    address = demo.at(name)
    page = arrive(address, color_scheme=scheme, reduced_motion="reduce")
    field(page).wait_for()
    assert violations(page) == []

    demo.model.script({}, {"mode": "status", "status": 401}, {"gate": "go", "text": "Not yet."})
    leave(page, f"{question} `code` and [a link](https://example.com)\n\n> quoted")
    expect(answer_in(page, "done")).to_be_visible()
    leave(page, "Is this answered?")
    expect(answer_in(page, "failed")).to_be_visible()
    ask(page, "What does a loaf cost?")
    expect(answer_in(page, "queued", "answerback-ask")).to_be_visible()
    assert violations(page) == []
    demo.model.release("go")
    expect(answer_in(page, "done", "answerback-ask")).to_be_visible()

    other = arrive(address, color_scheme=scheme, reduced_motion="reduce")
    comments = other.locator("answerback-comments article").first
    comments.hover()
    comments.locator("[part~=vote-up]").click()
    comments.locator("[part~=actions] > [aria-expanded]").last.click()
    field(other).fill("**Shown** before it is sent.")
    assert violations(other) == []
