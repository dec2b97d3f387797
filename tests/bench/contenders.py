"""The processes that are measured, and how to look at one from outside."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.processes import ServerProcess, WholeProcess
from tests.services import Site, free_port, wait_until

ROOT = Path(__file__).parents[2]
TICK = os.sysconf("SC_CLK_TCK")
ISSO = "isso==0.14.0"
CACHE = ROOT / ".bench"
LIMITS = ("comments_per_minute", "address_comments_per_minute", "daily_answers", "address_daily_answers")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mb(pid: int) -> float:
    """Resident memory of a process, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def listens(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def load(job: dict[str, Any]) -> Any:
    """Run the load generator."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"], input=json.dumps(job), capture_output=True, text=True, cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError(f"the load generator failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


@contextmanager
def answerback(**settings: str) -> Iterator[ServerProcess]:
    """`answerback serve` on disk with a site without limits."""
    folder = Path(tempfile.mkdtemp(prefix="answerback-bench-"))
    try:
        with Site.start() as site, WholeProcess.start(folder, site, **settings) as server:
            server.restart(ai="mention", **dict.fromkeys(LIMITS, "unlimited"))
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def port_of(server: ServerProcess) -> int:
    """The port that our server listens on."""
    return int(server.url.rpartition(":")[2])


def guests_of(server: ServerProcess, count: int) -> list[str]:
    """Bearer tokens of that many guests."""
    found = []
    for _ in range(count):
        server.begin()
        found.append(server.token)
    return found


@contextmanager
def printing(*command: str) -> Iterator[tuple[str, int]]:
    """A Python module that prints one line when it is ready: the line, and its process id."""
    started = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        yield started.stdout.readline().strip(), started.pid
    finally:
        started.terminate()
        started.wait()
        started.stdout.close()


@contextmanager
def bare(kind: str, argument: str) -> Iterator[tuple[int, int]]:
    """One of the apps of `bare.py`: its port and process id."""
    with printing("tests.bench.bare", kind, argument) as (port, pid):
        yield int(port), pid


@contextmanager
def provider() -> Iterator[str]:
    """The scripted OpenAI-compatible server: its address, with /v1."""
    with printing("tests.fakes.openai_server") as (address, _):
        yield address


def isso_program() -> Path | str:
    """Isso in a virtual environment of its own, with gevent, which `isso run` serves with; or why there is none."""
    program = CACHE / "isso" / "bin" / "isso"
    if not program.exists():
        try:
            venv.create(CACHE / "isso", with_pip=True, clear=True)
            pip = [str(CACHE / "isso" / "bin" / "python"), "-m", "pip", "install", "--quiet", ISSO, "gevent"]
            subprocess.run(pip, check=True, capture_output=True, timeout=300)
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(CACHE / "isso", ignore_errors=True)
            return f"Isso cannot be installed here ({type(error).__name__})"
    return program


@contextmanager
def isso(program: Path, folder: Path, site: str = "http://127.0.0.1:9") -> Iterator[tuple[int, int]]:
    """Isso as the users of a site run it, with its limits off: its port and process id."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "isso.cfg").write_text(
        f"[general]\ndbpath = {folder}/comments.db\nhost = {site}\n[server]\n"
        f"listen = http://127.0.0.1:{port}\n[guard]\nenabled = false\n"
    )
    with (folder / "isso.log").open("wb") as log:
        command = [str(program), "-c", str(folder / "isso.cfg"), "run"]
        started = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            wait_until(lambda: started.poll() is None and listens(port))
            yield port, started.pid
        finally:
            started.terminate()
            started.wait()
