"""The ask box: streamed, stopped, taken up after a reload, tried again, labelled for what answers."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, ask, question_field
from tests.services import wait_until

BOX = "answerback-ask"
SAID = {"text": "It was built in 1889 for the garrison on the island.", "gate": "go", "gate_after": 4}


def asked(demo: Demo, arrive: Arrivals) -> Page:
    """A visitor who has asked, and sees the first words of an answer that has not ended."""
    demo.model.script(SAID)
    page = arrive(demo.at("bread.html"))
    ask(page, "When was the oven built?")
    expect(answer_in(page, "streaming", BOX).get_by_text("It was built", exact=False)).to_be_visible()
    return page


def test_answer_streams_and_links_to_its_passage(demo: Demo, arrive: Arrivals) -> None:
    page = asked(demo, arrive)
    demo.model.script(default={})
    demo.model.release("go")
    expect(answer_in(page, "done", BOX)).to_contain_text("for the garrison on the island")
    expect(page.locator(f"{BOX} [part~=quota]")).to_have_text("4 of 5 AI answers left today")
    ask(page, "What does a loaf cost?")
    expect(answer_in(page, "done", BOX)).to_have_count(2)
    page.locator(f"{BOX} [part~=source]").first.click()
    expect(page.get_by_text("Highlighted on the page.")).to_be_visible()
    marked = page.evaluate("[...CSS.highlights.get('answerback-source')].map(range => range.toString()).join()")
    assert marked
    assert marked in page.locator("main").inner_text().replace("\n", " ")
    page.wait_for_function(
        """() => { const [range] = CSS.highlights.get('answerback-source');
        const { top, bottom } = range.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }"""
    )


def test_running_answer_resumes_after_a_reload(demo: Demo, arrive: Arrivals) -> None:
    page = asked(demo, arrive)
    page.reload()
    expect(answer_in(page, "streaming", BOX).get_by_text("It was built", exact=False)).to_be_visible()
    demo.model.release("go")
    expect(answer_in(page, "done", BOX)).to_contain_text("for the garrison on the island")
    expect(page.locator(f"{BOX} [part~=question]")).to_have_count(1)
    assert demo.model.seen()["calls"] == 1


def test_stopped_answer_keeps_its_text_until_the_next(demo: Demo, arrive: Arrivals) -> None:
    page = asked(demo, arrive)
    page.locator(f"{BOX} [part~=stop]").click()
    expect(page.locator(f"{BOX} [role=status].unseen")).to_have_text("Stopped before the end.")
    expect(answer_in(page, "stopped", BOX)).to_contain_text("It was built")
    expect(answer_in(page, "stopped", BOX).get_by_text("Stopped before the end.")).to_be_visible()
    demo.model.script({"text": "In 1889, for the garrison."})
    page.locator(BOX).get_by_role("button", name="Try again").click()
    expect(answer_in(page, "done", BOX)).to_contain_text("In 1889")
    for _ in range(2):
        expect(page.locator(f"{BOX} [part~=question]")).to_have_count(1)
        expect(page.locator(f"{BOX} [part~=answer]")).to_have_count(1)
        page.reload()
        expect(answer_in(page, "done", BOX)).to_be_visible()


def test_failed_answer_says_so_once_in_the_readers_language(demo: Demo, arrive: Arrivals) -> None:
    demo.model.script({"mode": "status", "status": 401})
    page = arrive(demo.at("ko.html"))
    ask(page, "책방은 언제 문을 열었나요?")
    failed = answer_in(page, "failed", BOX)
    expect(failed).to_contain_text("이번에는 답하지 못했어요.")
    expect(failed.locator("[part~=body]")).to_have_count(0)
    assert "provider" not in failed.inner_text()
    demo.model.script({"text": "2016년 5월에 문을 열었어요."})
    page.locator(BOX).get_by_role("button", name="다시 시도").click()
    expect(answer_in(page, "done", BOX)).to_contain_text("2016년 5월")
    expect(page.locator(f"{BOX} [part~=answer]")).to_have_count(1)


def test_question_over_the_limit_is_given_back(demo: Demo, arrive: Arrivals) -> None:
    arrive.expect("429")
    page = arrive(demo.at("bread.html"))
    for number in range(1, 6):
        ask(page, f"What is question {number}?")
        expect(answer_in(page, "done", BOX)).to_have_count(number)
    expect(page.locator(f"{BOX} [part~=refused]")).to_contain_text("Today's answers are used up. More at")
    question_field(page).fill("And a sixth?")
    expect(page.locator(f"{BOX} [part~=send]")).to_be_disabled()
    page.reload()
    expect(question_field(page)).to_have_value("And a sixth?")
    expect(page.locator(f"{BOX} [part~=quota]")).to_have_text("No answers left today. More at 00:00.")
    wait_until(lambda: demo.model.seen()["calls"] == 5)
