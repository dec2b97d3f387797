"""What the documentation says to do in an emergency, done word for word, twice in a row."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import Server

ROOT = Path(__file__).parents[1]


def documented(page: str, heading: str, containing: str = "") -> str:
    """The commands under a heading: the first block that has these words."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section, heading
    blocks: list[str] = re.findall(r"^```\n(.*?)^```$", section[1], re.M | re.S)
    return next(block for block in blocks if containing in block)


class Machine:
    """A Debian machine as in docs/install.md: its paths lead into a folder, its `systemctl` starts and stops the server
    of a test."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.backups = folder / "backups"
        self._programs = folder / "programs"
        self._asked, self._done = folder / "asked", folder / "done"
        for place in (self.backups, self._programs):
            place.mkdir(parents=True)
        settings = {**server.environment, "ANSWERBACK_MAIL_FROM": "Harbour bakery <post@harbour.example>"}
        (folder / "env").write_text(
            "".join(f"{name}={text}\n" for name, text in settings.items() if name.startswith("ANSWERBACK_")), "utf-8"
        )
        self._program("runuser", 'shift 3; exec "$@"')
        self._program("systemctl", f'echo "$1" > {self._asked}; read -r answer < {self._done}')
        os.mkfifo(self._asked)
        os.mkfifo(self._done)

    def _program(self, name: str, text: str) -> None:
        path = self._programs / name
        path.write_text(f"#!/bin/sh -e\n{text}\n", "utf-8")
        path.chmod(0o755)

    @contextmanager
    def _service(self) -> Iterator[None]:
        def serve() -> None:
            while (verb := self._asked.read_text("utf-8").strip()) != "done":
                {"stop": self.server.stop, "start": self.server.run, "restart": self.server.restart}[verb]()
                self._done.write_text("done\n", "utf-8")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._asked.write_text("done\n", "utf-8")
            thread.join(20)

    def type(self, commands: str) -> str:
        """Run the commands as root would; what they have said."""
        shell = documented("install.md", "Debian or Ubuntu, with systemd and Caddy", "answerback() {") + commands
        for there, here in {
            "\nanswerback check\n": "\n",
            "/opt/answerback/bin": str(Path(sys.executable).parent),
            "/etc/answerback/env": str(self.folder / "env"),
            "/var/lib/answerback": self.server.environment["ANSWERBACK_DATA_DIR"],
            "/var/backups/answerback": str(self.backups),
        }.items():
            assert there in shell or there not in commands
            shell = shell.replace(there, here)
        path = {"PATH": f"{self._programs}:{os.environ['PATH']}"}
        with self._service():
            done = subprocess.run(
                ["bash", "-ec", shell], env=os.environ | path, capture_output=True, text=True, timeout=60, check=False
            )
        assert done.returncode == 0, done.stderr
        return done.stderr


def test_going_back_to_a_backup(server: Server, tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine", server)
    server.begin()
    assert server.post("Before.", ask=False).status == 201
    machine.type("answerback backup /var/backups/answerback/2026-11-23.tar\n")
    for _ in range(2):
        assert server.post("After.", ask=False).status == 201
        assert server.thread()["total"] == 2
        assert "What was there before is in" in machine.type(documented("operating.md", "Going back to a backup"))
        assert [comment["body"] for comment in server.thread()["comments"]] == ["Before."]
    assert server.post("Again.", ask=False).status == 201, "who was signed in then is signed in now"
