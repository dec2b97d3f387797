"""Transports that notify other processes at once: PostgreSQL's NOTIFY, or Redis.

Nothing depends on them alone. Events are in the database, and a process without notifications polls it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from .events_store import BELL, NOTIFY, PLACE

Hear = Callable[[bytes], None]
"""Gets each message, including the process's own."""
SILENCE_SECONDS = 6.0
"""The timeout for a silent connection; heartbeats are due every `BEAT_SECONDS`."""
BEAT_SECONDS = 2.0
LONGEST_NOTICE = 7_900
"""The most bytes of a notification; PostgreSQL allows 8,000."""


class Link(Protocol):
    """A carrier's connection."""

    async def send(self, messages: Sequence[bytes]) -> None:
        """Sends messages to all processes. Raises the connection's error."""
        ...

    async def last(self) -> None:
        """Runs as long as the connection; raises the error that ends it."""
        ...


class Carrier(Protocol):
    """A transport to the other processes."""

    name: str

    def connect(self, hear: Hear) -> AbstractAsyncContextManager[Link]:
        """Connects. Raises the connection's error."""
        ...


class PostgresLink:
    """A listening connection to PostgreSQL."""

    def __init__(self, connection: Any, ended: asyncio.Event) -> None:
        self._connection = connection
        self._ended = ended

    async def place(self) -> None:
        """Assigns positions to committed events and notifies the processes."""
        await self._connection.execute(PLACE, timeout=SILENCE_SECONDS)

    async def send(self, messages: Sequence[bytes]) -> None:
        """Sends messages by NOTIFY; those too long for it are left to the database."""
        for message in messages:
            if len(message) <= LONGEST_NOTICE:
                await self._connection.execute(NOTIFY, BELL, message.decode(), timeout=SILENCE_SECONDS)

    async def last(self) -> None:
        """Runs until PostgreSQL ends the connection."""
        await self._ended.wait()
        raise ConnectionResetError("PostgreSQL has ended the connection")


class PostgresCarrier:
    """`LISTEN` and `NOTIFY` on a dedicated connection."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def connect(self, hear: Hear) -> AsyncIterator[PostgresLink]:
        """Connects and listens. Raises Unavailable, or asyncpg's errors."""
        from ..db.postgres import lone_connection

        def heard(*notice: Any) -> None:
            hear(notice[-1].encode())

        def end(_: Any) -> None:
            ended.set()

        ended = asyncio.Event()
        async with lone_connection(self._url) as connection:
            connection.add_termination_listener(end)
            await connection.add_listener(BELL, heard)
            try:
                yield PostgresLink(connection, ended)
            finally:
                connection.remove_termination_listener(end)
                await connection.remove_listener(BELL, heard)
