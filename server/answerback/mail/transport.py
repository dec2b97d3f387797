"""Mailers: over SMTP, or into a list for tests."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ..core.hosts import ascii_host
from .bounces import no_mailbox
from .connections import Connections, Token, read_smtp_url
from .pace import Pace

if TYPE_CHECKING:
    from email.message import EmailMessage

    from aiosmtplib import SMTP, SMTPResponse

_ADDRESS = re.compile(r"[^\s@<>\"',;:\\()\[\]\x00-\x20\x7f]{1,64}@[A-Za-z0-9.-]{1,250}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address, as text and HTML."""

    to: str
    subject: str
    text: str
    html: str
    lang: str
    name: str = ""
    """The `Message-ID`, the same for each retry; empty: a new one each time."""
    stop_url: str = ""
    """The URL at which a POST unsubscribes (RFC 8058); empty for mails that are requested one by one."""
    reply_to: str = ""
    thread: str = ""
    """The thread by which mail programs group messages."""
    list_id: str = ""
    """The list it belongs to (RFC 2919), a name below the sender's domain."""


class MailRefused(Exception):
    """A message was refused. `for_good`: a retry is useless; `bounced`: so is any other message to that address."""

    def __init__(self, reason: str, *, for_good: bool, bounced: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good
        self.bounced = bounced


class MailPaced(Exception):
    """A message has to wait this many seconds, because the rate limit is reached."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Mailer(Protocol):
    """Sends messages."""

    async def send(self, message: Message, now: int) -> None:
        """Submits a message to a mail server; `now` (ms) is its date. Raises MailRefused."""
        ...


class RecordingMailer:
    """Records messages, for tests that need no network."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message, now: int) -> None:
        """Composes the message as the real mailer does, and records it."""
        compose(message, "Answerback <answerback@example.com>", now)
        self.sent.append(message)


class SmtpMailer:
    """Sends over SMTP; encrypted if the server supports it, and always if a password goes to another machine."""

    def __init__(self, url: str, sender: str, token: Token | None = None) -> None:
        self.server = read_smtp_url(url)
        self._sender = sender
        self._connections = Connections(self.server, token)
        self._pace = Pace()

    async def send(self, message: Message, now: int) -> None:
        """Sends one message. Raises MailRefused, or MailPaced if it has to wait."""
        try:
            mail = compose(message, self._sender, now)
        except (ValueError, MessageError) as error:
            raise MailRefused(type(error).__name__, for_good=True) from None
        wait = self._pace.wait(message.to, now, asked_for=not message.stop_url)
        if wait:
            raise MailPaced(wait / 1000)
        async with self._connected() as client:
            await client.send_message(mail)

    async def try_out(self, message: Message, now: int) -> list[str]:
        """Sends one message on its own connection and returns the server's reply to each step. Raises MailRefused."""
        mail = compose(message, self._sender, now)
        with _refusals():
            client = await self._connections.open()
            try:
                tls = client.get_transport_info("ssl_object")
                cipher = f"{tls.version()}, {tls.cipher()[0]}" if tls else "not encrypted"
                sender, to = mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec
                steps = {
                    "MAIL FROM": partial(client.mail, sender), "RCPT TO": partial(client.rcpt, to),
                    "DATA": partial(client.data, bytes(mail)),
                }  # fmt: skip
                said = [f"{self.server.host}:{self.server.port}, {cipher}"]
                for name, step in steps.items():
                    said.append(await _said(name, step()))
                return said
            finally:
                client.close()

    def close(self) -> None:
        """Closes idle connections."""
        self._connections.close()

    async def greet(self) -> None:
        """Connects, encrypts and signs in without sending. Raises MailRefused."""
        with _refusals():
            (await self._connections.open()).close()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        with _refusals():
            client = await self._connections.take()
            try:
                yield client
            except BaseException:
                client.close()
                raise
            self._connections.give_back(client)


async def _said(name: str, step: Awaitable[SMTPResponse]) -> str:
    """The mail server's reply to a step. Raises MailRefused with that reply."""
    from aiosmtplib import SMTPResponseException

    try:
        code, words = await step
    except SMTPResponseException as error:
        raise MailRefused(f"{name}: {error.code} {' '.join(error.message.split())}", for_good=True) from None
    return f"{name}: {code} {' '.join(words.split())}"


@contextmanager
def _refusals() -> Iterator[None]:
    """Converts errors of the mail server and the connection to MailRefused."""
    import aiosmtplib

    try:
        yield
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise MailRefused(
            "recipient", for_good=all(one.code >= 500 for one in error.recipients),
            bounced=all(no_mailbox(one.code, one.message) for one in error.recipients),
        ) from None  # fmt: skip
    except aiosmtplib.SMTPResponseException as error:
        raise MailRefused(f"code {error.code}", for_good=500 <= error.code < 600 and error.code != 535) from None
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise MailRefused(type(error).__name__, for_good=False) from None


def compose(message: Message, sender: str, now: int) -> EmailMessage:
    """Composes the MIME message. Raises ValueError for an address or a subject that would inject a header."""
    from email import policy
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.utils import format_datetime, make_msgid, parseaddr

    name, address = parseaddr(sender)
    to = _deliverable(message.to)
    if not _ADDRESS.fullmatch(address) or not _ADDRESS.fullmatch(to):
        raise ValueError("not an email address")
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(addr_spec=to)
    if message.reply_to:
        mail["Reply-To"] = Address(addr_spec=message.reply_to)
    mail["Subject"] = message.subject  # raises ValueError for a line break
    mail["Date"] = format_datetime(datetime.fromtimestamp(now // 1000, UTC))
    domain = address.rpartition("@")[2]
    mail["Message-ID"] = f"<{message.name}@{domain}>" if message.name else make_msgid(domain=domain)
    if message.thread:
        mail["In-Reply-To"] = mail["References"] = f"<{message.thread}@{domain}>"
    if message.list_id:
        mail["List-Id"] = f"<{message.list_id}.{domain}>"
    if message.stop_url:
        mail["List-Unsubscribe"] = f"<{message.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = message.lang
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _deliverable(address: str) -> str:
    """The address with its domain in the form that mail servers use."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_host(domain)}"
