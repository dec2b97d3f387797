"""The WordPress plugin: activated and set up in the browser, in a classic theme and a block theme."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, leave
from tests.browser.wordpress import PASSWORD, wordpress
from tests.services import wait_until


def test_plugin_puts_a_thread_below_a_post(demo: Demo, browser: Browser, arrive: Arrivals, tmp_path: Path) -> None:
    with wordpress(tmp_path) as site:
        demo.server.command("site", "set", "demo", f"origins+={site.url}")
        site.take_theme("twentytwentyone")
        # Debian keeps some of WordPress's scripts in other packages, so its own pages have errors in their consoles.
        with browser.new_context() as context:
            set_up(context.new_page(), site.url, demo.server.url)
        for theme in ("twentytwentyone", "twentytwentythree"):
            site.take_theme(theme)
            page = arrive(f"{site.url}/?p=1")
            leave(page, f"Said in {theme}.")
            expect(page.get_by_text(f"Said in {theme}.")).to_be_visible()
            expect(page.locator("#commentform, .wp-block-post-comments-form")).to_have_count(0)
        thread = "/api/comments/?site=demo&page=%2F%3Fp%3D1"
        wait_until(lambda: demo.server.call("GET", thread).json["total"] == 2)
        expect(arrive(site.url).locator("script[src*='answerback.js']")).to_have_count(0)


def set_up(page: Page, site: str, server: str) -> None:
    """Sign in, activate the plugin, and fill in its settings."""
    page.goto(f"{site}/wp-login.php")
    page.get_by_label("Username").fill("keeper")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    page.goto(f"{site}/wp-admin/plugins.php")
    page.get_by_role("link", name="Activate Answerback").click()
    page.get_by_role("link", name="Settings", exact=True).last.click()
    page.get_by_label("Server").fill(f"{server}/?from=a#page")
    page.get_by_label("Site key").fill("demo")
    page.get_by_role("button", name="Save Changes").click()
    expect(page.get_by_label("Server")).to_have_value(server)
