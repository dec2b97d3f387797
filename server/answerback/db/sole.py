"""Allows one server at a time on a SQLite database: two would not see each other's live events.

A system lock on a separate file, which names its holder: it ends with the process, however that exits, and workers
inherit it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Unavailable
from ..settings import sqlite_file

LOOK_SECONDS = 0.1


@contextmanager
def sole_server(url: str, patience: float) -> Iterator[None]:
    """Keeps other servers from starting on this database; waits up to `patience` seconds for one that is stopping.
    Raises Unavailable, which names the running server. PostgreSQL allows any number."""
    file = sqlite_file(url)
    if file is None:
        yield
        return
    place = file.with_name(f"{file.name}.server")
    with place.open("a+") as held:
        deadline = time.monotonic() + patience
        while not _taken(held.fileno()):
            if time.monotonic() >= deadline:
                held.seek(0)
                raise Unavailable("unavailable", _refusal(held.read().strip(), place))
            time.sleep(LOOK_SECONDS)
        held.seek(0)
        held.truncate()
        held.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        held.flush()
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EACCES)  # a file system without locks hinders nobody
    return True


def _refusal(who: str, place: Path) -> str:
    return (
        f"Another server runs on this database: {who} ({place}). Several servers require PostgreSQL;"
        " several processes of one server: --workers."
    )
