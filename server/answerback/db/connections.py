"""Held connections: `databases` hands out one connection a task."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

import databases
from databases.core import Connection

log = logging.getLogger(__name__)

READERS = 4


async def hold(database: databases.Database) -> Connection:
    """A connection kept open, by a task of its own."""

    async def acquire() -> Connection:
        connection = database.connection()
        await connection.__aenter__()
        return connection

    return await asyncio.create_task(acquire())


def follow_up(calls: Iterable[Callable[[], None]]) -> None:
    """Run the callbacks of a committed write. One that raises affects neither the write nor the others."""
    for call in calls:
        try:
            call()
        except Exception:
            log.exception("the write is saved, but not all that follows it was done")
