"""A SQLite file that is damaged under a running server: it is said as it is, and nothing else breaks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from answerback.db.connections import READERS
from answerback.db.work import Work, many, run
from answerback.errors import Unavailable

from tests.services import migrated_sqlite
from tests.store.test_database import opened

pytestmark = pytest.mark.anyio


def _add(key: str) -> Work[None]:
    yield run(
        "INSERT INTO sites (key, settings, created_at, updated_at) VALUES (:key, :long, 1, 1)", key=key, long="x" * 9000
    )


def _keys() -> Work[list[str]]:
    rows = yield many("SELECT key, settings FROM sites ORDER BY key")
    return [row["key"] for row in rows]


async def test_truncated_wal_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "answerback.db"
    shutil.copy(migrated_sqlite(), file)
    async with opened(f"sqlite:///{file}") as db:
        await db.write(lambda: _add("a"))
        os.truncate(f"{file}-wal", 0)
        for _ in range(2 * READERS):
            with pytest.raises(Unavailable):
                await db.read(_keys)
