"""Links by mail, over a real mail server: to sign in, to confirm an address, to choose a new password."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answerback.mail.connections import read_smtp_url
from answerback.mail.messages import link_message
from answerback.mail.transport import (
    MailRefused,
    Message,
    RecordingMailer,
    SmtpMailer,
    compose,
)

from tests.fakes.smtp_server import MailServer
from tests.fakes.web_browser import Page, WebBrowser
from tests.http.signing import BEHIND_A_PROXY, Window, change, count, rows
from tests.processes import ServerProcess
from tests.services import Server, Site, wait_until

PASSWORD = "seven green lamps"


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, post: MailServer) -> Iterator[Server]:
    settings = BEHIND_A_PROXY | post.settings()
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("mail"), site, **settings) as server:
        yield server


@pytest.fixture
def server(running: Server, post: MailServer) -> Server:
    post.answer, post.recipient = "250 taken", "250 yes"
    change(running, "DELETE FROM mail_counts")
    return running


def ask(window: Window, email: str, what: str = "start") -> Page:
    """Type an address into the sign-in window; what it shows then."""
    sign_in = window.page.field("sign_in")
    url = f"{window.server.url}/sign-in/mail/{what}"
    return window.browser.post(url, {"sign_in": sign_in, "email": email})


def register(server: Server, email: str, password: str = PASSWORD) -> dict[str, Any]:
    data = {"site": "demo", "email": email, "password": password, "name": "Mina"}
    reply = server.call("POST", "/api/user/register/", data)
    assert reply.status == 201, reply.body
    user: dict[str, Any] = reply.json
    return user


def login(server: Server, email: str, password: str) -> int:
    return server.call("POST", "/api/user/login/", {"site": "demo", "email": email, "password": password}).status


# ---- signing in by a link


def test_mailed_link_signs_in_and_survives_a_look(server: Server, post: MailServer) -> None:
    browser = WebBrowser()
    window = Window(server, browser)
    waiting = ask(window, "Mina@Example.com ")
    assert "Check your email" in waiting.text
    mail = post.next_to("mina@example.com")
    for looker in (WebBrowser(), browser, browser):
        assert looker.get(mail.link).status == 200
    assert "Check your email" in browser.get(waiting.url).text
    done = browser.post(mail.link, {})
    assert "You are signed in" in done.text
    reply = window.exchange(browser.get(waiting.url))  # the window that waits goes on by itself
    assert reply.status == 201
    assert reply.json["visitor"]["kind"] == "user"
    assert rows(server, "SELECT email_verified_at IS NOT NULL FROM visitors WHERE email = 'mina@example.com'") == [(1,)]
    again = browser.post(mail.link, {})
    assert (again.status, "has been used" in again.text) == (404, True)


def test_same_address_is_the_same_visitor(server: Server, post: MailServer) -> None:
    found = []
    for number in (1, 2):
        browser = WebBrowser()
        window = Window(server, browser)
        ask(window, "again@example.com")
        done = browser.post(post.next_to("again@example.com", number).link, {})
        found.append(window.exchange(browser.get(done.link("/sign-in/mail/wait"))).json["visitor"]["id"])
    assert found[0] == found[1]


def test_a_link_does_nothing_in_another_browser(server: Server, post: MailServer) -> None:
    """Somebody may begin with another person's address, and hope that the link is followed."""
    attacker, victim = WebBrowser(), WebBrowser()
    window = Window(server, attacker)
    waiting = ask(window, "victim@example.com")
    link = post.next_to("victim@example.com").link
    assert "in the browser where you started" in victim.get(link).text
    assert victim.post(link, {}).status == 403
    assert "answerback-code" not in attacker.get(waiting.url).url
    assert not rows(server, "SELECT * FROM visitors WHERE email = 'victim@example.com'")
    assert not rows(server, "SELECT * FROM mail_links WHERE email = 'victim@example.com' AND used_at IS NOT NULL")


def test_the_code_signs_in_where_the_sign_in_began(server: Server, post: MailServer) -> None:
    window = Window(server, WebBrowser())
    waiting = ask(window, "code@example.com")
    code = post.next_to("code@example.com").code
    page = window.browser.post(waiting.link("/sign-in/mail/code"), {"sign_in": waiting.field("sign_in"), "code": code})
    assert window.exchange(page).status == 201


def test_a_code_can_be_guessed_five_times(server: Server, post: MailServer) -> None:
    window = Window(server, WebBrowser())
    waiting = ask(window, "guess@example.com")
    code = post.next_to("guess@example.com").code
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    url, fields = waiting.link("/sign-in/mail/code"), {"sign_in": waiting.field("sign_in")}
    for _ in range(5):
        page = window.browser.post(url, {**fields, "code": wrong})
        assert (page.status, "not the code" in page.text) == (403, True)
    page = window.browser.post(url, {**fields, "code": code})
    assert page.status == 403
    assert WebBrowser().post(url, {**fields, "code": code}).status in (401, 403, 404)


def test_expired_link_signs_nobody_in(server: Server, post: MailServer) -> None:
    browser = WebBrowser()
    ask(Window(server, browser), "old@example.com")
    link = post.next_to("old@example.com").link
    change(server, "UPDATE mail_links SET expires_at = 1 WHERE email = 'old@example.com'")
    assert browser.get(link).status == browser.post(link, {}).status == 404


def test_forged_form_does_not_use_the_link(server: Server, post: MailServer) -> None:
    browser = WebBrowser()
    ask(Window(server, browser), "cross@example.com")
    link = post.next_to("cross@example.com").link
    assert browser.post(link, {}, Origin="https://evil.example").status == 403
    assert not rows(server, "SELECT * FROM mail_links WHERE email = 'cross@example.com' AND used_at IS NOT NULL")


def test_neither_secret_nor_code_is_in_the_database(server: Server, post: MailServer) -> None:
    ask(Window(server, WebBrowser()), "secret@example.com")
    mail = post.next_to("secret@example.com")
    secret = mail.link.rstrip("/").rpartition("/")[2]
    kept = str(rows(server, "SELECT * FROM mail_links"))
    assert secret not in kept
    assert f"'{mail.code}'" not in kept


def test_unconfirmed_account_goes_to_the_mail_reader(server: Server, post: MailServer) -> None:
    """Else somebody could register with another person's address, and wait inside for that person."""
    squatter = register(server, "squatted@example.com")
    browser = WebBrowser()
    window = Window(server, browser)
    ask(window, "squatted@example.com")
    sent = "SELECT 1 FROM mail_links WHERE email = 'squatted@example.com' AND purpose = 'sign_in' AND state = 'sent'"
    wait_until(lambda: rows(server, sent))
    link = [mail for mail in post.mails if "squatted@example.com" in mail.to][-1].link
    done = browser.post(link, {})
    visitor = window.exchange(browser.get(done.link("/sign-in/mail/wait"))).json["visitor"]
    assert visitor["id"] == squatter["user"]["id"]
    assert login(server, "squatted@example.com", PASSWORD) == 401
    server.token = squatter["token"]
    assert server.call("GET", f"/api/session/?site=demo&page={server.page}").status == 401
    server.token = ""


# ---- confirming an address


def test_an_address_is_confirmed_by_the_button_only(server: Server, post: MailServer) -> None:
    register(server, "new@example.com")
    mail = post.next_to("new@example.com")
    confirmed = "SELECT email_verified_at IS NOT NULL FROM visitors WHERE email = 'new@example.com'"
    assert "only if you registered" in WebBrowser().get(mail.link).text
    assert rows(server, confirmed) == [(0,)]
    assert "is confirmed" in WebBrowser().post(mail.link, {}).text
    assert rows(server, confirmed) == [(1,)]
    assert WebBrowser().post(mail.link, {}).status == 404


# ---- limits


def test_mail_to_one_address_is_limited_silently(server: Server, post: MailServer) -> None:
    pages = []
    for _ in range(5):
        window = Window(server, WebBrowser())
        page = ask(window, "often@example.com")
        pages.append((page.status, page.text.replace(window.page.field("sign_in"), "ID")))
    assert len(set(pages)) == 1
    for spelling in ("often@ｅxample.com", "often@exａmple.com", "OFTEN@EXAMPLE。COM"):
        ask(Window(server, WebBrowser()), spelling)
    assert rows(server, "SELECT email FROM mail_links WHERE email LIKE 'often@%'") == [("often@example.com",)] * 3
    ask(Window(server, WebBrowser()), "often+more@example.com")
    assert rows(server, "SELECT email FROM mail_links WHERE email LIKE 'often+%'") == []


def test_mail_requests_per_client_are_limited(server: Server, post: MailServer) -> None:
    window = Window(server, WebBrowser())
    statuses = [ask(window, f"many-{number}@example.com").status for number in range(32)]
    assert statuses == [200] * 30 + [429] * 2


# ---- what goes out


@pytest.mark.parametrize(
    "email",
    [
        "a@b.example\r\nBcc: x@evil.example",
        "a@b.example\nX: y",
        "a b@c.example",
        "<a@b.example>",
        "a@b.example,c@d.example",
        "@b.example",
    ],
)
def test_mail_headers_cannot_be_injected(server: Server, post: MailServer, email: str) -> None:
    before = count(server, "mail_links")
    assert ask(Window(server, WebBrowser()), email).status == 400
    assert count(server, "mail_links") == before
    for place in ({"to": email}, {"subject": "Hello\r\nBcc: x@evil.example"}):
        message = Message(**{"to": "a@b.example", "subject": "s", "text": "t", "html": "h", "lang": "en", **place})
        with pytest.raises(ValueError):
            compose(message, "post@bakery.example", 1_790_000_000_000)


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("purpose", ["sign_in", "verify", "reset"])
def test_messages_are_in_the_visitors_language(purpose: str, lang: str) -> None:
    message = link_message(
        purpose, "a@b.example", site="Bakery <b>\r\nBcc: x@evil.example", lang=f"{lang}-XX",
        link="https://c.example/sign-in/mail/x/", code="123456" if purpose == "sign_in" else "", seconds=1800,
    )  # fmt: skip
    mail = compose(message, "Bakery <post@bakery.example>", 1_790_000_000_000)
    assert mail["bcc"] is None
    assert "Bakery <b>" in str(mail["subject"]) and ("{" not in message.text)
    assert "<b>" not in message.html and "&lt;b&gt;" in message.html
    assert ("코드" in message.text or "링크" in message.text) == (lang == "ko")
    assert mail["auto-submitted"] == "auto-generated"


def test_a_korean_visitor_gets_korean_mail(server: Server, post: MailServer) -> None:
    waiting = ask(Window(server, WebBrowser("ko"), lang="ko"), "mina.kim@example.com")
    assert "메일을 확인해 주세요" in waiting.text
    mail = post.next_to("mina.kim@example.com")
    assert str(mail.message["subject"]) == "demo 로그인"
    assert mail.link in mail.part("html")
    assert "로그인" in WebBrowser().get(mail.link).text


def test_unsent_mail_is_sent_after_a_crash(tmp_path: Any) -> None:
    with (
        MailServer.start() as post,
        Site.start() as site,
        ServerProcess.start(tmp_path, site, **post.settings()) as server,
    ):
        post.answer = ""
        ask(Window(server, WebBrowser()), "later@example.com")
        wait_until(lambda: post.hanging)
        server.kill()
        post.answer = "421 too late"
        wait_until(lambda: not post.hanging)
        post.answer = "250 taken"
        change(server, "UPDATE jobs SET due_at = 0 WHERE worker IS NOT NULL")  # the lease is over
        server.run()
        assert post.next_to("later@example.com").code


def test_neither_addresses_nor_links_are_in_the_log(tmp_path: Path) -> None:
    with (
        MailServer.start() as post,
        Site.start() as site,
        ServerProcess.start(tmp_path, site, **post.settings()) as server,
    ):
        server.stop()
        server.log = tmp_path / "server.log"
        server.run()
        ask(Window(server, WebBrowser()), "canary@example.com")
        link = post.next_to("canary@example.com").link
        WebBrowser().get(link)
        post.answer = "451 canary is told to wait"
        ask(Window(server, WebBrowser()), "canary@example.com")
        wait_until(lambda: rows(server, "SELECT 1 FROM jobs WHERE kind = 'mail_link' AND error <> ''"))
        server.stop()
        said = server.log.read_text("utf-8")
    assert "refused the message: code 451" in said
    assert "canary" not in said
    assert link.rstrip("/").rpartition("/")[2] not in said


def failed(email: str) -> str:
    """How often it was tried to send to an address, for those that were given up."""
    return f"""SELECT j.tries FROM jobs j JOIN mail_links m ON j.data LIKE '%' || m.id || '%'
        WHERE m.email = '{email}' AND j.due_at IS NULL"""


def test_a_recipient_that_does_not_exist_is_not_tried_again(server: Server, post: MailServer) -> None:
    post.recipient = "550 no such person"
    ask(Window(server, WebBrowser()), "nobody@example.com")
    wait_until(lambda: rows(server, failed("nobody@example.com")) == [(1,)])


def test_unwritable_mail_is_given_up(server: Server, post: MailServer) -> None:
    """A row of an address that is none stops nobody's mail."""
    ask(Window(server, WebBrowser()), "written@example.com")
    wait_until(lambda: rows(server, "SELECT 1 FROM mail_links WHERE email LIKE 'written@%' AND state = 'sent'"))
    change(server, "UPDATE mail_links SET email = 'a@x..com', state = 'queued' WHERE email LIKE 'written@%'")
    put = """INSERT INTO jobs (id, kind, site, data, created_at, due_at)
        SELECT 'bent', 'mail_link', site, '{"id":"' || id || '"}', 1, 1 FROM mail_links WHERE email = 'a@x..com'"""
    change(server, put)
    ask(Window(server, WebBrowser()), "after@example.com")
    assert post.next_to("after@example.com")
    wait_until(lambda: rows(server, failed("a@x..com")) == [(1,)])


def test_the_check_greets_the_mail_server(server: Server, post: MailServer) -> None:
    before = len(post.mails)
    kept = server.environment
    found = {}
    for name, bent in {
        "good": {},
        "no sender": {"ANSWERBACK_MAIL_FROM": ""},
        "bad sender": {"ANSWERBACK_MAIL_FROM": "nobody"},
        "nobody there": {"ANSWERBACK_SMTP_URL": "smtp://127.0.0.1:1"},
        "none": {"ANSWERBACK_SMTP_URL": ""},
    }.items():
        server.environment = kept | bent
        lines = json.loads(server.command("check", "--json", check=False).stdout)
        found[name] = next(line["state"] for line in lines if line["part"] == "mail")
    server.environment = kept
    assert found == {"good": "ok", "no sender": "error", "bad sender": "error", "nobody there": "error", "none": "ok"}
    assert len(post.mails) == before


def test_no_mail_sign_in_without_a_mail_server(tmp_path: Any) -> None:
    with Site.start() as site, Server.start(tmp_path, site) as server:
        assert WebBrowser().post(f"{server.url}/sign-in/mail/start", {"email": "a@b.example"}).status in (404, 405)


@pytest.mark.anyio
async def test_smtp_url_is_parsed() -> None:
    server = read_smtp_url("smtps://user%40a:p%3Ass@mail.example")
    assert (server.host, server.port, server.username, server.password) == ("mail.example", 465, "user@a", "p:ss")
    assert (server.tls, server.start_tls) == (True, False)
    assert read_smtp_url("smtp://u:p@mail.example").start_tls is True  # no password in the open
    assert read_smtp_url("smtp://localhost:25").start_tls is None
    message = Message("a@b.example", "s", "t", "<p>h</p>", "en")
    recording = RecordingMailer()
    await recording.send(message, 1_790_000_000_000)
    assert recording.sent == [message]
    with pytest.raises(MailRefused) as refused:
        await SmtpMailer("smtp://127.0.0.1:1", "post@bakery.example").send(message, 1_790_000_000_000)
    assert not refused.value.for_good
