"""Passwords: guessed at, forgotten, changed (threat 8)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes.smtp_server import MailServer
from tests.fakes.web_browser import Page, WebBrowser
from tests.http.members import PASSWORD, Member, join
from tests.http.signing import BEHIND_A_PROXY, Window, change, rows
from tests.http.test_mail import ask, login, register
from tests.services import Server, Site, wait_until

ANOTHER = "eight blue lamps"


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, post: MailServer) -> Iterator[Server]:
    settings = BEHIND_A_PROXY | post.settings()
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("passwords"), site, **settings) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    change(running, "DELETE FROM mail_counts")
    change(running, "DELETE FROM login_failures")
    return running


def reset_link(server: Server, post: MailServer, email: str) -> str:
    wait_until(
        lambda: rows(server, "SELECT 1 FROM mail_links WHERE email = ? AND purpose = 'reset' AND state = 'sent'", email)
    )
    return next(
        mail.link for mail in reversed(post.mails) if email in mail.to and "password" in str(mail.message["subject"])
    )


# ---- guessed at


def test_unknown_email_and_wrong_password_look_alike(server: Server) -> None:
    known = join(server).email
    pages = []
    for email in (known, "nobody@example.com"):
        window = Window(server, WebBrowser())
        fields = {"email": email, "password": "not it at all"}
        pages.append(window.browser.post(window.page.url + "password/", fields))
    texts = {page.text.replace(known, "").replace("nobody@example.com", "").split("<main")[1][:400] for page in pages}
    assert [page.status for page in pages] == [401, 401]
    assert len({text.split('action="')[0] for text in texts}) == 1


def test_unknown_email_takes_as_much_work(server: Server) -> None:
    """As much work, that is: how long it takes is a matter of who else is at work on the machine."""
    known = join(server).email
    took = {known: 0.0, "nobody-at-all@example.com": 0.0}
    for _ in range(4):
        for email in took:
            begun = time.process_time()
            data = {"site": "demo", "email": email, "password": "not it at all"}
            assert server.call("POST", "/api/user/login/", data).status == 401
            took[email] += time.process_time() - begun
    one, other = took.values()
    assert 0.4 < one / other < 2.5, took  # without a hash to compare with it would be a tenth


def test_password_guessing_is_slowed_from_any_address(server: Server) -> None:
    member = join(server)
    statuses = []
    for _ in range(7):
        window = Window(server, WebBrowser())
        fields = {"email": member.email, "password": "not it at all"}
        statuses.append(window.browser.post(window.page.url + "password/", fields))
    assert [page.status for page in statuses] == [401] * 5 + [429] * 2
    assert int(statuses[-1].headers["retry-after"]) >= 1
    window = Window(server, WebBrowser())
    right = window.browser.post(window.page.url + "password/", {"email": member.email, "password": PASSWORD})
    assert right.status == 429  # the right one has to wait as well: nothing is learnt from the answer


def test_probing_emails_by_registering_is_slowed(server: Server) -> None:
    """An address that is taken is told, since the account is there at once; nobody finds out many of them so."""
    known, stranger = join(server).email, WebBrowser()

    def asked(email: str, where: str) -> tuple[int, str]:
        data = {"site": "demo", "email": email, "password": PASSWORD, "name": "Mina"}
        reply = server.call("POST", "/api/user/register/", data, X_Forwarded_For=where)
        return reply.status, reply.json.get("code", "")

    assert [asked(known, stranger.address) for _ in range(10)] == [(409, "email_taken")] * 10
    late = {asked(email, stranger.address) for email in (known, "fresh-by-api@example.com")}
    assert late == {(429, "too_many_requests")}
    window = Window(server, stranger)
    for email in (known, "fresh-by-page@example.com"):
        page = stranger.post(window.page.url + "register/", {"name": "Mina", "email": email, "password": PASSWORD})
        assert (page.status, "already an account" in page.text) == (429, False)
    assert not rows(server, "SELECT * FROM visitors WHERE email LIKE 'fresh-by-%'")
    elsewhere = WebBrowser().address
    assert asked(known, elsewhere) == (409, "email_taken")
    assert asked("fresh-elsewhere@example.com", elsewhere) == (201, "")
    assert login(server, known, PASSWORD) == 200  # whose address it is notices nothing


def test_registration_mail_is_limited_per_hour(server: Server, post: MailServer) -> None:
    where = WebBrowser().address
    for number in range(32):
        data = {"site": "demo", "email": f"stranger-{number}@example.com", "password": PASSWORD, "name": ""}
        assert server.call("POST", "/api/user/register/", data, X_Forwarded_For=where).status == 201
    assert rows(server, "SELECT COUNT(*) FROM mail_links WHERE email LIKE 'stranger-%'") == [(30,)]


# ---- forgotten


def test_new_password_ends_open_sessions(server: Server, post: MailServer) -> None:
    before = register(server, "lost@example.com")
    browser = WebBrowser()
    window = Window(server, browser)
    waiting = ask(window, "lost@example.com", "reset")
    link = reset_link(server, post, "lost@example.com")
    assert browser.get(link).status == 200
    weak = browser.post(link, {"password": "12345678"})
    assert (weak.status, "too easy" in weak.text) == (400, True)
    assert "has been changed" in browser.post(link, {"password": ANOTHER}).text
    assert login(server, "lost@example.com", PASSWORD) == 401
    assert login(server, "lost@example.com", ANOTHER) == 200
    assert browser.post(link, {"password": PASSWORD}).status == 404
    server.token = before["token"]
    assert server.call("GET", f"/api/session/?site=demo&page={server.page}").status == 401
    server.token = ""
    assert window.exchange(browser.get(waiting.url)).status == 201


def test_anothers_reset_does_not_sign_in(server: Server, post: MailServer) -> None:
    register(server, "target@example.com")
    attacker, victim = WebBrowser(), WebBrowser()
    waiting = ask(Window(server, attacker), "target@example.com", "reset")
    link = reset_link(server, post, "target@example.com")
    assert "has been changed" in victim.post(link, {"password": ANOTHER}).text
    page = attacker.get(waiting.url)
    assert "Check your email" in page.text
    assert login(server, "target@example.com", ANOTHER) == 200


def test_reset_answer_hides_unknown_emails(server: Server, post: MailServer) -> None:
    register(server, "known@example.com")
    pages = []
    for email in ("known@example.com", "unknown@example.com"):
        window = Window(server, WebBrowser())
        page = ask(window, email, "reset")
        pages.append((page.status, page.text.replace(window.page.field("sign_in"), "ID")))
    assert pages[0] == pages[1]
    reset_link(server, post, "known@example.com")
    assert not rows(server, "SELECT * FROM mail_links WHERE email = 'unknown@example.com'")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reset_link_survives_a_look(server: Server, post: MailServer, method: str) -> None:
    """As mail programs and their scanners do."""
    email = f"looked-at-{method.lower()}@example.com"
    register(server, email)
    ask(Window(server, WebBrowser()), email, "reset")
    link = reset_link(server, post, email)
    for _ in range(3):
        assert WebBrowser().get(link, method=method).status == 200
    assert "has been changed" in WebBrowser().post(link, {"password": ANOTHER}).text


def test_proof_from_before_a_reset_is_void(server: Server, post: MailServer) -> None:
    """A window that somebody has left open, signed in but not yet handed over."""
    register(server, "open@example.com")
    browser, thief = WebBrowser(), WebBrowser()
    waiting = ask(window := Window(server, thief), "open@example.com")
    sent = "SELECT 1 FROM mail_links WHERE email = 'open@example.com' AND purpose = 'sign_in' AND state = 'sent'"
    wait_until(lambda: rows(server, sent))
    thief.post([mail for mail in post.mails if "open@example.com" in mail.to][-1].link, {})
    handed = thief.get(waiting.url)
    ask(Window(server, browser), "open@example.com", "reset")
    browser.post(reset_link(server, post, "open@example.com"), {"password": ANOTHER})
    assert window.exchange(handed).status == 400
    assert "Check your email" in thief.get(waiting.url).text


def test_new_password_ends_earlier_links(server: Server, post: MailServer) -> None:
    register(server, "twice@example.com")
    browser, links = WebBrowser(), []
    for _ in range(2):
        known = len(post.mails)
        ask(Window(server, browser), "twice@example.com", "reset")
        wait_until(lambda known=known: len(post.mails) > known)
        links.append(reset_link(server, post, "twice@example.com"))
    assert len(set(links)) == 2
    assert browser.post(links[1], {"password": ANOTHER}).status == 200
    assert browser.post(links[0], {"password": "nine grey lamps"}).status != 200
    assert login(server, "twice@example.com", ANOTHER) == 200


def test_sign_in_during_a_password_change_does_not_last(server: Server) -> None:
    member = join(server)
    over = threading.Event()

    def come_in(number: int) -> None:
        while not over.is_set():
            data = {"site": "demo", "email": member.email, "password": PASSWORD}
            server.call("POST", "/api/user/login/", data, X_Forwarded_For=f"198.51.100.{number}")

    with ThreadPoolExecutor(3) as pool:
        coming = [pool.submit(come_in, number) for number in range(3)]
        try:
            wait_until(lambda: len(rows(server, "SELECT 1 FROM sessions WHERE visitor_id = ?", member.id)) > 6)
            assert "has been changed" in changed(member, PASSWORD, ANOTHER).text
            change(server, "DELETE FROM login_failures")
        finally:
            over.set()
        for each in coming:
            each.result()
    assert rows(server, "SELECT 1 FROM sessions WHERE visitor_id = ? AND revoked_at IS NULL", member.id) == []


# ---- changed


def changed(member: Member, current: str, new: str) -> Page:
    return member.do("password", current=current, new=new)


def test_changing_a_password_needs_the_old_one(server: Server) -> None:
    member = join(server)
    elsewhere = join_again(server, member)
    assert "not your current password" in changed(member, "not it at all", ANOTHER).text
    assert "too easy to guess" in changed(member, PASSWORD, "12345678").text
    assert member.who() is not None and login(server, member.email, PASSWORD) == 200
    assert "has been changed" in changed(member, PASSWORD, ANOTHER).text
    assert (login(server, member.email, PASSWORD), login(server, member.email, ANOTHER)) == (401, 200)
    assert member.who() is None
    assert "Sign in to see" in elsewhere.get(f"{server.url}/account/?site=demo").text
    assert "Sign-in methods" in member.page.text  # it stays open where it was changed


def join_again(server: Server, member: Member) -> WebBrowser:
    """Another browser with the account page open."""
    browser = WebBrowser()
    ways = browser.get(browser.get(f"{server.url}/account/?site=demo").link("/sign-in/?"))
    browser.post(ways.link("/password/"), {"email": member.email, "password": PASSWORD})
    assert "Sign-in methods" in browser.get(f"{server.url}/account/?site=demo").text
    return browser


def test_account_page_limits_password_guesses(server: Server) -> None:
    member = join(server)
    said = [changed(member, f"guess number {number}", ANOTHER).text for number in range(7)]
    assert ["Too many attempts" in text for text in said] == [False] * 5 + [True] * 2


def test_mail_sign_in_sets_a_first_password(server: Server, post: MailServer) -> None:
    browser, account = WebBrowser(), f"{server.url}/account/?site=demo"
    ways = browser.get(browser.get(account).link("/sign-in/?"))
    url = f"{server.url}/sign-in/mail/start"
    waiting = browser.post(url, {"sign_in": ways.field("sign_in"), "email": "first@example.com"})
    browser.post(post.next_to("first@example.com").link, {})
    page = browser.get(waiting.url)
    hidden = {name: page.field(name) for name in ("site", "lang", "token")}
    change(server, "UPDATE account_sessions SET created_at = created_at - 700000")
    fields = {**hidden, "new": ANOTHER}
    assert "confirm that it is you" in browser.post(f"{server.url}/account/password/", fields).text
    change(server, "UPDATE account_sessions SET created_at = created_at + 700000")
    assert "has been changed" in browser.post(f"{server.url}/account/password/", fields).text
    assert login(server, "first@example.com", ANOTHER) == 200
    # The address in the history of the browser opens nothing any more.
    fields = {name: hidden[name] for name in ("site", "lang", "token")}
    browser.post(f"{server.url}/account/sign-out/", fields)
    assert "Sign in to see" in browser.get(waiting.url).text
