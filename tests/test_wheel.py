"""The wheel that `make build` makes: all of it inside, working where nothing else of ours is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest
from package_version import packaged, version

from tests.services import free_port, wait_until

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    [path] = folder.glob("answerback-*.whl")
    return path


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
    assert len(described.get_all("Requires-Dist", [])) == len(project["dependencies"])
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


@pytest.fixture
def served(installed: Path) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [installed / "venv" / "bin" / "answerback", "serve", "--host", "localhost", "--port", str(port)],
        env=environment(installed) | {"ANSWERBACK_PUBLIC_URL": f"http://localhost:{port}"}, cwd=installed,
    )  # fmt: skip
    yield f"http://localhost:{port}"
    process.terminate()
    assert process.wait(20) is not None


def test_wheel_serves_widget_dashboard_and_calls(served: str) -> None:
    def get(path: str) -> bytes:
        try:
            with urllib.request.urlopen(served + path, timeout=10) as response:
                body: bytes = response.read()
                return body
        except OSError:
            return b""

    assert wait_until(lambda: get("/readyz")) == b'{"status":"ok"}'
    assert b"thread-" in get("/answerback.js")
    assert json.loads(get("/healthz")) == {"status": "ok", "version": version(ROOT)}
    signing_in = get("/admin/sign-in/")
    assert b"<form" in signing_in
    assert f'<meta name="generator" content="Answerback {version(ROOT)}">'.encode() in signing_in
    assert b'"openapi"' in get("/api/openapi.json")
