"""What is answered already is offered before anything is asked, and leads to where the answer stands."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, ask, field, leave, question_field

BOX = "answerback-ask"
ANSWER = "The page says"


def known(page: Page) -> Locator:
    return page.locator("[part~=known]")


def left(page: Page) -> Locator:
    return page.locator(f"{BOX} [part~=quota]")


def answered(demo: Demo, arrive: Arrivals, question: str) -> str:
    """The address of a page with that question and its answer."""
    address = demo.at("bread.html")
    demo.model.script({})  # words of the page: what has no support is not offered
    page = arrive(address)
    leave(page, question)
    expect(answer_in(page, "done")).to_be_visible()
    return address


def test_repeated_question_is_offered_its_answer(demo: Demo, arrive: Arrivals) -> None:
    address = answered(demo, arrive, "When was the oven built?")
    page = arrive(address)
    leave(page, "When was this oven built?")
    expect(known(page)).to_contain_text("Already answered here")
    expect(known(page)).to_contain_text(ANSWER)
    expect(left(page)).to_have_text("5 of 5 AI answers left today")
    expect(page.locator("answerback-comments article")).to_have_count(2)

    page.get_by_role("button", name="That answers it").click()
    expect(known(page)).to_have_count(0)
    expect(field(page)).to_have_value("")
    page.get_by_role("button", name="Undo").click()
    expect(field(page)).to_have_value("When was this oven built?")
    assert demo.model.seen()["calls"] == 1


def test_answer_is_offered_to_a_fast_typist_too(demo: Demo, arrive: Arrivals) -> None:
    address = answered(demo, arrive, "Who fires the oven at two?")
    page = arrive("about:blank")
    waiting: list[Route] = []
    page.route("**/api/session/**", lambda route: waiting.append(route))
    page.goto(address)
    leave(page, "Who fires this oven at two?")
    expect(known(page)).to_contain_text("Already answered here")
    for route in waiting:
        route.continue_()


def test_visitor_can_ask_anyway_or_just_comment(demo: Demo, arrive: Arrivals) -> None:
    address = answered(demo, arrive, "Who built the mill beside it?")
    demo.model.script({"text": "Nobody knows."})
    page = arrive(address)
    leave(page, "Who built that mill beside it?")
    known(page).get_by_role("button", name="Ask anyway").click()
    expect(answer_in(page, "done")).to_have_count(2)
    expect(left(page)).to_have_text("4 of 5 AI answers left today")

    leave(page, "Who has built the mill beside it?")
    known(page).get_by_role("button", name="Comment without asking").click()
    expect(page.get_by_text("Who has built the mill beside it?")).to_be_visible()
    expect(left(page)).to_have_text("4 of 5 AI answers left today")
    assert demo.model.seen()["calls"] == 2


def test_ask_box_offers_and_links_to_the_answer(demo: Demo, arrive: Arrivals) -> None:
    address = answered(demo, arrive, "How many loaves fit into it?")
    page = arrive(address)
    ask(page, "How many loaves will fit into it?")
    expect(known(page)).to_contain_text("How many loaves fit into it?")
    expect(question_field(page)).to_have_value("How many loaves will fit into it?")
    known(page).get_by_role("link", name="Go to the answer").click()
    expect(page.locator("answerback-comments article[data-target]")).to_be_in_viewport()
    assert demo.model.seen()["calls"] == 1

    known(page).get_by_role("button", name="That answers it").click()
    expect(question_field(page)).to_have_value("")
    page.get_by_role("button", name="Undo").click()
    expect(question_field(page)).to_have_value("How many loaves will fit into it?")
    expect(question_field(page)).to_be_focused()

    question_field(page).press("Enter")
    known(page).get_by_role("button", name="Ask anyway").click()
    expect(answer_in(page, "done", BOX)).to_be_visible()
    expect(known(page)).to_have_count(0)
    assert demo.model.seen()["calls"] == 2


def test_answer_on_another_page_is_linked(demo: Demo, arrive: Arrivals) -> None:
    there = answered(demo, arrive, "Which flour goes into the dough?")
    page = arrive(demo.at("bread.html"))
    ask(page, "Which flour goes in the dough?")
    with page.expect_popup() as opened:
        known(page).get_by_role("link", name="Go to the answer").click()
    other = opened.value
    expect(other.locator("answerback-comments article[data-target]")).to_be_in_viewport()
    assert other.url.startswith(there)
    assert other.evaluate("opener") is None


def test_owners_answer_is_offered_before_the_models(demo: Demo, arrive: Arrivals) -> None:
    address = answered(demo, arrive, "When does the ferry with the flour arrive?")
    page = arrive(address)
    page.goto(demo.server.command("owner", "add", "owner@example.com").stdout.strip())
    page.get_by_role("button").first.click()
    page.get_by_role("link", name="Correct").first.click()
    page.get_by_label("The answer, in markdown").fill("On Tuesdays, with the first boat.")
    page.get_by_role("button", name="Publish the correction").click()
    page.get_by_text("verified by the owner").first.wait_for()

    other = arrive(demo.at("bread.html"))
    leave(other, "Please, when does the ferry with the flour arrive?")
    expect(known(other)).to_contain_text("On Tuesdays, with the first boat.")
    expect(known(other)).to_contain_text("Corrected by the author")


def test_different_question_is_not_offered_the_answer(demo: Demo, arrive: Arrivals) -> None:
    address = answered(demo, arrive, "Where does the water come from?")
    demo.model.script({"text": "By bicycle."})
    page = arrive(address)
    leave(page, "How does the bread reach the harbour?")
    expect(answer_in(page, "done")).to_have_count(2)
    expect(known(page)).to_have_count(0)


def test_question_is_asked_when_the_lookup_fails(demo: Demo, arrive: Arrivals) -> None:
    arrive.expect("Failed to load resource")
    page = arrive(answered(demo, arrive, "What is the oldest loaf called?"))
    page.route("**/api/answered/**", lambda route: route.abort())
    demo.model.script({"text": "The harbour loaf."})
    leave(page, "What is that oldest loaf called?")
    expect(answer_in(page, "done")).to_have_count(2)
