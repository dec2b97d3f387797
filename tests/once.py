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


def run_folder() -> Path:
    """The run's own folder."""
    if RUN_FOLDER not in os.environ:
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(dir="/tmp", prefix="answerback-")
        Path(os.environ[RUN_FOLDER]).chmod(0o755)  # PostgreSQL runs as somebody else, and passes through
        atexit.register(shutil.rmtree, os.environ[RUN_FOLDER], ignore_errors=True)
    return Path(os.environ[RUN_FOLDER])


def once(name: str, make: Callable[[Path], None]) -> Path:
    """What `make` has put at that path of the run's folder, in whichever process was first."""
    path = run_folder() / name
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            make(path)
            assert path.exists()
    return path
