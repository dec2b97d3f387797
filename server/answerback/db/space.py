"""Free space on the database's disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from ..settings import sqlite_file

LOW_BYTES = 1 << 30
"""Below this the owner is warned."""
FULL_BYTES = 100_000_000
"""Below this no new questions are answered: what is left is for comments."""

FreeBytes = Callable[[], int | None]
"""How many bytes are free; None where that is not known, as on the disk of a PostgreSQL server."""


def unknown() -> None:
    """For a database whose disk we cannot see."""


def free_bytes(database_url: str) -> FreeBytes:
    """A function that returns the free bytes on the database's disk."""
    file = sqlite_file(database_url)
    if file is None:
        return unknown

    def look() -> int | None:
        try:
            return shutil.disk_usage(file.parent).free
        except OSError:  # the folder does not exist
            return None

    return look
