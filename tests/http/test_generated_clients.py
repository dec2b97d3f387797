"""Clients that are generated from the API's description compile, and do what a program does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.services import Server

CLIENTS = Path(__file__).parents[1] / "clients"


def run(*command: str, folder: Path, **environment: str) -> str:
    """What a command says, which neither fails nor warns."""
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=120
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr
    return done.stdout


def of_somebody_else(server: Server) -> str:
    """The id of a comment that can be voted on."""
    server.begin()
    id: str = server.post("I was here.", ask=False).json["comment"]["id"]
    return id


def describe(server: Server, folder: Path) -> Path:
    """The API's description in a file."""
    file = folder / "api.json"
    file.write_text(json.dumps(server.call("GET", "/api/openapi.json").json), "utf-8")
    return file


def test_typescript_client_compiles_and_works(server: Server, tmp_path: Path) -> None:
    made, tools = CLIENTS / "made", CLIENTS / "node_modules" / ".bin"
    run(str(tools / "openapi-typescript"), str(describe(server, tmp_path)), "-o", str(made / "api.ts"), folder=CLIENTS)
    run(str(tools / "tsc"), "-p", ".", folder=CLIENTS)
    run("node", str(made / "flow.js"), server.url, server.page, of_somebody_else(server), folder=CLIENTS)


def test_python_client_compiles_and_works(server: Server, tmp_path: Path) -> None:
    scripts = Path(sys.executable).parent
    (tmp_path / "config.yml").write_text("package_name_override: answerback_client\n", "utf-8")
    run(
        str(scripts / "openapi-python-client"), "generate", "--path", str(describe(server, tmp_path)), "--meta", "none",
        "--config", "config.yml", "--output-path", "answerback_client", folder=tmp_path,
        PATH=f"{scripts}{os.pathsep}{os.environ['PATH']}",
    )  # fmt: skip
    run(
        sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", str(CLIENTS / "flow.py"), server.url,
        server.page, of_somebody_else(server), folder=tmp_path, PYTHONPATH=str(tmp_path),
    )  # fmt: skip


def test_types_of_the_packages_fit_their_use() -> None:
    run(str(CLIENTS / "node_modules" / ".bin" / "tsc"), "-p", "tsconfig.packages.json", folder=CLIENTS)
