"""The server's state: disk space, last backup, last check."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from ..db.database import Database
from ..db.space import FreeBytes
from ..db.work import Work
from ..settings import sqlite_file
from . import store
from .store import BackupPlan, Run

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
GROWTH_MS = 14 * DAY_MS
"""The period over which the database's growth is measured."""


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the server at one moment."""

    now: int
    database_bytes: int
    free_bytes: int | None
    days_left: int | None
    """Days until the disk is full at the current growth."""
    plan: BackupPlan | None
    backup: Run | None
    """The last run, whatever its outcome."""
    good_backup: Run | None
    integrity: Run | None


async def read_status(db: Database, free_bytes: FreeBytes, now: int) -> Status:
    """Reads the server's current status. Raises Unavailable."""

    def work() -> Work[tuple[BackupPlan | None, Run | None, Run | None, Run | None, Run | None]]:
        return (
            (yield from store.backup_plan()), (yield from store.last_run("backup")),
            (yield from store.last_run("backup", "ok")), (yield from store.last_run("integrity")),
            (yield from store.first_run("size", now - GROWTH_MS)),
        )  # fmt: skip

    plan, backup, good, integrity, before = await db.read(work)
    bytes, free = await database_bytes(db), free_bytes()
    return Status(now, bytes, free, _days_left(bytes, free, before, now), plan, backup, good, integrity)


async def database_bytes(db: Database) -> int:
    """The size of the database, including SQLite's write-ahead log."""
    file = sqlite_file(db.url)
    if file is None:
        return await db.read(store.postgres_bytes)
    paths: tuple[Path, Path] = (file, file.with_name(f"{file.name}-wal"))
    return await asyncio.to_thread(lambda: sum(path.stat().st_size for path in paths if path.exists()))


def _days_left(bytes: int, free: int | None, before: Run | None, now: int) -> int | None:
    """Days until the disk is full; None if the database does not grow, or has been measured for less than a day."""
    if free is None or before is None or now - before.at < DAY_MS or bytes <= before.bytes:
        return None
    return int(free / (bytes - before.bytes) * (now - before.at) / DAY_MS)
