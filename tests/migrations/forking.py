"""Migrations in processes that are killed, started together or left without room.

A program of its own, with one thread: what it forks is cheap, and really dies.

    python -m tests.migrations.forking killed|together|full URL
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from answerback.db.database import Database
from answerback.errors import Unavailable
from answerback.migrations import REVISIONS, migrate, plan

from tests.migrations.databases import contents, execute, fetch, one_connection, structure

PAIRS = 12
ROOM = 16 * 1024
WELL, REFUSED = 0, 3
A_SITE = "INSERT INTO sites (key, settings, created_at, updated_at) VALUES ('demo', '{}', 1, 1)"


def forked(work: Callable[[], None]) -> int:
    """The pid of a process that does this; it ends with REFUSED when the database was not migrated."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = WELL
    except Unavailable as error:
        print(error.detail)
        sys.stdout.flush()
        code = REFUSED
    finally:
        os._exit(code)


def end_of(pid: int) -> int:
    """How a process has ended: its exit code, or less than 0 where a signal has killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def state(url: str) -> tuple[Any, Any]:
    """All that is in a database."""
    return structure(url), contents(url)


def killed(url: str) -> None:
    """Each migration is killed before each of its statements, before the commit, and while it copies."""
    for number in range(1, len(REVISIONS) + 1):
        revisions, before, kills = REVISIONS[:number], state(url), 0
        while (end := end_of(forked(lambda: migrate(url, revisions, KillAt(kills))))) != WELL:  # noqa: B023  # run at once
            assert end == -signal.SIGKILL, end
            assert state(url) == before, f"revision {number}, killed at {kills}"
            kills += 1
        print(f"revision {number}: killed {kills} times")
        statements = len(revisions[-1].statements("sqlite" if url.startswith("sqlite") else "postgresql"))
        assert kills > statements
        if number == 1:
            execute(url, A_SITE)
        assert fetch(url, "SELECT key FROM sites") == [("demo",)]
    migrate(url)


class KillAt:
    """Progress that goes as far as this, and no further."""

    def __init__(self, left: int) -> None:
        self._left = left

    def __call__(self, what: str, done: int, of: int) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


def together(url: str) -> None:
    """Two servers start on an empty database, again and again: both find it migrated, and read."""

    async def read() -> None:
        db = Database(url)
        await db.connect()
        assert await db.fetch_all("SELECT key FROM sites") == []
        await db.close()

    def start() -> None:
        os.read(ready, 1)
        migrate(url)
        asyncio.run(read())

    for _ in range(PAIRS):
        emptied(url)
        ready, go = os.pipe()
        pids = [forked(start) for _ in range(2)]
        os.write(go, b"12")
        assert [end_of(pid) for pid in pids] == [WELL, WELL]
        assert fetch(url, "SELECT version_num FROM alembic_version") == [(REVISIONS[-1].number,)]
        os.close(ready)
        os.close(go)


def emptied(url: str) -> None:
    """A database without anything."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
    else:
        execute(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def full(url: str) -> None:
    """No file may grow beyond a size: nothing is changed until it is enough, and nothing lies about.

    Without rows it is the migration that fails, with many rows the copy before it.
    """
    for rows in (0, 100):
        emptied(url)
        migrate(url, REVISIONS[:1])
        execute(url, *(A_SITE.replace("demo", f"demo-{i}").replace("{}", "x" * 4000) for i in range(rows)))
        path, before, room = Path(url.removeprefix("sqlite:///")), state(url), 0
        there = set(path.parent.iterdir())

        def migrate_in(room: int) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            migrate(url, REVISIONS[:2])

        while (end := end_of(forked(lambda: migrate_in(room)))) != WELL:  # noqa: B023  # run at once
            assert end == REFUSED, end
            assert state(url) == before
            assert set(path.parent.iterdir()) == there
            room += ROOM
        assert room > 4 * ROOM


def main(arguments: Sequence[str]) -> None:
    """What the first argument names, on the database that the second one names."""
    plan(arguments[1])  # imports here what all who are forked need
    with one_connection(arguments[1]):
        {"killed": killed, "together": together, "full": full}[arguments[0]](arguments[1])


if __name__ == "__main__":
    main(sys.argv[1:])
