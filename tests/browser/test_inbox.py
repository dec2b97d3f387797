"""The inbox in a browser: decided by keys, undone, answered in place, and alive while others decide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.services import Server


def held(server: Server, *bodies: str) -> None:
    server.change(moderation="all")
    for body in bodies:
        server.begin()
        server.post(body, name="Mina", ask=False)
    server.change(moderation="none")


@pytest.fixture
def inbox(server: Server, visitor: Callable[[], Page]) -> Page:
    held(server, "First words.", "Second words.", "Third words.")
    owner = visitor()
    owner.goto(server.command("owner", "add", "owner@example.com").stdout.strip())
    owner.get_by_role("button").first.click()
    owner.get_by_role("link", name="Inbox").click()
    expect(owner.locator("#inbox > article")).to_have_count(3)
    return owner


def shown(server: Server) -> list[str]:
    return [comment["body"] for comment in server.thread()["comments"]]


def test_keys_decide_and_undo(server: Server, inbox: Page) -> None:
    keyboard, entries = inbox.keyboard, inbox.locator("#inbox > article")
    expect(inbox).to_have_title("(3) Inbox · Answerback")
    for key in "jjk":
        keyboard.press(key)
    expect(entries.nth(0)).to_be_focused()
    keyboard.press("a")
    expect(entries).to_have_count(2)
    expect(inbox.get_by_role("status").filter(has_text="Approved.")).to_be_visible()
    expect(inbox.locator("#waiting")).to_have_text("2")
    expect(entries.nth(0)).to_be_focused()
    assert shown(server) == ["Third words."]
    keyboard.press("u")
    expect(entries).to_have_count(3)
    assert shown(server) == []
    keyboard.press("s")
    expect(entries).to_have_count(2)
    expect(inbox).to_have_title("(2) Inbox · Answerback")


def test_no_key_fires_while_typing(server: Server, inbox: Page) -> None:
    keyboard, entries = inbox.keyboard, inbox.locator("#inbox > article")
    keyboard.press("j")
    keyboard.press("r")
    field = entries.nth(0).get_by_role("textbox")
    expect(field).to_be_focused()
    keyboard.type("ashbuxjk? /")
    expect(field).to_have_value("ashbuxjk? /")
    expect(entries).to_have_count(3)
    keyboard.press("Escape")
    expect(entries.nth(0)).to_be_focused()
    keyboard.press("?")
    expect(inbox.get_by_role("dialog")).to_be_visible()
    keyboard.press("a")
    keyboard.press("Escape")
    expect(entries).to_have_count(3)
    field.fill("From eight to noon.")
    entries.nth(0).get_by_role("button", name="Publish reply").click()
    expect(entries).to_have_count(2)
    [root] = server.thread()["comments"]
    assert [(reply["author"]["kind"], reply["body"]) for reply in root["replies"]] == [("owner", "From eight to noon.")]


def test_several_are_decided_together(server: Server, inbox: Page) -> None:
    for number in (0, 2):
        inbox.locator("#inbox > article").nth(number).get_by_role("checkbox").check()
    inbox.get_by_role("button", name="Approve selected").click()
    expect(inbox.locator("#inbox > article")).to_have_count(1)
    expect(inbox.get_by_text("2 approved.")).to_be_visible()
    assert sorted(shown(server)) == ["First words.", "Third words."]


def test_decision_of_another_is_said_at_once(server: Server, inbox: Page, visitor: Callable[[], Page]) -> None:
    second = visitor()
    second.goto(server.command("owner", "add", "second@example.com").stdout.strip())
    second.get_by_role("button").first.click()
    second.goto(f"{server.url}/admin/inbox/")
    second.locator("#inbox > article").first.get_by_role("button", name="Hide").click()
    expect(inbox.get_by_text("second@example.com has hidden this.")).to_be_visible(timeout=15_000)
    expect(inbox.locator("#waiting")).to_have_text("2")
    held(server, "Fourth words.")
    expect(inbox.get_by_text("There is something new.")).to_be_visible(timeout=15_000)
    expect(inbox).to_have_title("(3) Inbox · Answerback")
