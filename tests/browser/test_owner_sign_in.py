"""An owner's passkey in Chromium, with the authenticator of its developer tools: added, offered, used, asked for."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.test_own_pages import faults
from tests.services import Server

PHONE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def readable(page: Page) -> None:
    """Nothing that axe finds, in either theme, nor anything too wide for a phone."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == [], f"{page.url} {scheme}"


def test_passkey_is_added_and_signs_in(server: Server, arrive: Arrivals) -> None:
    arrive.expect("401")
    link = server.command("owner", "add", "mina@example.com").stdout.strip()
    page = arrive(link, reduced_motion="reduce")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable", {"enableUI": False})
    phone = tools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})["authenticatorId"]
    page.get_by_role("button").first.click()
    page.goto(f"{server.url}/admin/security/")
    readable(page)
    page.get_by_label("Name of the new passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Save your recovery codes")).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)
    readable(page)
    code = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="I have saved them").click()
    expect(page.get_by_text("My phone")).to_be_visible()
    page.get_by_role("button", name="Set up an app").click()
    expect(page.get_by_role("img", name="QR code for your app")).to_be_visible()
    readable(page)
    page.get_by_role("button", name="Sign out", exact=True).click()

    # Offered in the field by itself: the tools let the browser use it at once.
    page.wait_for_url("**/admin/")
    expect(page.get_by_role("heading", name="Log", exact=True)).to_be_visible()

    tools.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": False})
    page.get_by_role("button", name="Sign out", exact=True).click()
    readable(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_have_text("The passkey was not used. Try again, or sign in another way.")

    # Half a sign-in, finished by a recovery code; and a fresh proof by passkey once that is old.
    page.goto(server.command("owner", "add", "mina@example.com").stdout.strip())
    page.get_by_role("button").first.click()
    page.wait_for_url("**/sign-in/second/")
    readable(page)
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": True})
    server.clock.advance(seconds=16 * 60)
    page.goto(f"{server.url}/admin/security/")
    page.get_by_role("button", name="Make new codes").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    readable(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".codes li")).to_have_count(10)
