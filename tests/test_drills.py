"""What the documentation says to do in an emergency, done word for word, twice in a row."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machines import ROOT, Machine, Service, documented
from tests.services import Server, wait_until


def bodies(server: Server) -> list[str]:
    return [comment["body"] for comment in server.thread()["comments"]]


def test_restore_drill(server: Server, tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine", server.environment, {"answerback": server})
    server.begin()
    assert server.post("Before.", ask=False).status == 201
    machine.type("answerback backup /var/backups/answerback/2026-11-23.tar\n")
    for _ in range(2):
        assert server.post("After.", ask=False).status == 201
        assert bodies(server) == ["Before.", "After."]
        assert "What was there before is in" in machine.type(documented("operating.md", "Going back to a backup"))
        assert bodies(server) == ["Before."]
    assert server.post("Again.", ask=False).status == 201, "who was signed in then is signed in now"


class Litestream:
    """`litestream replicate` as its unit runs it."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.settings = {"LITESTREAM_DATABASE": str(database), "LITESTREAM_REPLICA": (folder / "replica").as_uri()}
        self._own = database.with_name(f".{database.name}-litestream")
        self._program = Path(sys.executable).with_name("litestream")
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        command: list[str | Path] = [self._program, "replicate", "-config", ROOT / "deploy" / "litestream.yml"]
        self._process = subprocess.Popen(command, env=os.environ | self.settings, stderr=subprocess.DEVNULL)
        wait_until(lambda: any(self._own.rglob("*.ltx")))  # it has begun to follow

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(20) in (0, -signal.SIGTERM)
            self._process = None


@pytest.fixture
def litestream(server: Server, tmp_path: Path) -> Iterator[Litestream]:
    found = Litestream(tmp_path, server.folder / "data" / "answerback.db")
    found.run()
    yield found
    found.stop()


def test_litestream_drill(server: Server, litestream: Litestream, tmp_path: Path) -> None:
    services: dict[str, Service] = {"answerback": server, "answerback-litestream": litestream}
    machine = Machine(tmp_path / "machine", server.environment, services)
    shutil.copy(ROOT / "deploy" / "litestream.yml", machine.etc)
    (machine.etc / "litestream.env").write_text(
        "".join(f"{name}={text}\n" for name, text in litestream.settings.items()), "utf-8"
    )
    commands = documented("operating.md", "Litestream", "litestream restore")
    stop, rest = commands.split("\n", 1)
    server.begin()
    for kept in (["One."], ["One.", "Two."]):
        assert server.post(kept[-1], ask=False).status == 201
        machine.type(stop)
        for path in (server.folder / "data").glob("answerback.db*"):  # the disk is gone
            path.unlink()
        machine.type(rest)
        assert bodies(server) == kept
