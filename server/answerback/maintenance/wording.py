"""Describes the server's state in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from ..db.space import FULL_BYTES, LOW_BYTES
from ..i18n.catalogue import texts
from ..i18n.cldr import number
from .status import DAY_MS, HOUR_MS, Status
from .store import Run

MINUTE_MS = 60_000
FEW_DAYS = 14
UNPLANNED_MS = 8 * DAY_MS
"""The allowed age of the last backup if cron or a person makes them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem that needs attention; `code` stays the same from day to day."""

    code: str
    text: str


class Wording:
    """The status in words."""

    def __init__(self, status: Status, lang: str) -> None:
        self._status = status
        self._texts = texts(lang, "server")

    def problems(self) -> list[Problem]:
        """Problems that need attention, the worst first."""
        found = [self._damage(), self._disk(), self._failed_backup() or self._old_backup()]
        return [problem for problem in found if problem is not None]

    def lines(self) -> list[str]:
        """The summary shown if all is well: backups, disk, and the last check."""
        status, t = self._status, self._texts
        bytes = size(status.database_bytes)
        room = t("database", size=bytes)
        if status.free_bytes is not None:
            room = t("database_and_disk", size=bytes, free=size(status.free_bytes))
        checked = t["never_checked"] if status.integrity is None else t("checked", ago=self._ago(status.integrity))
        return [self._last_backup(), room, checked]

    def _damage(self) -> Problem | None:
        run = self._status.integrity
        if run is None or run.outcome == "ok":
            return None
        return Problem("damage", self._texts("damage", detail=run.detail))

    def _disk(self) -> Problem | None:
        status, t = self._status, self._texts
        if status.free_bytes is None:
            return None
        soon = status.days_left is not None and status.days_left < FEW_DAYS
        if not soon and status.free_bytes >= LOW_BYTES:  # avoids loading 13 MB of CLDR data without need
            return None
        room = {"free": size(status.free_bytes), "bytes": number(t.lang, status.free_bytes)}
        if status.free_bytes < FULL_BYTES:
            return Problem("disk", t("disk_full", **room))
        if status.days_left is not None:
            return Problem("disk", t.counted("disk_lasts", status.days_left, **room))
        return Problem("disk", t("disk_low", **room))

    def _failed_backup(self) -> Problem | None:
        run = self._status.backup
        if run is None or run.outcome == "ok":
            return None
        failed = self._texts("backup_failed", ago=self._ago(run), detail=run.detail)
        return Problem("backup_failed", f"{failed} {self._last_backup()}")

    def _old_backup(self) -> Problem | None:
        status = self._status
        if status.good_backup is None:
            return None
        most = UNPLANNED_MS if status.plan is None else 2 * status.plan.every_ms
        late = status.now - status.good_backup.at > most
        return Problem("backup_late", self._last_backup()) if late else None

    def _last_backup(self) -> str:
        good = self._status.good_backup
        return self._texts["no_backup"] if good is None else self._texts("last_backup", ago=self._ago(good))

    def _ago(self, run: Run) -> str:
        """A time relative to now: `3 days ago`."""
        passed = max(0, self._status.now - run.at)
        t = self._texts
        if passed >= DAY_MS:
            return t.counted("days_ago", passed // DAY_MS)
        if passed >= HOUR_MS:
            return t.counted("hours_ago", passed // HOUR_MS)
        return t.counted("minutes_ago", passed // MINUTE_MS) if passed >= MINUTE_MS else t["just_now"]


def size(bytes: int) -> str:
    """`276 MB`, `41.2 GB`."""
    if bytes >= 1_000_000_000:
        return f"{bytes / 1_000_000_000:,.1f} GB"
    return f"{bytes / 1_000_000:.0f} MB" if bytes >= 1_000_000 else f"{bytes / 1_000:.0f} kB"
