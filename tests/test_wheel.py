"""The wheel that `make build` makes: all of it inside, working where nothing else of ours is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import closing
from email.parser import Parser
from pathlib import Path

import pytest
from answerback.migrations import HEAD
from package_version import packaged, version

from tests.machines import Machine, documented
from tests.migrations.released import dump_of
from tests.once import once
from tests.services import free_port, wait_until

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel() -> Path:
    """Built once a run, whichever workers test it."""
    [path] = once("wheel", _build).glob("answerback-*.whl")
    return path


def _build(folder: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it, which sees the packages that ours has, but not our tree."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, timeout=120)
    [packages] = (folder / "venv" / "lib").glob("python*/site-packages")
    # Path files in a folder named by a path file are not read, so the editable install stays unseen.
    (packages / "what-it-needs.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return folder


def command(installed: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [installed / "venv" / "bin" / "answerback", *arguments], env=environment(installed) | settings, cwd=installed,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip


def environment(installed: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return kept | {"ANSWERBACK_DATA_DIR": str(installed / "data")}


def test_wheel_contains_everything(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        [metadata] = [name for name in names if name.endswith("METADATA")]
        described = Parser().parsestr(archive.read(metadata).decode())
    counted = [name for name, _ in packaged(ROOT) if "/" in name]  # the others are in its metadata
    assert {name for name in names if ".dist-info/" not in name} == {
        name.removeprefix("server/") if name.startswith("server/") else f"answerback/{name}" for name in counted
    }
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert any(name.startswith("answerback/static/answerback/thread-") for name in names)
    assert "answerback/migrations/versions/0001_first.py" in names
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [name for name in described.get_all("Requires-Dist", []) if "extra ==" not in name]
    assert len(needed) == len(project["dependencies"])
    assert described["Requires-Python"] == project["requires-python"]
    assert described["Version"] == version(ROOT)


def test_wheels_commands_work(installed: Path) -> None:
    assert command(installed, "--version").stdout == f"answerback {version(ROOT)}\n"
    assert command(installed, "--help").stdout.startswith("usage: answerback")
    where = [str(installed / "venv" / "bin" / "python"), "-c", "import answerback; print(answerback.__file__)"]
    found = subprocess.run(where, cwd=installed, env=environment(installed), capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(installed))
    added = command(installed, "site", "add", "blog", "--origin", "https://blog.example")
    assert 'data-site="blog"' in added.stdout
    exported = command(installed, "export", "blog", "--format", "html").stdout
    assert exported.startswith("<!doctype html>")
    assert f'<meta name="generator" content="Answerback {version(ROOT)}">' in exported


def test_wheels_demo_works_without_the_project(installed: Path) -> None:
    port, site_port = str(free_port()), str(free_port())
    said = installed / "demo.log"
    with said.open("wb") as log:
        demo = subprocess.Popen(
            [installed / "venv" / "bin" / "answerback", "demo", "--port", port, "--site-port", site_port],
            env=environment(installed) | {"ANSWERBACK_DATA_DIR": str(installed / "demo")}, cwd=installed, stderr=log,
        )  # fmt: skip
    wait_until(lambda: "Ctrl-C ends it" in said.read_text("utf-8") or demo.poll() is not None)
    with urllib.request.urlopen(f"http://127.0.0.1:{site_port}/bread.html", timeout=10) as page:
        assert f'src="http://localhost:{port}/answerback.js"'.encode() in page.read()
    demo.send_signal(signal.SIGINT)
    assert demo.wait(20) == 0


class Served:
    """The wheel's server, by the settings of a machine."""

    def __init__(self, installed: Path, settings: Path) -> None:
        port = str(free_port())
        self.url = f"http://localhost:{port}"
        program = installed / "venv" / "bin" / "answerback"
        where = ["--host", "localhost", "--port", port]
        self._command: list[str | Path] = [program, "serve", *where, "--env-file", settings]
        self._environment = {name: text for name, text in environment(installed).items() if name == "PATH"}
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        self._process = subprocess.Popen(self._command, env=self._environment, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.get("/readyz") == b'{"status":"ok"}')

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(20) == 0

    def get(self, path: str) -> bytes:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as response:
                body: bytes = response.read()
                return body
        except OSError:
            return b""


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[Served]:
    server = Served(installed, tmp_path / "machine" / "etc" / "env")
    yield server
    server.stop()


def test_upgrade_drill(wheel: Path, installed: Path, served: Served, tmp_path: Path) -> None:
    """From the first release, and once more from this one; then everything is there."""
    settings = {"ANSWERBACK_DATA_DIR": str(tmp_path / "data"), "ANSWERBACK_PUBLIC_URL": served.url}
    programs = installed / "venv" / "bin"
    machine = Machine(tmp_path / "machine", settings, {"answerback": served}, programs)
    pip = f'exec {sys.executable} -m pip --python {programs / "python"} "$@" --quiet --no-index --no-deps'
    (programs / "pip").write_text(f"#!/bin/sh\n{pip}\n", "utf-8")
    (programs / "pip").chmod(0o755)
    (machine.folder / "dist").mkdir()
    shutil.copy(wheel, machine.folder / "dist")
    (machine.folder / "dist" / "constraints.txt").touch()
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "answerback.db")) as database:
        database.executescript(dump_of("0001", "sqlite").read_text("utf-8"))
    revisions = []
    for made in range(1, 3):
        said = machine.type(documented("install.md", "Upgrading"))
        assert "ok       database" in said, said
        backups = sorted(machine.backups.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        assert len(backups) == made
        with tarfile.open(backups[-1]) as backup:
            manifest = backup.extractfile("manifest.json")
            assert manifest
            revisions.append(json.load(manifest)["revision"])
    assert revisions == ["0001", HEAD]
    assert b"When do you open?" in served.get("/api/comments/?site=demo&page=/rye.html")
    assert b"thread-" in served.get("/answerback.js")
    assert json.loads(served.get("/healthz")) == {"status": "ok", "version": version(ROOT)}
    signing_in = served.get("/admin/sign-in/")
    assert b"<form" in signing_in
    assert f'<meta name="generator" content="Answerback {version(ROOT)}">'.encode() in signing_in
    assert b'"openapi"' in served.get("/api/openapi.json")
