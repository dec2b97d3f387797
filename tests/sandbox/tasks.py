"""What workers of the tests' own pools do."""

from __future__ import annotations

import os
import signal
from typing import Any


def echo(args: Any, body: bytes) -> tuple[Any, bytes]:
    return args, body


def pid(args: Any, body: bytes) -> tuple[Any, bytes]:
    return os.getpid(), b""


def spin(args: Any, body: bytes) -> tuple[Any, bytes]:
    while True:
        pass


def fill(args: Any, body: bytes) -> tuple[Any, bytes]:
    return len(bytearray(args * 1024 * 1024)), b""


def fall(args: Any, body: bytes) -> tuple[Any, bytes]:
    os.kill(os.getpid(), signal.SIGSEGV)
    return None, b""


def holds(args: Any, body: bytes) -> tuple[Any, bytes]:
    """What is open here, and what is in the environment."""
    return {
        "files": sorted(os.readlink(f"/proc/self/fd/{name}") for name in open_files()),
        "env": dict(os.environ),
    }, b""


def open_files() -> list[str]:
    return [name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")]


TASKS = {"echo": echo, "pid": pid, "spin": spin, "fill": fill, "fall": fall, "holds": holds}
