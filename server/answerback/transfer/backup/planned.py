"""Scheduled backups of a running server."""

from __future__ import annotations

import threading
from pathlib import Path

from ...db.work import Work
from ...errors import AppError
from ...jobs.model import Job, Kind
from ...maintenance import store
from ...maintenance.store import BackupPlan, Run
from ...maintenance.upkeep import Upkeep
from ...priority import in_background
from ...runtime import Runtime
from ...settings import Settings, sqlite_file
from .archive import Manifest
from .keeping import add_backup

LOOK_MS = 5 * 60_000
TRY_AGAIN_MS = 3_600_000


class ShuttingDown(Exception):
    """The server stops and does not wait for a backup."""


class PlannedBackups:
    """Makes backups by the plan, and an hour after one has failed."""

    def __init__(self, runtime: Runtime, upkeep: Upkeep) -> None:
        self._settings = runtime.settings
        self._db = runtime.db
        self._clock = runtime.clock
        self._upkeep = upkeep

    def kinds(self) -> list[Kind]:
        """The job that checks whether one is due; PostgreSQL has its own backups."""
        return [Kind("backup", self._run, every_ms=LOOK_MS, seconds=None, tries=1)] if self._db.is_sqlite else []

    async def _run(self, _: Job) -> None:
        now = self._clock.now()

        def work() -> Work[tuple[BackupPlan | None, Run | None, Run | None]]:
            return (
                (yield from store.backup_plan()), (yield from store.last_run("backup")),
                (yield from store.last_run("backup", "ok")),
            )  # fmt: skip

        plan, last, good = await self._db.read(work)
        if plan is not None and is_due(plan, last, good, now):
            await self._upkeep.record(await self._make(plan, now))

    async def _make(self, plan: BackupPlan, now: int) -> Run:
        database = sqlite_file(self._db.url)
        assert database is not None, "there is no plan for PostgreSQL"
        stopped = threading.Event()

        def progress(step: str, done: int, of: int) -> None:
            if stopped.is_set():
                raise ShuttingDown

        def make() -> tuple[Path, Manifest]:
            return add_backup(Path(plan.folder), plan.keep, database, key_file(self._settings), now, progress)

        try:
            path, manifest = await in_background(make)
        except AppError as error:
            return Run("backup", self._clock.now(), "failed", error.detail)
        finally:
            stopped.set()
        return Run("backup", now, "ok", str(path), manifest.bytes)


def is_due(plan: BackupPlan, last: Run | None, good: Run | None, now: int) -> bool:
    """Whether a backup is due; also correct after the clock was set back."""
    if last is not None and last.outcome == "failed" and 0 <= now - last.at < min(TRY_AGAIN_MS, plan.every_ms):
        return False
    return good is None or not 0 <= now - good.at < plan.every_ms - LOOK_MS // 2  # or it would drift later each day


def key_file(settings: Settings) -> Path | None:
    """The secret key's file; None if the key is a setting, and kept with those."""
    file = settings.data_dir / "secret-key"
    if not file.is_file() or (settings.secret_key and file.read_text("ascii").strip() not in settings.secret_key):
        return None
    return file
