"""What brings messages to other processes at once: PostgreSQL's notifications, or Redis.

Nothing rests on them alone. What is told is in the database, and a process that hears nothing looks there by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from .events_store import BELL, NOTIFY, PLACE

Hear = Callable[[bytes], None]
"""Gets each message, one's own too."""
SILENCE_SECONDS = 6.0
"""After which a connection on which nothing comes is given up; a sign of life is due each `BEAT_SECONDS`."""
BEAT_SECONDS = 2.0
LONGEST_NOTICE = 7_900
"""Bytes of a notification; PostgreSQL takes 8,000."""


class Link(Protocol):
    """A carrier that is connected."""

    async def send(self, messages: Sequence[bytes]) -> None:
        """Bring messages to all processes. Raises whatever shows that it cannot."""
        ...

    async def last(self) -> None:
        """As long as the connection does; raises whatever has ended it."""
        ...


class Carrier(Protocol):
    """A way to the other processes."""

    name: str

    def connect(self, hear: Hear) -> AbstractAsyncContextManager[Link]:
        """A connection to it. Raises whatever shows that there is none."""
        ...


class PostgresLink:
    """A connection to PostgreSQL that listens."""

    def __init__(self, connection: Any, ended: asyncio.Event) -> None:
        self._connection = connection
        self._ended = ended

    async def place(self) -> None:
        """Give what was committed its positions, and ring the bell."""
        await self._connection.execute(PLACE, timeout=SILENCE_SECONDS)

    async def send(self, messages: Sequence[bytes]) -> None:
        """Notify of them; one that is too long for that is left to the database."""
        for message in messages:
            if len(message) <= LONGEST_NOTICE:
                await self._connection.execute(NOTIFY, BELL, message.decode(), timeout=SILENCE_SECONDS)

    async def last(self) -> None:
        """Until PostgreSQL ends it."""
        await self._ended.wait()
        raise ConnectionResetError("PostgreSQL has ended the connection")


class PostgresCarrier:
    """`LISTEN` and `NOTIFY` on a connection of its own."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def connect(self, hear: Hear) -> AsyncIterator[PostgresLink]:
        """A connection that listens. Raises Unavailable, or asyncpg's errors."""
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
