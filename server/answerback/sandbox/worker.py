"""A worker process: `python -m answerback.sandbox.worker <module of tasks> <seconds> <megabytes>`.

The kernel holds it to its limits, also in code that is not Python: it is killed when a task takes more CPU time or
lasts too long, and gets no more memory than it may have. It ends with its server: then there is nothing more to read.
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
"""By the clock on the wall, however busy the machine is."""
PROGRAMS = 32 * 1024 * 1024
"""What of the memory is the programs themselves, which `RLIMIT_DATA` does not count."""
GROWN = 0.6
"""A worker that still has this share of its memory after a task ends, so that the next one finds all of it."""


def main() -> None:
    """Do tasks until there are no more."""
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
    """The result of a task, or why it failed."""
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
    """The memory that this process has by now, in bytes; 0 where the system does not say (what `getrusage` says begins
    with what the server had when it began this process)."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    main()
