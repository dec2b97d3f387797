"""A mail server of the tests' own, which keeps what it is given (aiosmtpd)."""

from __future__ import annotations

import asyncio
import email
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.services import free_port, wait_until


@dataclass
class Mail:
    """One message as it came."""

    to: list[str]
    message: EmailMessage

    def part(self, kind: str) -> str:
        """The text or the HTML."""
        part = self.message.get_body((kind,))
        assert part is not None
        content: str = part.get_content()
        return content

    @property
    def link(self) -> str:
        found = re.search(r"https?://\S+/sign-in/mail/\S+", self.part("plain"))
        assert found, self.part("plain")
        return found[0]

    @property
    def code(self) -> str:
        found = re.search(r"\b\d{6}\b", self.part("plain"))
        assert found, self.part("plain")
        return found[0]


@dataclass
class MailServer:
    """`answer` is what it says to each message from now on; nothing at all while that is empty."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    answer: str = "250 taken"
    hanging: int = 0
    """Messages that wait for an answer."""
    recipient: str = "250 yes"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.hanging += 1
        try:
            while not self.answer:  # noqa: ASYNC110  a test sets it from another thread
                await asyncio.sleep(0.02)
        finally:
            self.hanging -= 1
        if self.answer.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.mails.append(Mail(list(envelope.rcpt_tos), message))
        return self.answer

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[MailServer]:
        handler = cls()
        controller = Controller(handler, hostname="127.0.0.1", port=free_port())
        controller.start()
        handler.port = controller.port
        try:
            yield handler
        finally:
            controller.stop()

    def settings(self) -> dict[str, str]:
        """What our server is told of it."""
        return {
            "ANSWERBACK_SMTP_URL": f"smtp://127.0.0.1:{self.port}",
            "ANSWERBACK_MAIL_FROM": "Harbour bakery <post@bakery.example>",
        }

    def next_to(self, address: str, number: int = 1, about: str = "") -> Mail:
        """The message of that number to an address, of those with these words in their subject, once it is there."""

        def look() -> Mail | None:
            found = [mail for mail in self.mails if address in mail.to and about in mail.message["subject"]]
            return found[number - 1] if len(found) >= number else None

        mail = wait_until(look)
        assert isinstance(mail, Mail)
        return mail
