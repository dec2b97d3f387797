"""Somebody with an account, for the tests: a session on the site, and the account page open in another browser."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from tests.fakes.web_browser import Page, WebBrowser
from tests.http.signing import Window
from tests.services import Reply, Server

PASSWORD = "seven green lamps"


@dataclass
class Member:
    """Somebody with an account, the account page open, and a session on the site."""

    server: Server
    browser: WebBrowser
    email: str
    id: str
    cookie: str

    @property
    def page(self) -> Page:
        return self.browser.get(f"{self.server.url}/account/?site=demo")

    def do(self, what: str, **fields: str) -> Page:
        """Send a form of the account page."""
        page = self.page
        hidden = {name: page.field(name) for name in ("site", "lang", "token")}
        return self.browser.post(f"{self.server.url}/account/{what}/", {**hidden, **fields})

    def call(self, method: str, path: str, data: Any = None) -> Reply:
        """A call from the site's page with the session's cookie."""
        return self.server.call(method, path, data, Origin=self.server.site.origin, Cookie=self.cookie)

    def write(self, body: str, **fields: Any) -> Any:
        data = {"site": "demo", "page": self.server.page, "body": body, "ask": False} | fields
        reply = self.call("POST", "/api/comments/", data)
        assert reply.status == 201, reply.body
        return reply.json["comment"]

    def who(self) -> Any:
        return self.call("GET", f"/api/session/?site=demo&page={self.server.page}").json["visitor"]


def open_account(server: Server, browser: WebBrowser, email: str) -> Page:
    """Sign in on the way to the account page."""
    page = browser.get(f"{server.url}/account/?site=demo")
    ways = browser.get(page.link("/sign-in/?"))
    return browser.post(ways.link("/password/"), {"email": email, "password": PASSWORD})


def join(server: Server, name: str = "Mina") -> Member:
    email = f"{secrets.token_hex(6)}@example.com"
    data = {"site": "demo", "email": email, "password": PASSWORD, "name": name}
    browser = WebBrowser()
    user = server.call("POST", "/api/user/register/", data, X_Forwarded_For=browser.address).json["user"]
    window = Window(server, WebBrowser())
    signed = window.browser.post(window.page.link("/password/"), {"email": email, "password": PASSWORD})
    cookie = window.exchange(signed).headers["set-cookie"].partition(";")[0]
    page = open_account(server, browser, email)
    assert page.url.startswith(f"{server.url}/account/") and "Sign-in methods" in page.text
    return Member(server, browser, email, user["id"], cookie)
