"""Passwords that are changed while somebody comes in, and strangers who try to keep others out (threat 8)."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from answerback.accounts.sign_in.attempts import FREE_SUCCESSES
from answerback.admin.auth import IDLE_SECONDS, SESSION_SECONDS

from tests.fakes.smtp_server import MailServer
from tests.fakes.web_browser import Page, WebBrowser
from tests.http.members import PASSWORD, Member, join
from tests.http.signing import BEHIND_A_PROXY, Window, change, rows
from tests.http.test_mail import ask, login
from tests.http.test_passwords import reset_link
from tests.services import Server, Site, wait_until

ANOTHER, THIRD = "eight blue lamps", "nine grey lamps"
OWNER = "owner@example.com"


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, post: MailServer) -> Iterator[Server]:
    settings = BEHIND_A_PROXY | post.settings()
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("races"), site, **settings) as server:
        server.command("owner", "add", OWNER, "--password-stdin", stdin=PASSWORD)
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    change(running, "DELETE FROM mail_counts")
    change(running, "DELETE FROM login_failures")
    return running


@dataclass
class OwnersBrowser:
    """A browser at the owner's sign-in."""

    server: Server
    browser: WebBrowser

    def sign_in(self, password: str = PASSWORD) -> Page:
        fields = {"email": OWNER, "password": password}
        return self.browser.post(f"{self.server.url}/admin/sign-in/", fields, follow=False)

    @property
    def is_in(self) -> bool:
        return self.browser.get(f"{self.server.url}/admin/", follow=False).status == 200


def owners_browser(server: Server) -> OwnersBrowser:
    return OwnersBrowser(server, WebBrowser())


def form_of(member: Member) -> dict[str, str]:
    page = member.page
    return {name: page.field(name) for name in ("site", "lang", "token")}


# ---- changed meanwhile


def test_reset_wins_over_a_change_under_way(server: Server, post: MailServer) -> None:
    """Somebody with the old password changes it at the moment at which its owner takes a new one by mail."""
    for _ in range(3):
        change(server, "DELETE FROM mail_counts")
        member = join(server)
        fields = {**form_of(member), "current": PASSWORD, "new": THIRD}
        ask(Window(server, WebBrowser()), member.email, "reset")
        link, owner = reset_link(server, post, member.email), WebBrowser()
        with ThreadPoolExecutor(2) as pool:
            thief = pool.submit(member.browser.post, f"{server.url}/account/password/", fields)
            mine = pool.submit(owner.post, link, {"password": ANOTHER})
            assert "has been changed" in mine.result().text
            thief.result()
        assert (login(server, member.email, ANOTHER), login(server, member.email, THIRD)) == (200, 401)


def test_old_password_of_an_owner_opens_nothing(server: Server) -> None:
    """An owner's sessions begin with the password that is theirs at that moment, or not at all."""
    over, browsers = threading.Event(), [owners_browser(server) for _ in range(3)]

    def come_in(at: OwnersBrowser) -> None:
        while not over.is_set():
            at.sign_in()
            change(server, "DELETE FROM login_failures")

    with ThreadPoolExecutor(3) as pool:
        coming = [pool.submit(come_in, each) for each in browsers]
        try:
            wait_until(lambda: len(rows(server, "SELECT 1 FROM owner_sessions")) > 2)
            server.command("owner", "add", OWNER, "--password-stdin", stdin=ANOTHER)
        finally:
            over.set()
        for each in coming:
            each.result()
    try:
        assert rows(server, "SELECT 1 FROM owner_sessions") == []
        assert not any(each.is_in for each in browsers)
        assert owners_browser(server).sign_in(ANOTHER).status == 303
    finally:
        server.command("owner", "add", OWNER, "--password-stdin", stdin=PASSWORD)


# ---- kept out by strangers


def test_strangers_do_not_lock_a_known_browser_out(server: Server) -> None:
    member, known = join(server), WebBrowser()

    def sign_in(browser: WebBrowser, password: str) -> int:
        window = Window(server, browser)
        return browser.post(window.page.url + "password/", {"email": member.email, "password": password}).status

    assert sign_in(known, PASSWORD) == 200
    assert [sign_in(WebBrowser(), "not it at all") for _ in range(7)] == [401] * 5 + [429] * 2
    assert sign_in(WebBrowser(), PASSWORD) == 429
    assert sign_in(known, PASSWORD) == 200
    assert [sign_in(known, "not it at all") for _ in range(7)] == [401] * 5 + [429] * 2  # it guesses no more either


def test_device_cookie_is_of_one_account(server: Server) -> None:
    one, other, browser = join(server), join(server), WebBrowser()
    window = Window(server, browser)
    browser.post(window.page.url + "password/", {"email": one.email, "password": PASSWORD})
    [jar] = browser.cookies.values()
    [value] = [value for name, value in jar.items() if "-device-" in name]
    for _ in range(6):
        window = Window(server, WebBrowser())
        window.browser.post(window.page.url + "password/", {"email": other.email, "password": "not it at all"})
    name = "__Host-answerback-device-" + hashlib.sha256(f"email:demo:{other.email}".encode()).hexdigest()[:16]
    jar[name] = value
    window = Window(server, browser)
    fields = {"email": other.email, "password": PASSWORD}
    assert browser.post(window.page.url + "password/", fields).status == 429


def test_strangers_do_not_use_up_a_mailbox(server: Server, post: MailServer) -> None:
    member, known = join(server), WebBrowser()
    window = Window(server, known)
    known.post(window.page.url + "password/", {"email": member.email, "password": PASSWORD})

    def sent() -> int:
        return len(rows(server, "SELECT 1 FROM mail_links WHERE email = ?", member.email))

    for _ in range(4):
        ask(Window(server, WebBrowser()), member.email)
    used_up = sent()
    ask(Window(server, WebBrowser()), member.email)
    assert sent() == used_up
    ask(Window(server, known), member.email)
    assert sent() == used_up + 1


def test_owner_in_a_known_browser_is_not_locked_out(server: Server) -> None:
    known = owners_browser(server)
    assert known.sign_in().status == 303
    assert [owners_browser(server).sign_in("not it at all").status for _ in range(7)] == [403] * 5 + [429] * 2
    assert owners_browser(server).sign_in().status == 429
    assert known.sign_in().status == 303


def test_strangers_with_the_password_lock_nobody_out(server: Server) -> None:
    """Who knows it comes no further than the second step, and can come there as often as the delays allow."""
    known = owners_browser(server)
    assert known.sign_in().status == 303
    assert owners_browser(server).sign_in().status == 303
    change(server, "UPDATE login_failures SET failures = ? WHERE bucket LIKE 'in:owner:%'", FREE_SUCCESSES + 3)
    assert owners_browser(server).sign_in().status == 429
    assert known.sign_in().status == 303


def test_one_link_and_many_posts_keep_nobody_waiting(server: Server, post: MailServer) -> None:
    """Of all that press the button of one link at once, one has a password hashed."""
    member = join(server)
    ask(Window(server, WebBrowser()), member.email, "reset")
    link, crowd = reset_link(server, post, member.email), WebBrowser()
    with ThreadPoolExecutor(40) as pool:
        pressed = [pool.submit(crowd.post, link, {"password": ANOTHER}) for _ in range(200)]
        assert owners_browser(server).sign_in().status == 303
        statuses = [each.result().status for each in pressed]
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 404, 429}


def test_good_sign_ins_are_limited_too(server: Server) -> None:
    member = join(server)
    change(server, "UPDATE login_failures SET failures = ? WHERE bucket LIKE 'in:email:%'", FREE_SUCCESSES - 1)
    assert [login(server, member.email, PASSWORD) for _ in range(2)] == [200, 429]


# ---- owners' sessions


def test_owners_session_ends_when_idle(server: Server) -> None:
    browser = owners_browser(server)
    browser.sign_in()
    for _ in range(3):
        server.clock.advance(seconds=IDLE_SECONDS - 60)
        assert browser.is_in
    server.clock.advance(seconds=IDLE_SECONDS + 1)
    assert not browser.is_in


def test_owners_session_ends_after_a_month_at_last(server: Server) -> None:
    browser = owners_browser(server)
    browser.sign_in()
    for _ in range(SESSION_SECONDS // (IDLE_SECONDS // 2)):
        assert browser.is_in
        server.clock.advance(seconds=IDLE_SECONDS / 2)
    assert not browser.is_in
