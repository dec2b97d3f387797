"""Outcomes of backups and checks, the size of the database by day, and the backup plan."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import orjson

from ..db.work import Work, one, run

KEEP_MS = 60 * 86_400_000
Outcome = Literal["ok", "failed"]


@dataclass(frozen=True, slots=True)
class Run:
    """A maintenance run: what was done, when, and its outcome; a backup's content is of that time."""

    kind: str
    at: int
    outcome: Outcome
    detail: str = ""
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """The schedule of the server's own backups."""

    every_ms: int
    keep: int
    folder: str


def add_run(done: Run) -> Work[None]:
    """Stores a run's outcome; deletes runs older than two months, except the last successful one."""
    yield run(
        """INSERT INTO maintenance_runs (kind, at, outcome, detail, bytes)
        VALUES (:kind, :at, :outcome, :detail, :bytes)
        ON CONFLICT (kind, at) DO UPDATE
            SET outcome = excluded.outcome, detail = excluded.detail, bytes = excluded.bytes""",
        **asdict(done),
    )  # fmt: skip
    yield run(
        """DELETE FROM maintenance_runs WHERE kind = :kind AND at < :before AND at < (
            SELECT MAX(at) FROM maintenance_runs WHERE kind = :kind AND outcome = 'ok')""",
        kind=done.kind, before=done.at - KEEP_MS,
    )  # fmt: skip


def last_run(kind: str, outcome: Outcome | None = None) -> Work[Run | None]:
    """The newest run of a kind, or the newest with this outcome."""
    ended = "" if outcome is None else "AND outcome = :outcome"
    row = yield one(
        f"""SELECT kind, at, outcome, detail, bytes FROM maintenance_runs
        WHERE kind = :kind {ended} ORDER BY at DESC LIMIT 1""",
        kind=kind, **({} if outcome is None else {"outcome": outcome}),
    )  # fmt: skip
    return None if row is None else Run(**row)


def first_run(kind: str, since: int) -> Work[Run | None]:
    """The first run of a kind since a time."""
    row = yield one(
        """SELECT kind, at, outcome, detail, bytes FROM maintenance_runs
        WHERE kind = :kind AND at >= :since ORDER BY at LIMIT 1""",
        kind=kind, since=since,
    )  # fmt: skip
    return None if row is None else Run(**row)


def postgres_bytes() -> Work[int]:
    """The size of a PostgreSQL database."""
    row = yield one("SELECT pg_database_size(current_database()) AS bytes")
    return int(row["bytes"])


def backup_plan() -> Work[BackupPlan | None]:
    """The schedule of the server's own backups, if there is one."""
    row = yield one("SELECT value FROM flags WHERE name = 'backup_plan'")
    return None if row is None or not row["value"] else BackupPlan(**orjson.loads(row["value"]))


def set_backup_plan(plan: BackupPlan | None, now: int) -> Work[None]:
    """Sets or clears the schedule of the server's own backups."""
    yield run(
        """INSERT INTO flags (name, value, changed_at) VALUES ('backup_plan', :value, :now)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at""",
        value="" if plan is None else orjson.dumps(asdict(plan)).decode(), now=now,
    )  # fmt: skip
