"""The widget in the page that sets it: as it will look, before anything is saved."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.test_own_pages import faults
from tests.services import Server


def test_preview_follows_what_is_chosen(server: Server, arrive: Arrivals) -> None:
    owner = arrive(server.command("owner", "add", "mina@example.com").stdout.strip())
    owner.get_by_role("button").first.click()
    owner.goto(f"{server.url}/admin/settings/?site=demo")
    owner.locator("#preview").scroll_into_view_if_needed()
    shown = owner.frame_locator("#preview").locator("answerback-comments")
    expect(shown.get_by_role("heading", name="Comments")).to_be_visible()
    owner.locator("#lang").select_option("ko")
    expect(shown.get_by_role("heading", name="댓글")).to_be_visible()
    owner.locator("#theme").select_option("dark")
    expect(owner.frame_locator("#preview").locator("script[data-theme=dark]")).to_be_attached()
    expect(shown.get_by_role("heading", name="댓글")).to_be_visible()
    assert faults(owner) == []
    assert "dark" not in server.command("site", "show", "demo", "--json").stdout
