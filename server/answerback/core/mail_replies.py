"""Parses replies by mail: the recipient, the sender, and what was written, without the quoted mail."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser
from itertools import islice
from typing import Any

from .emails import normal_email

TOKEN = "[a-z2-7]{26}"
RAW_LIMIT, HEADER_LIMIT, WORDS_LIMIT, PARTS_LIMIT = 2_000_000, 2_000, 100_000, 100
_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To")
_RULE = re.compile(r"\s*(?:_{8,}|-{3,}[^-\n]{1,80}-{3,})\s*")
"""What Outlook and others put above what they quote."""
_DEVICE = re.compile(
    r"[^.!?\n]{0,40}(?<![A-Za-z])(?:iPhone|iPad|Galaxy|Android|Outlook|Samsung|BlackBerry)(?![A-Za-z])[^.!?\n]{0,40}"
)
"""The line that a phone adds, in whatever language."""
_DISOWNED = re.compile(r"\bdmarc\s*=\s*fail\b", re.IGNORECASE)


class _Policy(EmailPolicy):
    """Parses no long headers: Python takes quadratic time for some."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        if len(value) > HEADER_LIMIT:
            raise ValueError(f"{name} is too long")
        return super().header_fetch_parse(name, value)


_POLICY = _Policy()


@dataclass(frozen=True, slots=True)
class MailReply:
    """A mail to a reply address: the address's token, the sender, the Message-ID (`name`), and the words."""

    token: str
    sender: str
    name: str
    words: str


def read_reply(raw: bytes, address: str, sender: str) -> MailReply | None:
    """The reply in a mail; None for one that is no reply to us, that no person has written, or whose sender is forged.
    `address` takes replies, `sender` is the one that our mails come from."""
    try:
        message = email.message_from_bytes(raw[:RAW_LIMIT], policy=_POLICY)
        assert isinstance(message, EmailMessage)
        return _read(message, address, [normal_email(each) for each in (address, parseaddr(sender)[1]) if each])
    except (AssertionError, AttributeError, LookupError, MessageError, RecursionError, TypeError, ValueError):
        return None  # Python's parsers raise any of these for hostile bytes


def _read(message: EmailMessage, address: str, own: list[str]) -> MailReply | None:
    token = _token(message, address)
    if token is None or _automatic(message) or _forged(message):
        return None
    words = unquoted(_text(message)[:WORDS_LIMIT].replace("\x00", ""), own)
    return MailReply(token, _address(message, "From"), _header(message, "Message-ID").strip(), words)


def _forged(message: EmailMessage) -> bool:
    """Whether there are two senders, or the server that took the mail says that the sender's domain disowns it
    (RFC 8601). Nobody gains by adding such a header: it only ever refuses."""
    results = [str(each) for each in message.get_all("Authentication-Results", [])]
    return len(message.get_all("From", [])) > 1 or any(_DISOWNED.search(each) for each in results)


def reply_address(address: str, token: str) -> str:
    """The address of one thing that is answered: `replies+TOKEN@…`."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def unquoted(text: str, own: list[str]) -> str:
    """The text written above, between or below the quoted mail; `own` are our addresses, which appear where the
    quotation begins."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    local = [each.partition("@") for each in own]
    cut = len(lines)
    for number, line in enumerate(lines):
        bare = line.lower()
        ours = any(f"@{domain}" in bare and name in bare for name, _, domain in local)
        if (ours or _RULE.fullmatch(line)) and not line.lstrip().startswith(">"):
            cut = number
            while ours and cut and lines[cut - 1].strip() and number - cut < 2:  # it may be wrapped
                cut -= 1
            if any(each.strip() for each in lines[:cut]):
                break
            lines[: number + 1] = [""] * (number + 1)  # the reply stands below
            cut = len(lines)
    return _without_signature(list(_without_quotes(lines[:cut])))


def _without_quotes(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if line.lstrip().startswith(">"):
            continue
        following = next((each for each in lines[number + 1 : number + 4] if each.strip()), "")
        if line.rstrip().endswith(":") and following.lstrip().startswith(">"):  # who is quoted
            continue
        yield line


def _without_signature(lines: list[str]) -> str:
    for number, line in enumerate(lines):
        if line in ("-- ", "--"):
            lines = lines[:number]
            break
    paragraphs = re.split(r"\n\s*\n", "\n".join(each.rstrip() for each in lines).strip())
    if len(paragraphs) > 1 and _DEVICE.fullmatch(paragraphs[-1].strip()):
        paragraphs.pop()
    return "\n\n".join(paragraphs)


def _token(message: EmailMessage, address: str) -> str | None:
    local, _, domain = normal_email(address).rpartition("@")
    wanted = re.compile(rf"{re.escape(local)}\+({TOKEN})@{re.escape(domain)}")
    for name in _TO:
        for _, found in getaddresses([str(each) for each in message.get_all(name, [])]):
            match = wanted.fullmatch(normal_email(found))
            if match is not None:
                return match[1]
    return None


def _automatic(message: EmailMessage) -> bool:
    """Whether a program has written it (RFC 3834): an absence, a bounce, a list."""
    return (
        _header(message, "Auto-Submitted").strip().lower() not in ("", "no")
        or _header(message, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply")
        or _header(message, "Return-Path").strip() == "<>"
        or "X-Autoreply" in message
        or message.get_content_type() == "multipart/report"
    )


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _address(message: EmailMessage, name: str) -> str:
    found = getaddresses([_header(message, name)])
    return normal_email(found[0][1]) if len(found) == 1 else ""


def _text(message: EmailMessage) -> str:
    """The words of the first part that is text, else of the first that is HTML."""
    parts = [part for part in islice(message.walk(), PARTS_LIMIT) if isinstance(part, EmailMessage)]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() != kind or part.get_content_disposition() == "attachment":
                continue
            try:
                content = str(part.get_content())
            except (LookupError, ValueError):
                continue
            return content if kind == "text/plain" else _plain(content[: 4 * WORDS_LIMIT])
    return ""


class _Plain(HTMLParser):
    """The text of HTML; what is quoted is marked as in plain text."""

    BREAKS = frozenset({"p", "div", "br", "li", "tr", "blockquote", "h1", "h2", "h3"})

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._quotes = 0
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quotes += tag == "blockquote"
        self._hidden += tag in ("style", "script", "head", "title")
        if tag in self.BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.BREAKS and tag != "br":
            self.pieces.append("\n")
        self._quotes = max(0, self._quotes - (tag == "blockquote"))
        self._hidden = max(0, self._hidden - (tag in ("style", "script", "head", "title")))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            words = re.sub(r"\s+", " ", data)
            self.pieces.append(f"\n> {words.strip()}\n" if self._quotes and words.strip() else words)


def _plain(html: str) -> str:
    parser = _Plain()
    parser.feed(html)
    parser.close()
    lines = [line.strip() for line in "".join(parser.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
