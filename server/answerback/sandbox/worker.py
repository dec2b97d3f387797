"""A worker process: `python -m answerback.sandbox.worker <module of tasks> <seconds> <megabytes>`.

The kernel enforces its limits, also in native code: the process is killed if a task uses too much CPU time or lasts too
long, and cannot allocate more memory than its limit. It exits with its server, when its input ends.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import sys
from contextlib import suppress
from typing import Any

from ..priority import step_back
from .frames import read_frame, write_frame

LONGEST_SECONDS = 30.0
"""Wall-clock time, however busy the machine is."""
PROGRAMS = 32 * 1024 * 1024
"""The part of the memory that is code, which `RLIMIT_DATA` does not count."""
GROWN = 0.6
"""A worker exits after a task if it still uses this share of its memory, so that the next task has all of it."""


def main() -> None:
    """Runs tasks until its input ends."""
    tasks = importlib.import_module(sys.argv[1]).TASKS
    seconds, limit = float(sys.argv[2]), int(sys.argv[3]) * 1024 * 1024
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    step_back()
    for kind, most in ((resource.RLIMIT_DATA, limit - PROGRAMS), (resource.RLIMIT_AS, 4 * limit)):
        with suppress(ValueError, OSError):  # not settable on macOS
            resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (frame := read_frame(source)) is not None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, LONGEST_SECONDS)
        head, body = answer(tasks, *frame)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        head["last"] = "refused" in head or memory() > GROWN * limit
        write_frame(target, head, body)
        if head["last"]:
            return


def answer(tasks: Any, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """The result of a task, or the reason for its failure."""
    try:
        result, data = tasks[head["task"]](head["args"], body)
    except MemoryError:
        return {"refused": "memory"}, b""
    except RecursionError:
        return {"refused": "depth"}, b""
    except ValueError as error:
        return {"refused": str(error) or "format"}, b""
    return {"result": result}, data


def memory() -> int:
    """The memory of this process in bytes; 0 if the system does not report it (`getrusage` starts from the memory of
    the server that began this process)."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    main()
