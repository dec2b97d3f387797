"""The thread of a SQLite connection."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import weakref
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from answerback.db.sqlite_thread import SQLiteThread

from tests.services import wait_until

pytestmark = pytest.mark.anyio


class Rows(list[str]):
    """A result that can be watched."""


@pytest.fixture
async def thread(tmp_path: Path) -> AsyncIterator[SQLiteThread]:
    opened = await SQLiteThread.open(tmp_path / "a.db", 1.0, "PRAGMA cache_size=-77")
    yield opened
    await opened.close()


async def test_functions_run_in_turn_with_the_connection(thread: SQLiteThread) -> None:
    numbers = [thread.run(lambda connection, n=n: connection.execute("SELECT ?", (n,)).fetchone()[0]) for n in range(9)]
    assert await asyncio.gather(*numbers) == list(range(9))
    assert await thread.run(lambda connection: connection.execute("PRAGMA cache_size").fetchone()) == (-77,)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await thread.run(lambda connection: connection.execute("SELECT * FROM missing"))


async def test_idle_thread_holds_no_result(thread: SQLiteThread) -> None:
    watched = weakref.ref(await thread.run(lambda connection: Rows(["many", "rows"])))
    await asyncio.to_thread(wait_until, lambda: watched() is None)


async def test_what_waits_is_done_before_closing(tmp_path: Path) -> None:
    opened = await SQLiteThread.open(tmp_path / "b.db", 1.0)
    waiting = [asyncio.ensure_future(opened.run(lambda connection: connection.total_changes)) for _ in range(5)]
    await asyncio.sleep(0)
    await opened.close()
    assert await asyncio.gather(*waiting) == [0] * 5


def test_process_ends_with_a_connection_open(tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib; from answerback.db.sqlite_thread import SQLiteThread as T;"
        "held = asyncio.run(T.open(pathlib.Path('d.db'), 1.0))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, timeout=20).returncode == 0
