"""One server a file: a second one on SQLite is refused."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from answerback.db.sole import sole_server

from tests.commands import run_command


def test_second_server_on_sqlite_is_refused(tmp_path: Path) -> None:
    with sole_server(f"sqlite:///{tmp_path}/answerback.db", 0):
        refused = run_command(["serve"], {"ANSWERBACK_DATA_DIR": str(tmp_path)})
    assert refused.returncode == 1
    assert f"process {os.getpid()} on {socket.gethostname()}" in refused.stderr
    assert not (tmp_path / "answerback.db").exists()
    with sole_server(f"sqlite:///{tmp_path}/answerback.db", 0):
        pass  # it is free again
