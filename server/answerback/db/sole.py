"""One server at a time on a SQLite database: two would not hear of each other, and neither would know of the other.

The lock is one of the system's on a file of its own, which says who has it: it ends with the process, however that
ends, and is inherited by workers.
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
    """No other server is started on this database meanwhile; one that is about to stop is waited for, `patience`
    seconds at most. Raises Unavailable, which says who runs. Any number may run on PostgreSQL."""
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
