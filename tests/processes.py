"""Our server as a process of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from tests.forked import Forked
from tests.services import Server, wait_until


class ServerProcess(Server):
    """`answerback serve` in a process of its own: to be killed, signalled, and asked for what it has logged."""

    process: subprocess.Popen[bytes] | Forked
    log: Path | None = None
    """Where it writes what it says, instead of to the tests' own output."""

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def run(self, *options: str) -> None:
        """Start the process and wait until it is ready."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.process = self._begin(["serve", "--host", "localhost", "--port", str(self.port), *options])
        wait_until(self._ready, 60)

    def _begin(self, arguments: list[str]) -> subprocess.Popen[bytes] | Forked:
        return Forked(arguments, self.environment, self.folder, self.log)

    def _ready(self) -> bool:
        assert self.is_running, "the server has ended"
        try:
            return self.call("GET", "/readyz").status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End it as an operator does."""
        if self.is_running:
            self.process.terminate()
        assert self.process.wait(20) is not None

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait(20)

    def change(self, **settings: str) -> None:
        """Change settings of the site `demo` beside the running server, and wait until it has seen them."""
        name, mark = self._name(), os.urandom(8).hex()
        self._change(settings | {"name": mark})
        wait_until(lambda: self._name() == mark)  # what was changed with the name has come with it
        self._change({"name": name})


class WholeProcess(ServerProcess):
    """As `answerback serve` is started on a command line: for what depends on what is imported, and when."""

    def _begin(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(self.log.open("ab")) if self.log else None
            command = [sys.executable, "-m", "answerback", *arguments]
            return subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
