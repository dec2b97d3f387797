"""Makes a backup: a consistent copy is checked, packed with the key, read back, and only then named."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from ...core.times import iso
from ...db import sqlite_file
from ...db.sqlite_file import Progress, sync_folder
from ...errors import BadRequest, Unavailable
from ...priority import at_half_speed, step_back
from ...version import version
from .archive import BadArchive, Manifest, digest, pack, unpack

SPARE_BYTES = 16 << 20
FILE_IS_TO_BLAME = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR))


def make_backup(database: Path, key: Path | None, target: Path, now: int, progress: Progress) -> Manifest:
    """Writes a snapshot of `database` and the secret key to the new file `target`. Blocks, at low priority. Raises
    BadRequest if it cannot start and Unavailable if it cannot finish, leaving no file under that name."""
    step_back()
    progress = at_half_speed(progress)  # niceness alone leaves the disk to whoever writes most
    _check(database, target)
    copy = target.with_name(f"{target.name}.db.unfinished")
    try:
        with _unfinished(target) as (unfinished, out):
            try:
                manifest = _copy(database, copy, now, progress)
                pack(out, manifest, key.read_bytes() if key is not None and key.is_file() else None, copy, progress)
            finally:
                copy.unlink(missing_ok=True)
            _to_disk(out)
            unpack(unfinished, None, None, progress)
            os.link(unfinished, target)
        sync_folder(target.parent)
    except FileExistsError:
        raise _is_there(target) from None
    except (OSError, BadArchive, sqlite3.Error) as error:
        raise Unavailable("unavailable", f"{target} cannot be written ({error}).") from error
    return manifest


def _check(database: Path, target: Path) -> None:
    if not database.is_file():
        raise BadRequest("validation_failed", f"There is no database at {database}.")
    if target.exists():
        raise _is_there(target)
    if not target.parent.is_dir():
        raise BadRequest("validation_failed", f"There is no folder {target.parent}.")
    needed, free = 2 * database.stat().st_size + SPARE_BYTES, shutil.disk_usage(target.parent).free
    if free < needed:
        raise Unavailable("unavailable", f"{target} needs {needed:,} bytes while it is written, and {free:,} are free.")


def _is_there(target: Path) -> BadRequest:
    return BadRequest("validation_failed", f"{target} already exists.")


@contextmanager
def _unfinished(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A temporary file beside `target` for one process at a time; leftovers are overwritten."""
    path = target.with_name(f"{target.name}.unfinished")
    with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+b") as out:  # password hashes will be in it
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadRequest("validation_failed", f"Another backup to {target} is being written.") from None
        os.fchmod(out.fileno(), 0o600)
        out.truncate()
        try:
            yield path, out
        finally:
            path.unlink()


def _copy(database: Path, copy: Path, now: int, progress: Progress) -> Manifest:
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with sqlite_file.at_one_moment(database) as source:
            sqlite_file.copy(source, copy, progress)
            rows = sqlite_file.row_counts(source)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in FILE_IS_TO_BLAME:
            _blame(database, copy, sqlite_file.findings_of(database) or [str(error)])
        raise
    progress("Checking", 0, 1)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        found = sqlite_file.findings(connection)
        if found:
            _blame(database, copy, found)
        if sqlite_file.row_counts(connection) != rows:
            raise BadArchive("the copy has other rows than the database")
        revision = sqlite_file.revision(connection)
        if not revision:
            raise BadRequest("validation_failed", f"{database} is not an Answerback database.")
    progress("Checking", 1, 1)
    size = copy.stat().st_size
    return Manifest(version(), revision, iso(now), size, digest(copy, progress), rows)


def _blame(database: Path, copy: Path, found: list[str]) -> None:
    """Raises Unavailable that says whether source or copy is damaged."""
    words = "; ".join(found)
    if sqlite_file.findings_of(database):
        raise Unavailable("unavailable", f"The database at {database} itself is damaged ({words}). No backup is made.")
    raise Unavailable("unavailable", f"{copy.parent.absolute()} does not keep what is written to it ({words}).")


def _to_disk(out: IO[bytes]) -> None:
    """Syncs the file and drops it from the page cache, so that verification reads the disk."""
    out.flush()
    os.fsync(out.fileno())
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
