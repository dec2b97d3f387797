"""A command of ours in a process that is forked from one which has imported everything: up in a tenth of the time.

What it forks imports nothing of the tests, and is killed, signalled and limited like any other process.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from answerback.cli import main

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__, "answerback.app.serve", "asyncpg", "openai"])


class Forked:
    """Such a process, with as much of `subprocess.Popen` as is asked of it."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path | None
    ) -> None:
        self._process = _context.Process(target=_run, args=(arguments, dict(environment), folder, log))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        """How it has ended, if it has."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """How it has ended; fails where it does not in that time."""
        self._process.join(seconds)
        code = self.poll()
        assert code is not None, "it goes on"
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path | None) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    if log is not None:
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(file, 1)
        os.dup2(file, 2)
    sys.argv = ["answerback", *arguments]
    code = main()
    logging.shutdown()
    sys.exit(code)
