"""What all workers of a run share: made by whoever needs it first."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

RUN_FOLDER = "TESTS_RUN_FOLDER"
"""The variable that hands the folder on to workers (tests/conftest.py)."""
IN_MEMORY, ROOM = Path("/dev/shm"), 3 * 1024**3
"""Where PostgreSQL makes the 300 files of a database in a sixth of the time, and what must be free there."""
NAME = "answerback-tests-"


def run_folder() -> Path:
    """The run's own folder."""
    if RUN_FOLDER not in os.environ:
        place = IN_MEMORY if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free >= ROOM else Path("/tmp")
        _tidy(place)
        folder = Path(tempfile.mkdtemp(dir=place, prefix=f"{NAME}{os.getpid()}-"))
        folder.chmod(0o755)  # PostgreSQL runs as somebody else, and passes through
        os.environ[RUN_FOLDER] = str(folder)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(os.environ[RUN_FOLDER])


def _tidy(place: Path) -> None:
    """Take away what runs have left that were killed."""
    for folder in place.glob(f"{NAME}*-*"):
        if not Path("/proc", folder.name.removeprefix(NAME).partition("-")[0]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def once(name: str, make: Callable[[Path], None]) -> Path:
    """What `make` has put at that path of the run's folder, in whichever process was first."""
    path = run_folder() / name
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            make(path)
            assert path.exists()
    return path
