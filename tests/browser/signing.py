"""What visitors do to sign in from a page."""

from __future__ import annotations

import time

from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.sync_api import Page, expect

from tests.services import Server

PASSWORD = "correct horse battery"


def sign_in_button(page: Page) -> None:
    page.locator("answerback-comments [part~=sign-in]").click()


def popup_of(page: Page) -> Page:
    """The sign-in page, opened by the visitor's own click."""
    button = page.locator("answerback-comments [part~=sign-in]")
    expect(button).to_be_visible()
    with page.expect_popup() as opened:
        button.click()
    opened.value.get_by_role("heading", name="Sign in").wait_for()
    return opened.value


def register(popup: Page, name: str, email: str) -> None:
    popup.get_by_role("link", name="Create one").click()
    popup.get_by_label("Name").fill(name)
    popup.get_by_label("Email").fill(email)
    popup.get_by_label("Password").fill(PASSWORD)
    popup.get_by_role("button").click()


def by_password(popup: Page, email: str) -> None:
    popup.locator("#email").fill(email)
    popup.locator("#password").fill(PASSWORD)
    popup.get_by_role("button", name="Sign in", exact=True).click()


def signed_in_as(page: Page, name: str) -> None:
    expect(page.locator("answerback-comments [part~=account]")).to_have_text(name)


def signed_out(page: Page) -> None:
    expect(page.locator("answerback-comments [part~=sign-in]")).to_be_visible()


def site_token(server: Server, secret: str, subject: str, name: str) -> str:
    """What the site's own server says of its user."""
    now = int(time.time())
    claims = {"iss": "demo", "aud": server.url, "sub": subject, "name": name, "iat": now, "exp": now + 120}
    return jwt.encode({"alg": "HS256"}, claims | {"jti": str(time.time_ns())}, OctKey.import_key(secret))
