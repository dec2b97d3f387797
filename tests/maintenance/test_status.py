"""What is said of the server's disk, backups and checks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from answerback.db.database import Database
from answerback.db.space import free_bytes
from answerback.maintenance import store
from answerback.maintenance.status import DAY_MS, Status, database_bytes, read_status
from answerback.maintenance.store import BackupPlan, Run
from answerback.maintenance.wording import Wording

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
GOOD = Run("backup", NOW - 3 * DAY_MS, "ok")
WELL = Status(NOW, 276_000_000, 41_200_000_000, None, None, GOOD, GOOD, Run("integrity", NOW - DAY_MS, "ok"))
DAILY = BackupPlan(DAY_MS, 14, "/backups")


def said(status: Status, lang: str = "en") -> dict[str, str]:
    return {problem.code: problem.text for problem in Wording(status, lang).problems()}


async def test_nothing_is_wrong_while_all_is_well() -> None:
    assert said(WELL) == {}
    assert Wording(WELL, "en").lines() == [
        "Last backup: 3 days ago.", "Database: 276 MB, 41.2 GB free.", "Checked for damage: 1 day ago."
    ]  # fmt: skip
    new = replace(WELL, backup=None, good_backup=None, integrity=None, free_bytes=None)
    assert said(new) == {}
    assert Wording(new, "en").lines() == [
        "No backup has been made yet.",
        "Database: 276 MB.",
        "Checked for damage: never.",
    ]


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"plan": DAILY}, "backup_late", "Last backup: 3 days ago."),
        (
            {"backup": Run("backup", NOW - 7_200_000, "failed", "The disk is full.")}, "backup_failed",
            "The last backup failed 2 hours ago: The disk is full. Last backup: 3 days ago.",
        ),
        ({"good_backup": replace(GOOD, at=NOW - 9 * DAY_MS)}, "backup_late", "Last backup: 9 days ago."),
        ({"integrity": Run("integrity", NOW, "failed", "Tree 4 page 9")}, "damage", "damaged (Tree 4 page 9)"),
        ({"free_bytes": 900_000_000}, "disk", "nearly full: 900 MB free (900,000,000 bytes)."),
        ({"days_left": 12}, "disk", "free (41,200,000,000 bytes), enough for about 12 days."),
        ({"free_bytes": 99_999_999}, "disk", "The disk is full: 100 MB free (99,999,999 bytes). New questions"),
    ],
)  # fmt: skip
async def test_problems_are_named(changes: dict[str, object], code: str, text: str) -> None:
    found = said(replace(WELL, **changes))  # type: ignore[arg-type]  # of the fields' types
    assert list(found) == [code]
    assert text in found[code]


async def test_status_is_said_in_korean() -> None:
    assert Wording(WELL, "ko").lines() == [
        "마지막 백업: 3일 전.", "데이터베이스: 276 MB, 남은 디스크 공간: 41.2 GB.", "마지막 손상 검사: 1일 전."
    ]  # fmt: skip
    failed = replace(WELL, backup=Run("backup", NOW - 7_200_000, "failed", "ENOSPC"), free_bytes=900_000_000)
    assert said(failed, "ko") == {
        "disk": "디스크가 거의 찼어요. 남은 공간은 900 MB(900,000,000바이트)예요.",
        "backup_failed": "2시간 전 백업에 실패했어요: ENOSPC 마지막 백업: 3일 전.",
    }


async def test_status_is_read_from_the_database(database: Database) -> None:
    size = await database_bytes(database)
    for run in (
        Run("size", NOW - 20 * DAY_MS, "ok", bytes=1),
        Run("size", NOW - 10 * DAY_MS, "ok", bytes=size - 10_000),
        GOOD,
        Run("backup", NOW, "failed", "no"),
    ):
        await database.write(partial(store.add_run, run))
    await database.write(lambda: store.set_backup_plan(DAILY, NOW))
    status = await read_status(database, lambda: 50_000, NOW)
    assert (status.plan, status.good_backup, status.integrity) == (DAILY, GOOD, None)
    assert status.backup is not None and status.backup.detail == "no"
    grown = status.database_bytes - (size - 10_000)  # with what this test has written
    assert status.days_left == 50_000 * 10 // grown
    await database.write(lambda: store.set_backup_plan(None, NOW))
    assert (await read_status(database, lambda: None, NOW)).plan is None


async def test_old_runs_go_but_not_the_last_good_one(database: Database) -> None:
    late = NOW + 100 * DAY_MS
    for run in (Run("backup", NOW - 1, "ok"), Run("backup", NOW, "ok"), Run("backup", late, "failed")):
        await database.write(partial(store.add_run, run))
    good = await database.read(lambda: store.last_run("backup", "ok"))
    first = await database.read(lambda: store.first_run("backup", 0))
    assert good is not None and first is not None
    assert (good.at, first.at) == (NOW, NOW)


async def test_room_is_that_of_the_databases_disk(tmp_path: Path) -> None:
    free = free_bytes(f"sqlite:///{tmp_path}/answerback.db")()
    assert free is not None and free > 0
    assert free_bytes(f"sqlite:///{tmp_path}/nowhere/answerback.db")() is None
    assert free_bytes("postgresql://db.example/answerback")() is None
