"""A consistent copy of the SQLite file while the server runs."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ..errors import BadRequest


def backup(database_url: str, target: Path) -> int:
    """Copy the database at `database_url` to a new file; its size in bytes. Raises BadRequest.

    SQLite's own backup, so that what is being written meanwhile is in the copy whole or not at all; the file appears
    under its name only when it is complete and on disk.
    """
    source = Path(database_url.removeprefix("sqlite:///"))
    if not source.is_file():
        raise BadRequest("validation_failed", f"There is no database at {source}.")
    if target.exists():
        raise BadRequest("validation_failed", f"{target} is there already.")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY, 0o600))  # password hashes are in it
        _copy(source, unfinished)
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.rename(target)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise BadRequest("validation_failed", f"{target} cannot be written ({error}).") from error
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    reader, writer = sqlite3.connect(source, timeout=10), sqlite3.connect(target)
    try:
        reader.backup(writer, pages=1_000)
    finally:
        reader.close()
        writer.close()
