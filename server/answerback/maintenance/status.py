"""How the server is: room on its disk, its last backup and check, and what of that somebody should see to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from ..db.database import Database
from ..db.space import FULL_BYTES, LOW_BYTES, FreeBytes
from ..db.work import Work
from ..settings import sqlite_file
from . import store
from .store import BackupPlan, Run

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
GROWTH_MS = 14 * DAY_MS
"""Over how long the growth of the database is measured."""
FEW_DAYS = 14
UNPLANNED_MS = 8 * DAY_MS
"""How old the last backup may be where cron, or a person, makes them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What somebody should see to; `code` stays the same from day to day."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of the server at a moment."""

    now: int
    database_bytes: int
    free_bytes: int | None
    days_left: int | None
    """How long the disk lasts if the database grows as it did."""
    plan: BackupPlan | None
    backup: Run | None
    """The last one, however it ended."""
    good_backup: Run | None
    integrity: Run | None

    def problems(self) -> list[Problem]:
        """The worst first."""
        found = [self._damage(), self._disk(), self._failed_backup() or self._old_backup()]
        return [problem for problem in found if problem is not None]

    def lines(self) -> list[str]:
        """What there is to say while all is well."""
        checked = "never" if self.integrity is None else ago(self.now, self.integrity)
        room = "" if self.free_bytes is None else f", {size(self.free_bytes)} free"
        return [self._last_backup(), f"Database: {size(self.database_bytes)}{room}.", f"Checked for damage: {checked}."]

    def _damage(self) -> Problem | None:
        if self.integrity is None or self.integrity.outcome == "ok":
            return None
        return Problem("damage", f"The database is damaged ({self.integrity.detail}). Go back to a backup.")

    def _disk(self) -> Problem | None:
        free = self.free_bytes
        if free is None:
            return None
        room = f"{size(free)} free ({free:,} bytes)"
        if free < FULL_BYTES:
            return Problem("disk", f"The disk is full: {room}. New questions are not answered.")
        if free < LOW_BYTES or (self.days_left is not None and self.days_left < FEW_DAYS):
            lasts = "" if self.days_left is None else f", enough for about {count(self.days_left, 'day')}"
            return Problem("disk", f"The disk is nearly full: {room}{lasts}.")
        return None

    def _failed_backup(self) -> Problem | None:
        if self.backup is None or self.backup.outcome == "ok":
            return None
        when = ago(self.now, self.backup)
        return Problem("backup_failed", f"The last backup failed {when}: {self.backup.detail} {self._last_backup()}")

    def _old_backup(self) -> Problem | None:
        if self.good_backup is None:
            return None
        most = UNPLANNED_MS if self.plan is None else 2 * self.plan.every_ms
        late = self.now - self.good_backup.at > most
        return Problem("backup_late", self._last_backup()) if late else None

    def _last_backup(self) -> str:
        if self.good_backup is None:
            return "No backup has been made yet."
        return f"Last backup: {ago(self.now, self.good_backup)}."


async def read_status(db: Database, free_bytes: FreeBytes, now: int) -> Status:
    """How the server is now. Raises Unavailable."""

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
    """How large the database is, with what SQLite has not put into the file yet."""
    file = sqlite_file(db.url)
    if file is None:
        return await db.read(store.postgres_bytes)
    paths: tuple[Path, Path] = (file, file.with_name(f"{file.name}-wal"))
    return await asyncio.to_thread(lambda: sum(path.stat().st_size for path in paths if path.exists()))


def _days_left(bytes: int, free: int | None, before: Run | None, now: int) -> int | None:
    """None where it does not grow, or nobody has watched it for a day."""
    if free is None or before is None or now - before.at < DAY_MS or bytes <= before.bytes:
        return None
    return int(free / (bytes - before.bytes) * (now - before.at) / DAY_MS)


def ago(now: int, run: Run) -> str:
    """When it was: `3 days ago`."""
    passed = max(0, now - run.at)
    for ms, unit in ((DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute")):
        if passed >= ms:
            return f"{count(passed // ms, unit)} ago"
    return "just now"


def count(number: int, unit: str) -> str:
    """`1 day`, `3 days`."""
    return f"{number:,} {unit}" + ("" if number == 1 else "s")


def size(bytes: int) -> str:
    """`276 MB`, `41.2 GB`."""
    if bytes >= 1_000_000_000:
        return f"{bytes / 1_000_000_000:,.1f} GB"
    return f"{bytes / 1_000_000:.0f} MB" if bytes >= 1_000_000 else f"{bytes / 1_000:.0f} kB"
