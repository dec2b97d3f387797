"""Restores a backup: checks it beside the database, sets the old files aside, then moves it into place."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from ...db import sqlite_file
from ...db.sqlite_file import Progress, sync_folder
from ...errors import BadRequest, Conflict, Unavailable
from ...migrations import plan
from .archive import BadArchive, Manifest, unpack
from .making import SPARE_BYTES

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file and reads with it: never to be left beside another one."""
SQLITE_LOCKS = ((0x40000000, 512), (120, 9))
"""Bytes that SQLite locks as long as a file is open: of the file itself, and of its `-shm`."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The restored files, and where the previous ones are now."""

    manifest: Manifest | None
    """None for a database alone, such as Litestream's."""
    has_key: bool
    before: Path | None


def restore(source: Path, database: Path, key: Path, now: int, progress: Progress) -> Restored:
    """Replaces `database` and its key with those of a backup or database file. Raises BadRequest if the file cannot be
    restored, Conflict while a server runs, and Unavailable if the disk fails; until then nothing has changed."""
    if not source.is_file():
        raise BadRequest("validation_failed", f"There is no file {source}.")
    new, new_key = database.with_name(f"{database.name}.unfinished"), key.with_name(f"{key.name}.unfinished")
    try:
        for folder in {database.parent, key.parent}:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_room(source, database.parent)
        with _nobody_inside(database):
            try:
                manifest = _bring(source, new, new_key, progress)
                progress("Checking", 0, 1)
                _check(source, new, manifest)
                progress("Checking", 1, 1)
                has_key = new_key.exists()
                before = _exchange(database, new, key, new_key if has_key else None, now)
            finally:
                for path in (new, *_beside(new), new_key):
                    path.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable("unavailable", f"{source} cannot be put back ({error}).") from error
    return Restored(manifest, has_key, before)


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + ending) for ending in BESIDE]


def _check_room(source: Path, folder: Path) -> None:
    needed, free = source.stat().st_size + SPARE_BYTES, shutil.disk_usage(folder).free
    if free < needed:
        raise Unavailable("unavailable", f"{source} needs {needed:,} bytes in {folder}, and {free:,} are free.")


@contextmanager
def _nobody_inside(database: Path) -> Iterator[None]:
    """Locks everybody out of the database. Raises Conflict if it is open anywhere, even in another container: it takes
    the locks that SQLite holds on open files."""
    with ExitStack() as held:
        for path, (start, length) in zip(
            (database, database.with_name(f"{database.name}-shm")), SQLITE_LOCKS, strict=True
        ):
            if not path.is_file():
                continue
            file = held.enter_context(path.open("r+b"))
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
            except BlockingIOError:
                raise Conflict("validation_failed", f"{database} is in use: stop the server, and Litestream.") from None
        yield


def _bring(source: Path, new: Path, new_key: Path, progress: Progress) -> Manifest | None:
    """Copies the new files beside their destination."""
    for path in (new, *_beside(new), new_key):
        path.unlink(missing_ok=True)
    with source.open("rb") as file:
        is_database = file.read(len(sqlite_file.HEADER)) == sqlite_file.HEADER
    if not is_database:
        try:
            return unpack(source, new, new_key, progress)
        except BadArchive as error:
            raise BadRequest("validation_failed", f"{source} cannot be put back: {error}.") from error
    shutil.copyfile(source, new)
    wal = source.with_name(f"{source.name}-wal")
    if wal.is_file():  # a bare copy of a server's files
        shutil.copyfile(wal, new.with_name(f"{new.name}-wal"))
    return None


def _check(source: Path, new: Path, manifest: Manifest | None) -> None:
    new.chmod(0o600)
    with closing(sqlite3.connect(new, isolation_level=None)) as connection:
        found = sqlite_file.findings(connection)
        if found:
            raise BadRequest("validation_failed", f"{source} is damaged itself ({'; '.join(found)}).")
        if not sqlite_file.revision(connection):
            raise BadRequest("validation_failed", f"{source} is not an Answerback database.")
        if manifest is not None and sqlite_file.row_counts(connection) != manifest.rows:
            raise BadRequest("validation_failed", f"{source} has other rows than its manifest says.")
        try:
            connection.execute("REINDEX")  # backups and replicas may have indexes that do not know every row
        except sqlite3.Error as error:
            raise BadRequest("validation_failed", f"{source} is damaged itself ({error}).") from error
        connection.execute("PRAGMA journal_mode = DELETE")  # a single file, without -wal
    try:
        plan(f"sqlite:///{new}")
    except Unavailable as error:
        raise BadRequest("validation_failed", f"{source} cannot be put back: {error.detail}") from error


def _exchange(database: Path, new: Path, key: Path, new_key: Path | None, now: int) -> Path | None:
    """Moves the old files aside and the new ones into place; returns the old files' places. If interrupted, the next
    start finds the file `RESTORED` and refuses to run."""
    owner = database.parent.stat()
    for path in filter(None, (new, new_key)):
        if os.geteuid() == 0:  # the server does not run as root
            os.chown(path, owner.st_uid, owner.st_gid)
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    ready = new.rename(sqlite_file.restored(database))
    sync_folder(database.parent)
    old = [database, *_beside(database), database.with_name(f".{database.name}-litestream")]
    before = _put_aside([*old, key] if new_key is not None else old, database.parent, now)
    if new_key is not None:
        new_key.rename(key)
        sync_folder(key.parent)
    ready.rename(database)
    sync_folder(database.parent)
    return before


def _put_aside(paths: list[Path], folder: Path, now: int) -> Path | None:
    there = [path for path in paths if path.exists()]
    if not there:
        return None
    name = f"before-{datetime.fromtimestamp(now // 1000, UTC):%Y-%m-%dT%H%M%SZ}"
    before = next(each for n in count(1) if not (each := folder / (name if n == 1 else f"{name}-{n}")).exists())
    before.mkdir(mode=0o700)
    for path in there:
        path.rename(before / path.name)
    sync_folder(before)
    return before
