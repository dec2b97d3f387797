"""Connections to the mail server, kept open briefly so that the next mail needs no new handshake."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from aiosmtplib import SMTP

SECONDS = 15.0
IDLE_SECONDS = 10.0
"""Mail servers close connections that are idle for longer, and so do we."""
YOUNG_SECONDS = 1.0
"""A connection used this recently is not checked."""
KEPT = 16
Token = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server, parsed from its URL; `start_tls` None means: if the server supports it."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    start_tls: bool | None


def read_smtp_url(url: str) -> SmtpServer:
    """Parses `smtp://user:password@host:587` or `smtps://…:465`. Raises ValueError."""
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


class Connections:
    """Opens connections and keeps a few idle ones. Never waits: if none is idle, it opens a new one. `token` returns an
    access token, used to sign in with XOAUTH2 in place of a password."""

    def __init__(self, server: SmtpServer, token: Token | None = None) -> None:
        self._server = server
        self._token = token
        self._free: list[tuple[SMTP, asyncio.TimerHandle]] = []

    async def take(self) -> SMTP:
        """Returns an authenticated connection. Raises what aiosmtplib raises."""
        from aiosmtplib import SMTPException

        while self._free:
            client, end = self._free.pop()
            end.cancel()
            young = end.when() - asyncio.get_running_loop().time() > IDLE_SECONDS - YOUNG_SECONDS
            with suppress(SMTPException, OSError):
                if not (young and client.is_connected):
                    await client.rset()  # it may be dead by now
                return client
            client.close()
        return await self.open()

    async def open(self) -> SMTP:
        """Opens a new authenticated connection."""
        from aiosmtplib import SMTP

        server = self._server
        client = SMTP(
            hostname=server.host, port=server.port, username=server.username,
            password=None if self._token else server.password, oauth_token_generator=self._token, use_tls=server.tls,
            start_tls=server.start_tls, timeout=SECONDS,
        )  # fmt: skip
        await client.connect()
        return client

    def give_back(self, client: SMTP) -> None:
        """Returns a connection for the next mail; it is kept open briefly."""
        if len(self._free) >= KEPT or not client.is_connected:
            client.close()
            return
        end = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end, client)
        self._free.append((client, end))

    def _end(self, client: SMTP) -> None:
        self._free = [each for each in self._free if each[0] is not client]
        client.close()

    def close(self) -> None:
        """Closes idle connections."""
        for client, end in self._free:
            end.cancel()
            client.close()
        self._free = []
