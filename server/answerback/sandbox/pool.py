"""A small pool of worker processes for tasks on untrusted input.

Workers start with the first task and exit when idle, so a server at rest has none. They inherit neither our sockets nor
our environment, and the next task replaces one that died.
"""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from .frames import Body, read_frame, write_frame

IDLE_SECONDS = 60.0
PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")


class Refused(Exception):
    """A task failed; `reason` is `time`, `memory`, `depth`, `crash`, or the task's own."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a task: seconds of CPU time, and megabytes of memory including the process itself."""

    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True)
class _Task:
    head: dict[str, Any]
    body: Body
    future: Future[tuple[Any, bytes]]


class Pool:
    """Runs the functions in a module's `TASKS`, at most `workers` at once: `(args, body)` to a result and bytes."""

    def __init__(self, tasks: str, limits: Limits, workers: int, idle_seconds: float = IDLE_SECONDS) -> None:
        self._command = [sys.executable, "-m", f"{__package__}.worker", tasks]
        self._command += [str(limits.seconds), str(limits.megabytes)]
        self._most = workers
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._threads = self._idle = 0

    async def run(self, task: str, args: Any, body: Body = b"") -> tuple[Any, bytes]:
        """Runs a task. Raises Refused."""
        future: Future[tuple[Any, bytes]] = Future()
        with self._lock:
            self._waiting.put(_Task({"task": task, "args": args}, body, future))
            if self._waiting.qsize() > self._idle and self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._serve, name="sandbox", daemon=True).start()
        return await asyncio.wrap_future(future)

    def _serve(self) -> None:
        """Runs a thread with its own worker until there has been nothing to do for a while."""
        process: subprocess.Popen[bytes] | None = None
        while (task := self._next()) is not None:
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                if process is not None and process.poll() is not None:  # killed while idle
                    _end(process)
                    process = None
                process = process or self._start()
                head, body = _ask(process, task)
            except BaseException as error:
                head, body = {"last": True}, b""
                task.future.set_exception(error)
            else:
                if "result" in head:
                    task.future.set_result((head["result"], body))
                else:
                    task.future.set_exception(Refused(head["refused"]))
            if process is not None and head["last"]:
                _end(process)
                process = None
        if process is not None:
            _end(process)

    def _next(self) -> _Task | None:
        with self._lock:
            self._idle += 1
        try:
            found: _Task | None = self._waiting.get(timeout=self._idle_seconds)
        except queue.Empty:
            found = None
        with self._lock:
            self._idle -= 1
            if found is None:
                with suppress(queue.Empty):  # just added by another thread
                    found = self._waiting.get_nowait()
            if found is None:
                self._threads -= 1
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            start_new_session=True,
        )  # fmt: skip


def _ask(process: subprocess.Popen[bytes], task: _Task) -> tuple[dict[str, Any], bytes]:
    with suppress(OSError):  # it has died, which reading its output shows
        write_frame(cast("BinaryIO", process.stdin), task.head, task.body)
    reply = read_frame(cast("BinaryIO", process.stdout))
    if reply is not None:
        return reply
    in_time = process.wait() not in (-signal.SIGPROF, -signal.SIGALRM)
    return {"refused": "crash" if in_time else "time", "last": True}, b""


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            cast("BinaryIO", stream).close()
    process.wait()
