"""A Debian machine as docs/install.md sets it up, as far as the documented commands see it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[1]
PROGRAMS_HERE = Path(sys.executable).parent
STAND_INS = {
    "runuser": 'shift 3; exec "$@"',  # runuser -u USER -- COMMAND
    "systemd-run": r"""while case $1 in -*) true;; *) false;; esac; do
    case $1 in
        -p) case $2 in EnvironmentFile=*) set -a; while read -r line; do export "$line"; done < "${2#*=}"; esac; shift;;
    esac
    shift
done
exec "$@" """,
}


class Service(Protocol):
    """What `systemctl` starts and stops."""

    def run(self) -> None: ...

    def stop(self) -> None: ...


def documented(page: str, heading: str, containing: str = "") -> str:
    """The commands under a heading: the first block that has these words."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.M | re.S)
    assert section, heading
    blocks: list[str] = re.findall(r"^```\n(.*?)^```$", section[1], re.M | re.S)
    return next(block for block in blocks if containing in block)


class Machine:
    """Its paths lead into a folder, its programs are real, its `systemctl` starts and stops the services of a test."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], services: Mapping[str, Service],
        programs: Path = PROGRAMS_HERE,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.backups = folder / "backups"
        self.etc = folder / "etc"
        self._bin = folder / "bin"
        for place in (self.backups, self.etc, self._bin):
            place.mkdir(parents=True)
        self._services = services
        self._asked, self._done = folder / "asked", folder / "done"
        os.mkfifo(self._asked)
        os.mkfifo(self._done)
        systemctl = f'echo "$*" > {self._asked}; read -r answer < {self._done}; echo "$answer"; [ "$answer" = done ]'
        for name, text in {**STAND_INS, "systemctl": systemctl}.items():
            path = self._bin / name
            path.write_text(f"#!/bin/sh -e\n{text}\n", "utf-8")
            path.chmod(0o755)
        settings = {**environment, "ANSWERBACK_MAIL_FROM": "Harbour bakery <post@harbour.example>"}
        (self.etc / "env").write_text(
            "".join(f"{name}={text}\n" for name, text in settings.items() if name.startswith("ANSWERBACK_")), "utf-8"
        )
        self._places = {
            "/opt/answerback/bin": str(programs),
            "/etc/answerback": str(self.etc),
            "/var/lib/answerback": environment["ANSWERBACK_DATA_DIR"],
            "/var/backups/answerback": str(self.backups),
        }

    @contextmanager
    def _systemctl(self) -> Iterator[None]:
        def obey() -> None:
            while asked := self._asked.read_text("utf-8").split():
                try:
                    self._tell(*asked)
                    answer = "done"
                except Exception as error:
                    answer = repr(error)
                self._done.write_text(f"{answer}\n", "utf-8")

        thread = threading.Thread(target=obey, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._asked.write_text("\n", "utf-8")
            thread.join(20)

    def _tell(self, verb: str, *names: str) -> None:
        for name in names:
            if verb != "start":
                self._services[name].stop()
            if verb != "stop":
                self._services[name].run()

    def type(self, commands: str) -> str:
        """Run commands as root would; what they have said."""
        function = documented("install.md", "Debian or Ubuntu, with systemd and Caddy", "answerback() {")
        shell = function.partition("\n")[0] + "\n" + commands
        for there, here in self._places.items():
            shell = shell.replace(there, here)
        environment = os.environ | {"PATH": f"{self._bin}:{os.environ['PATH']}"}
        with self._systemctl():
            done = subprocess.run(
                ["bash", "-ec", shell], env=environment, cwd=self.folder, capture_output=True, text=True, timeout=90,
                check=False,
            )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr
