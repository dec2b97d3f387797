"""A comment that waits for the owner is its author's alone, and is answered once it is approved."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.demo import leave
from tests.services import Server


def test_held_comment_is_answered_once_approved(server: Server, visitor: Callable[[], Page]) -> None:
    server.restart(moderation="all")
    author, other = visitor(), visitor()
    leave(author, "When does it open?")
    expect(author.get_by_text("Waiting for approval", exact=False)).to_be_visible()
    author.reload()
    expect(author.get_by_text("Waiting for approval", exact=False)).to_be_visible()
    expect(other.get_by_text("When does it open?")).to_have_count(0)

    owner = visitor()
    owner.goto(server.command("owner", "add", "owner@example.com").stdout.strip())
    owner.get_by_role("button").first.click()
    owner.get_by_role("button", name="Approve").click()
    expect(other.get_by_text("When does it open?")).to_be_visible()
    expect(other.locator("answerback-comments [part~=answer][data-state=done]")).to_be_visible()
    expect(author.locator("answerback-comments [part~=answer][data-state=done]")).to_be_visible()
