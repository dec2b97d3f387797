"""Signing in as a visitor does, for the tests: the window that the widget opens, the way back, and the exchange."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import sqlite3
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.fakes.web_browser import Page, WebBrowser
from tests.services import Reply, Server

BEHIND_A_PROXY = {"ANSWERBACK_TRUSTED_PROXIES": "127.0.0.1,::1"}
"""Settings of a server whose visitors come from where their browsers say."""


@dataclass
class Window:
    """A sign-in window in a browser, as an embed has opened it."""

    server: Server
    browser: WebBrowser
    lang: str = "en"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        origin = self.server.site.origin
        query = {
            "site": "demo", "origin": origin, "return_to": origin + self.server.page, "lang": self.lang,
            "nonce": self.nonce, "challenge": challenge,
        }  # fmt: skip
        self.page = self.browser.get(f"{self.server.url}/sign-in/?{urlencode(query)}")
        assert self.page.status == 200, self.page.text

    def choose(self, provider: str, *, follow: bool = True) -> Page:
        """Press the button of a provider."""
        return self.browser.get(self.page.link(f"/sign-in/{provider}/start"), follow=follow)

    def to_callback(self, provider: str) -> str:
        """Go to a provider and stop before coming back; the address of the callback."""
        page = self.choose(provider, follow=False)
        for _ in range(20):
            assert page.status in (302, 303), page.text
            if page.headers["location"].startswith(self.server.url):
                return page.headers["location"]
            page = self.browser.get(_absolute(page), follow=False)
        raise AssertionError("the provider does not come back")

    def exchange(self, page: Page) -> Reply:
        """Give the code that has come back in for a session, as the embed does."""
        return self.server.call(
            "POST", "/api/session/exchange/",
            {"site": "demo", "code": code_in(page), "verifier": self.verifier}, Origin=self.server.site.origin,
        )  # fmt: skip

    def sign_in(self, provider: str) -> dict[str, Any]:
        """All of it: the visitor whom the embed sees."""
        reply = self.exchange(self.choose(provider))
        assert reply.status == 201, reply.body
        visitor: dict[str, Any] = reply.json["visitor"]
        return visitor


def _absolute(page: Page) -> str:
    location = page.headers["location"]
    return location if "://" in location else "/".join(page.url.split("/")[:3]) + location


def code_in(page: Page) -> str:
    """The one-time code that the last page hands over."""
    found = re.search(r"answerback-code=([\w-]{20,})|data-code=\"([\w-]{20,})\"", page.url + page.body.decode())
    assert found, f"no code at {page.url} ({page.status}): {page.text}"
    return found[1] or found[2]


def rows(server: Server, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What is in the server's database."""
    connection = sqlite3.connect(server.database_url.removeprefix("sqlite:///"), timeout=10)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def count(server: Server, table: str) -> int:
    """How many rows a table has."""
    return int(rows(server, f"SELECT COUNT(*) FROM {table}")[0][0])


SECRET_WORDS = ("secret failure", "access_denied", "Traceback", "invalid_grant")


def refused(server: Server, page: Page, *statuses: int) -> None:
    """Fails unless the page says in our words only that nobody is signed in."""
    assert page.status in (statuses or (400,)), page.text
    assert page.url.startswith(server.url)
    assert "answerback-code" not in page.url + page.text
    assert not [word for word in SECRET_WORDS if word in page.text]


def change(server: Server, sql: str, *values: Any) -> None:
    """Bend what is in the database, as time does."""
    connection = sqlite3.connect(server.database_url.removeprefix("sqlite:///"), timeout=10)
    with connection:
        connection.execute(sql, values)
    connection.close()
