"""Rotates backups in a folder and keeps the newest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ...db.sqlite_file import Progress
from .archive import Manifest
from .making import make_backup

NAMES = "answerback-????-??-??T??????Z.tar"


def add_backup(
    folder: Path, keep: int, database: Path, key: Path | None, now: int, progress: Progress
) -> tuple[Path, Manifest]:
    """Makes a backup in the folder, and only then removes all but the newest `keep`. Raises like `make_backup`."""
    target = folder / f"answerback-{datetime.fromtimestamp(now // 1000, UTC):%Y-%m-%dT%H%M%SZ}.tar"
    manifest = make_backup(database, key, target, now, progress)
    for old in sorted(folder.glob(NAMES))[:-keep]:
        old.unlink()
    for left in folder.glob(f"{NAMES}.*unfinished"):  # left by a killed server
        left.unlink()
    return target, manifest
