"""A SQLite file: consistent copies and integrity checks.

SQLite's locks are POSIX locks, which a process loses when it closes the file anywhere: a server's process must open its
database by SQLite alone.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..errors import Unavailable

HEADER = b"SQLite format 3\0"
BUSY_SECONDS = 10
PAGES_AT_ONCE = 512
OLDEST = (3, 35)
"""The first that has RETURNING."""
MOST_FINDINGS = 5
"""What is wrong with a damaged file is the same thing many times over."""

INTERRUPTED = "A restore was interrupted, and the database is not whole: run answerback restore again."

Progress = Callable[[str, int, int], None]
"""Hears what is done, how far, and of how much."""


def restored(path: Path) -> Path:
    """The file that a restore is about to move to `path`."""
    return path.with_name(f"{path.name}.restored")


@contextmanager
def at_one_moment(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection with a snapshot of the file, unaffected by later writes. Raises sqlite3.Error."""
    with closing(_open(path)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # begins the read transaction
        yield connection


def copy(source: sqlite3.Connection, target: Path, progress: Progress) -> None:
    """Writes the snapshot of `source` to a new file, not yet synced to disk. SQLite's backup restarts at each foreign
    write unless its source is held `at_one_moment`."""
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        source.backup(connection, pages=PAGES_AT_ONCE, progress=lambda _, left, of: progress("Copying", of - left, of))
        connection.execute("PRAGMA journal_mode = DELETE")  # a single file, without -wal


def check_version(found: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raises Unavailable if Python's SQLite is too old for our statements."""
    if found < OLDEST:
        oldest, here = (".".join(map(str, each)) for each in (OLDEST, found))
        raise Unavailable("unavailable", f"SQLite {oldest} or newer is needed; this Python has {here}.")


def damage(connection: sqlite3.Connection, *, indexes: bool = False) -> list[str]:
    """Damaged pages of the file; with `indexes`, which takes several times as long, also rows missing from an index.
    Empty if it is sound."""
    check = "integrity_check" if indexes else "quick_check"
    try:
        found = [" ".join(str(row[0]).split()) for row in connection.execute(f"PRAGMA {check}({MOST_FINDINGS})")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def findings(connection: sqlite3.Connection, *, indexes: bool = False) -> list[str]:
    """The file's faults: damaged pages, dangling references. Empty if it is sound."""
    if found := damage(connection, indexes=indexes):
        return found
    try:
        orphans = connection.execute(
            'SELECT DISTINCT "table", "parent" FROM pragma_foreign_key_check LIMIT ?', (MOST_FINDINGS,)
        )
        return [f"{table}: a row refers to a row of {parent} that is not there" for table, parent in orphans]
    except sqlite3.DatabaseError as error:
        return [str(error)]


def findings_of(path: Path) -> list[str]:
    """The faults of the file at `path`, including that it cannot be opened."""
    try:
        with at_one_moment(path) as connection:
            return findings(connection, indexes=True)
    except sqlite3.Error as error:
        return [str(error)]


def row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows of each table."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    ).fetchall()
    return {name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for (name,) in tables}


def revision(connection: sqlite3.Connection) -> str:
    """The schema's revision; empty if it is none of ours. Raises sqlite3.DatabaseError if the file is no database."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # anything but a missing table
            raise
        return ""
    return str(row[0]) if row else ""


class FileMoved(sqlite3.OperationalError):
    """The open file is no longer the one at its path, so writes to it may be lost."""

    sqlite_errorcode = sqlite3.SQLITE_READONLY_DBMOVED
    is_for_log = True

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} has been moved, deleted or replaced; put it back, or restart the server")


class Place:
    """The place of a just-opened file, to check later that it is still there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity = self._look()

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def check(self) -> None:
        """Raises FileMoved."""
        if self._identity is None or self._look() != self._identity:
            raise FileMoved(self._path)

    def read(self) -> None:
        """Reads a row from the file itself rather than from a connection's cache. Raises sqlite3.Error."""
        self.check()
        with closing(_open(self._path)) as connection:
            revision(connection)


def sync_folder(folder: Path) -> None:
    """Syncs a folder, so that renames in it are durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=rw"  # never create it
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
