"""Migrates a SQLite file: one transaction per step, after a verified copy, while other processes wait.

Python's driver commits around DDL unless transaction control is turned off (`isolation_level=None`); our own `BEGIN
IMMEDIATE` then holds the write lock until the step is complete and on disk.
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from ..db import sqlite_file
from ..db.sqlite_file import Progress
from ..errors import Unavailable
from .computing import Computed
from .planning import RESTORE, VERSION_TABLE, Found, Step, next_step
from .revisions import Revision
from .schema import Schema

log = logging.getLogger(__name__)

T = TypeVar("T")
WAIT_SECONDS = 600
"""The time that another process may take to copy and migrate the same file."""
BUSY_SECONDS = 5


def plan(path: Path, revisions: Sequence[Revision]) -> Step | None:
    """The next step, without running it. Raises Unavailable if the file cannot be migrated."""
    if not path.is_file():
        return Step(revisions[-1].number, (), f"There is no database at {path} yet.")
    with _in_words(path), closing(_open(path)) as connection:
        connection.execute("BEGIN")
        return next_step(_look(connection), "sqlite", revisions)


def migrate(path: Path, revisions: Sequence[Revision], progress: Progress) -> None:
    """Migrates the file to the newest of these revisions. Raises Unavailable."""
    sqlite_file.check_version()
    with _in_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_open(path, create=True)) as connection:
            _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"))
            # Usually there is nothing to do; check without the lock first, then again under it.
            with suppress(Unavailable):
                if next_step(_look(connection), "sqlite", revisions) is None:
                    return
            reached = ""
            try:
                while (step := _take_step(connection, path, revisions, progress, bool(reached))) is not None:
                    reached = step.revision
            finally:
                if reached:
                    log.info("the database is at revision %s", reached)


def _take_step(
    connection: sqlite3.Connection, path: Path, revisions: Sequence[Revision], progress: Progress, copied: bool
) -> Step | None:
    _patiently(lambda: connection.execute("BEGIN IMMEDIATE"))
    try:
        found = _look(connection)
        step = next_step(found, "sqlite", revisions)
        if step is None:
            return None
        if not copied and _has_data(connection, found, revisions):
            _copy(path, step.revision, progress)
        for done, sql in enumerate(step.statements):
            progress(step.name, done, len(step.statements))
            connection.execute(sql)
        if step.computed is not None:
            _compute(connection, step.computed)
        progress(step.name, len(step.statements), len(step.statements))
        connection.execute("COMMIT")
        return step
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _compute(connection: sqlite3.Connection, computed: Computed) -> None:
    rows = computed.made([connection.execute(sql).fetchall() for sql in computed.reads])
    for sql in computed.before:
        connection.execute(sql)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {computed.table} VALUES ({marks})", rows)
    for sql in computed.after:
        connection.execute(sql)


def _open(path: Path, *, create: bool = False) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _patiently(work: Callable[[], T]) -> T:
    deadline, said = time.monotonic() + WAIT_SECONDS, False
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        if not said:
            log.warning("another process holds the database; waiting")
            said = True
        time.sleep(0.02)  # SQLite waits for a writer, but not while the journal mode is being set


def _look(connection: sqlite3.Connection) -> Found:
    schema = Schema()
    columns = connection.execute(
        "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
    )
    for table, column, kind in columns:
        schema.tables.setdefault(table, {})[column] = kind.lower()
    indexes = connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    schema.indexes.update(indexes.fetchall())
    schema.triggers.update(connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"))
    row = None
    if VERSION_TABLE in schema.tables:
        row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    return Found(None if row is None else str(row[0]), schema)


def _has_data(connection: sqlite3.Connection, found: Found, revisions: Sequence[Revision]) -> bool:
    ours = Schema.of(sql for revision in revisions for sql in revision.sqlite).tables
    return any(
        connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
        for table in ours
        if table in found.schema.tables
    )


def _copy(path: Path, revision: str, progress: Progress) -> None:
    """Saves a verified copy beside the file, replacing an older one; the write lock is held meanwhile."""
    target = path.with_name(f"{path.name}.before-{revision}")
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, path.stat().st_mode & 0o777))
        with sqlite_file.at_one_moment(path) as source:
            sqlite_file.copy(source, unfinished, progress)
        with closing(_open(unfinished)) as copy:
            found = sqlite_file.damage(copy)
        if found:
            raise Unavailable("unavailable", f"The database at {path} is damaged ({'; '.join(found)}). {RESTORE}")
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
        sqlite_file.sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            "unavailable", f"The backup before the migration failed ({error}); nothing was changed."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    for older in path.parent.glob(f"{path.name}.before-*"):
        if older != target and re.fullmatch(r"\d+", older.name.rpartition("-")[2]):
            older.unlink()


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise Unavailable("unavailable", f"The database at {path} cannot be used or migrated ({error}).") from error
