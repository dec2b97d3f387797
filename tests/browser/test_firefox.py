"""The same sign-in in Firefox: as it comes, and set to block every cookie across sites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.demo import Demo
from tests.browser.firefox import Firefox, Tab
from tests.services import wait_until

PASSWORD = "correct horse battery"
NAME = "[part~=account]"
SIGN_IN = "[part~=sign-in]"


@pytest.fixture(scope="module", params=[5, 1], ids=["as it comes", "cookies blocked"])
def firefox(request: pytest.FixtureRequest) -> Iterator[Firefox]:
    """`network.cookie.cookieBehavior`: 5 keeps cookies apart by site, 1 refuses all cookies across sites."""
    with Firefox.start(**{"network.cookie.cookieBehavior": request.param}) as running:
        yield running


def register(popup: Tab, name: str, email: str) -> None:
    popup.click("a[href$='register/']")
    popup.fill("#name", name)
    popup.fill("#email", email)
    popup.fill("#password", PASSWORD)
    popup.click("button.main")


def leave(tab: Tab, text: str) -> None:
    tab.fill("[part~=composer] textarea", text)
    tab.click("[part~=composer] [part~=submit]")


def test_guest_becomes_a_member_and_signs_out_everywhere(demo: Demo, firefox: Firefox) -> None:
    address = demo.at("bread.html")
    tab, other = firefox.open(address), firefox.open(address)
    tab.wait_for(SIGN_IN)
    leave(tab, "Written as a guest.")
    tab.wait_for("article[data-state=published]", "Written as a guest.")
    popup = firefox.popup_of(tab, SIGN_IN)
    register(popup, "Mina", f"mina-{demo.turned}@example.com")
    tab.wait_for(NAME, "Mina")
    other.wait_for(NAME, "Mina")
    wait_until(lambda: popup.context not in {known.context for known in firefox.tabs()})
    tab.reload()
    tab.wait_for(NAME, "Mina")
    leave(tab, "Written as Mina.")
    wait_until(lambda: demo.server.thread()["total"] == 2)
    assert {comment["author"]["name"] for comment in demo.server.thread()["comments"]} == {"Mina"}
    other.click("[part~=who] button")
    for each in (tab, other):
        each.wait_for(SIGN_IN)
        each.reload()
        each.wait_for(SIGN_IN)
