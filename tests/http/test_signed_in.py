"""Signed in is signed in: who has an account open on our own pages goes on as that in the widget, and help is at hand
where a sign-in cannot go on."""

from __future__ import annotations

import re

from tests.fakes.web_browser import WebBrowser
from tests.http.members import join
from tests.http.signing import Window
from tests.services import Server


def test_open_account_goes_on_in_the_widget(server: Server) -> None:
    member = join(server, "Mina")
    assert member.page.status == 200
    window = Window(server, member.browser)
    assert "Continue as Mina" in window.page.text
    done = member.browser.post(window.page.link("/continue/"), {})
    reply = window.exchange(done)
    assert (reply.status, reply.json["visitor"]["id"]) == (201, member.id)
    assert window.exchange(done).status == 400, "a code is good for one exchange"


def test_nobody_goes_on_as_somebody_else(server: Server) -> None:
    member = join(server, "Mina")
    window, stranger = Window(server, member.browser), WebBrowser()
    assert stranger.post(window.page.link("/continue/"), {}).status == 404
    own = Window(server, stranger)
    assert "Continue as" not in own.page.text
    place = re.search(r"/sign-in/[^/]+/", own.page.url)
    assert place is not None
    again = stranger.post(f"{server.url}{place[0]}continue/", {})
    assert "data-code" not in again.text and again.url == own.page.url
    forged = member.browser.post(window.page.link("/continue/"), {}, Origin="https://evil.example")
    assert (forged.status, "data-code" in forged.text) == (403, False)


def test_without_cookies_a_sign_in_says_what_it_needs(server: Server) -> None:
    window = Window(server, WebBrowser())
    blocked = WebBrowser().get(window.page.url)
    assert blocked.status == 404
    assert "Signing in needs cookies." in blocked.text


def test_lost_password_without_mail_names_whom_to_ask(server: Server) -> None:
    page = Window(server, WebBrowser()).page
    assert "Forgot your password? Ask the owner of demo." in page.text
    assert "/reset/" not in page.text
