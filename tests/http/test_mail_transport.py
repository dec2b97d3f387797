"""The way to the mail server: connections that are used again, tokens, a pace, and what a trial mail says."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from answerback.mail.build import make_mailer
from answerback.mail.jobs import send
from answerback.mail.pace import Pace
from answerback.mail.transport import MailRefused, Message, SmtpMailer
from answerback.settings import load_settings

from tests.commands import run_command
from tests.fakes.smtp_server import MailServer
from tests.services import free_port

pytestmark = pytest.mark.anyio
NOW = 1_795_953_600_000
FROM = "Harbour bakery <post@bakery.example>"


class Counting(MailServer):
    """Counts who connects, and can drop the line after a mail."""

    def __init__(self) -> None:
        super().__init__()
        self.connections = 0

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any) -> Any:
        self.connections += 1
        session.host_name = hostname
        return responses


@pytest.fixture
def post() -> Iterator[Counting]:
    with Counting.start() as server:
        assert isinstance(server, Counting)
        yield server


def message(to: str = "mina@example.com", stop: str = "") -> Message:
    return Message(to, "News", "News", "<p>News</p>", "en", stop_url=stop)


async def test_connection_is_used_again_and_replaced_once_dead(post: Counting) -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{post.port}", FROM)
    for _ in range(3):
        await mailer.send(message(), NOW)
    assert (len(post.mails), post.connections) == (3, 1)
    [(client, _)] = mailer._connections._free
    await client.quit()
    await mailer.send(message(), NOW)
    assert (len(post.mails), post.connections) == (4, 2)
    post.answer = "451 later"
    with pytest.raises(MailRefused):
        await mailer.send(message(), NOW)
    post.answer = "250 taken"
    await mailer.send(message(), NOW)
    assert post.connections == 3
    mailer.close()
    assert mailer._connections._free == []


class TokenServer(MailServer):
    """Takes those who bring this token."""

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:
        good = base64.b64encode(b"user=post@bakery.example\x01auth=Bearer token-2\x01\x01").decode()
        return AuthResult(success=args[1:] == [good], handled=False)


@contextmanager
def tokens(given: list[dict[str, Any]]) -> Iterator[str]:
    """A provider of tokens, and what it was asked for."""

    class Provider(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given.append({"form": self.rfile.read(int(self.headers["Content-Length"])).decode()})
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"access_token": f"token-{len(given)}", "expires_in": 3600}).encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_server_without_passwords_is_given_a_token(tmp_path: Path) -> None:
    handler, asked = TokenServer(), list[dict[str, Any]]()
    controller = Controller(
        handler, hostname="127.0.0.1", port=free_port(), auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False),
    )  # fmt: skip
    controller.start()
    try:
        with tokens(asked) as url:
            settings = load_settings(
                {
                    "ANSWERBACK_DATA_DIR": str(tmp_path), "ANSWERBACK_MAIL_FROM": FROM,
                    "ANSWERBACK_SMTP_URL": f"smtp://post%40bakery.example@127.0.0.1:{controller.port}",
                    "ANSWERBACK_SMTP_OAUTH_URL": url, "ANSWERBACK_SMTP_OAUTH_CLIENT_ID": "app",
                    "ANSWERBACK_SMTP_OAUTH_CLIENT_SECRET": "hush", "ANSWERBACK_SMTP_OAUTH_REFRESH_TOKEN": "again",
                },
                dotenv=None,
            )  # fmt: skip
            mailer = make_mailer(settings)
            assert mailer is not None
            with pytest.raises(MailRefused):  # token-1 is not the one that it takes
                await mailer.send(message(), NOW)
            other = make_mailer(settings)
            assert other is not None
            await other.send(message(), NOW)
            await other.greet()
            other.close()
    finally:
        controller.stop()
    assert len(handler.mails) == 1
    assert len(asked) == 2 and "grant_type=refresh_token" in asked[0]["form"]


async def test_check_says_what_the_mail_server_answers(post: Counting, tmp_path: Path) -> None:
    environment = {"ANSWERBACK_DATA_DIR": str(tmp_path), **post.settings()}
    done = run_command(["check", "--mail", "mina@example.com"], environment)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout
    assert "not encrypted" in lines[0]
    assert [line.partition("mail ")[2].strip()[:13] for line in lines[1:4]] == [
        "MAIL FROM: 25",
        "RCPT TO: 250 ",
        "DATA: 250 tak",
    ]
    assert "spf=pass and dkim=pass for bakery.example" in lines[4]
    [mail] = post.mails
    assert mail.to == ["mina@example.com"] and "test email" in mail.message["Subject"]
    post.recipient = "550 5.1.1 No such user"
    refused = run_command(["check", "--mail", "mina@example.com"], environment)
    assert refused.returncode == 1 and "RCPT TO: 550 5.1.1 No such user" in refused.stdout
    assert run_command(["check", "--mail", "nobody"], environment).returncode == 1


def test_mailboxes_and_domains_have_their_pace() -> None:
    pace = Pace()
    waits = [pace.wait("mina@example.com", NOW, asked_for=False) for _ in range(31)]
    assert waits[:30] == [0] * 30 and waits[30] == 120_000
    assert pace.wait("mina@example.com", NOW, asked_for=True) == 0
    assert pace.wait("mina@example.com", NOW + 120_000, asked_for=False) == 0
    assert sum(pace.wait(f"{n}@big.example", NOW, asked_for=False) == 0 for n in range(150)) == 100
    assert pace.wait("1@small.example", NOW, asked_for=False) == 0
    later = NOW + 10_000
    assert sum(pace.wait(f"{n}@big.example", later, asked_for=True) == 0 for n in range(150)) == 100


async def test_mail_that_must_wait_costs_its_job_no_try(post: Counting) -> None:
    from answerback.jobs.model import JobPostponed

    mailer = SmtpMailer(f"smtp://127.0.0.1:{post.port}", FROM)
    for _ in range(30):
        await send(mailer, message(stop="https://x.example/stop"), NOW)
    with pytest.raises(JobPostponed) as raised:
        await send(mailer, message(stop="https://x.example/stop"), NOW)
    assert raised.value.seconds == 120
    assert len(post.mails) == 30
    mailer.close()
