"""Mailers: over SMTP, or into a list for tests."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from ..core.hosts import ascii_host

if TYPE_CHECKING:
    from email.message import EmailMessage

    from aiosmtplib import SMTP

SECONDS = 15.0
_ADDRESS = re.compile(r"[^\s@<>\"',;:\\()\[\]\x00-\x20\x7f]{1,64}@[A-Za-z0-9.-]{1,250}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address, as text and as HTML."""

    to: str
    subject: str
    text: str
    html: str
    lang: str
    name: str = ""
    """Under which it goes out (`Message-ID`), however often it is sent; empty: a new one each time."""
    stop_url: str = ""
    """Where a POST ends messages of this kind (RFC 8058); empty for those that are asked for one by one."""
    reply_to: str = ""


class MailRefused(Exception):
    """A message was not taken; `for_good` says whether sending it again is of no use."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Mailer(Protocol):
    """Sends messages."""

    async def send(self, message: Message, now: int) -> None:
        """Hand the message to a mail server; `now` (ms) is its date. Raises MailRefused."""
        ...


class RecordingMailer:
    """Keeps the messages, for tests that need no network."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message, now: int) -> None:
        """Compose the message as the real one does, and keep it."""
        compose(message, "Answerback <answerback@example.com>", now)
        self.sent.append(message)


class SmtpMailer:
    """Sends over SMTP; encrypted wherever the server can, and always when a password is sent to another machine."""

    def __init__(self, url: str, sender: str) -> None:
        self.server = read_smtp_url(url)
        self._sender = sender

    async def send(self, message: Message, now: int) -> None:
        """Send one message on a connection of its own. Raises MailRefused."""
        try:
            mail = compose(message, self._sender, now)
        except (ValueError, MessageError) as error:
            raise MailRefused(type(error).__name__, for_good=True) from None
        async with self._connected() as client:
            await client.send_message(mail)

    async def greet(self) -> None:
        """Connect, encrypt and sign in, and send nothing. Raises MailRefused."""
        async with self._connected():
            pass

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        import aiosmtplib

        server = self.server
        client = aiosmtplib.SMTP(
            hostname=server.host, port=server.port, username=server.username, password=server.password,
            use_tls=server.tls, start_tls=server.start_tls, timeout=SECONDS,
        )  # fmt: skip
        try:
            async with client:
                yield client
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise MailRefused("recipient", for_good=all(one.code >= 500 for one in error.recipients)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise MailRefused(f"code {error.code}", for_good=500 <= error.code < 600 and error.code != 535) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailRefused(type(error).__name__, for_good=False) from None


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server, read from its address; `start_tls` None means: if it can."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    start_tls: bool | None


def read_smtp_url(url: str) -> SmtpServer:
    """The server of `smtp://user:password@host:587` or `smtps://…:465`. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must be smtp:// or smtps:// with a host")
    tls = parts.scheme == "smtps"
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    username = unquote(parts.username) if parts.username else None
    return SmtpServer(
        parts.hostname,
        parts.port or (465 if tls else 587),
        username,
        unquote(parts.password or "") if username else None,
        tls,
        False if tls else True if username and not local else None,
    )


def compose(message: Message, sender: str, now: int) -> EmailMessage:
    """The message as it goes out. Raises ValueError for an address or a subject that would add a header."""
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
    """The address with its domain as mail servers know it."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_host(domain)}"
