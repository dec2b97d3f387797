"""The main job as visitors and the owner see it, in real browser tabs on another origin."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.demo import leave
from tests.fakes.openai_server import OpenAIServer
from tests.services import Server, wait_until, walk


def test_an_answer_streams_into_both_tabs(server: Server, model: OpenAIServer, visitor: Callable[[], Page]) -> None:
    model.script({"text": "It opens at 9:00 on Saturdays [1].", "gate": "go", "gate_after": 4})
    mine, other = visitor(), visitor()
    leave(mine, "When does it open on Saturdays?")
    for page in (mine, other):
        expect(page.get_by_text("When does it open on Saturdays?")).to_be_visible()
        expect(page.get_by_text("It opens", exact=False).last).to_be_visible()  # in the middle of the stream
    model.release("go")
    for page in (mine, other):
        expect(page.get_by_text("It opens at 9:00 on Saturdays", exact=False).last).to_be_visible()
        expect(page.locator("answerback-comments [part~=source]").first).to_be_visible()
    expect(mine.get_by_text("4 of 5 AI answers left today", exact=False).first).to_be_visible()


def test_stop_retry_and_reload_mid_answer(server: Server, model: OpenAIServer, visitor: Callable[[], Page]) -> None:
    model.script({"text": "One two three four five six.", "gate": "first", "gate_after": 3})
    page = visitor()
    leave(page, "When does it open?")
    wait_until(lambda: model.seen()["running"] == 1)
    page.locator("answerback-comments [part~=stop]").click()
    expect(page.locator("[part~=answer]").get_by_text("Stopped before the end.")).to_be_visible()
    model.script({"text": "At half past seven, in the end.", "gate": "second", "gate_after": 3})
    page.get_by_role("button", name="Try again").click()
    wait_until(lambda: model.seen()["running"] == 1)
    page.reload()
    expect(page.get_by_text("When does it open?")).to_be_visible()
    model.release("second")
    expect(page.get_by_text("At half past seven, in the end.", exact=False).last).to_be_visible()


def test_owner_sees_the_refused_sixth_question(
    server: Server, model: OpenAIServer, visitor: Callable[[], Page]
) -> None:
    server.begin()
    page = visitor()
    for number in range(1, 7):
        leave(page, f"Is this question number {number}?")
        expect(page.get_by_text(f"Is this question number {number}?")).to_be_visible()
        if number < 6:
            wait_until(lambda number=number: len(list(walk(server.thread()["comments"]))) == 2 * number)
    wait_until(lambda: len(list(walk(server.thread()["comments"]))) == 11)  # six comments are kept, five have an answer
    expect(page.locator("answerback-comments [part~=refused]").first).to_be_visible()
    link = server.command("owner", "add", "owner@example.com").stdout.strip()
    page.goto(link)
    page.get_by_role("button").first.click()
    for number in range(1, 7):
        expect(page.get_by_text(f"Is this question number {number}?").first).to_be_visible()
    assert page.url.startswith(server.url + "/admin/")
