"""What the server costs before anybody comes: its start, its memory, and the bytes of the widget."""

from __future__ import annotations

import contextlib
import gzip
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.processes import ServerProcess
from tests.services import free_port, wait_until

from . import contenders
from .contenders import answerback, resident_mb
from .measuring import Row


def starting(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """From the command to the first 200 on /healthz, with a database that is there; memory when idle."""
    times, cpu, idle = [], [], []
    with answerback() as server:
        for _ in range(max(3, rounds)):
            server.stop()
            took, busy, memory = _cold_start(server)
            times.append(took)
            cpu.append(busy)
            idle.append(memory)
        server.run()
    start = Row("starting", "command to first 200 on /healthz", "s", times, wanted="≤ 1")
    start.holds = start.median <= 1
    memory_row = Row("memory", "idle", "MB", idle, _isso_memory(folder), "≤ 60")
    memory_row.holds = memory_row.median <= 60
    with answerback(OPENAI_BASE_URL="http://127.0.0.1:9/v1") as server:
        with_model = Row("memory", "idle, with a model", "MB", [resident_mb(server.process.pid)])
    return [start, Row("starting", "the same: CPU", "s", cpu), memory_row, with_model]


def _cold_start(server: ServerProcess) -> tuple[float, float, float]:
    """Seconds until it answers, CPU seconds used until then, and memory after a few more calls."""
    port = free_port()
    command = [sys.executable, "-m", "answerback", "serve", "--port", str(port)]
    begun = time.perf_counter()
    started = subprocess.Popen(command, env=server.environment, cwd=server.folder, stderr=subprocess.DEVNULL)

    def answered() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
            return connection.recv(100).startswith(b"HTTP/1.1 200")
        return False

    try:
        wait_until(answered)
        took, busy = time.perf_counter() - begun, contenders.cpu_seconds(started.pid)
        assert all(answered() for _ in range(20))
        return took, busy, resident_mb(started.pid)
    finally:
        started.terminate()
        started.wait(20)


def _isso_memory(folder: Path) -> dict[str, float]:
    program = contenders.isso_program()
    if isinstance(program, str):
        return {}
    with contenders.isso(program, folder / "isso-idle") as (_, pid):
        return {"Isso": resident_mb(pid)}


def widget(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """What a page loads: the loader alone, and all that every visitor loads, who reads one language."""
    static = contenders.ROOT / "server" / "answerback" / "static"
    loader = static / "answerback.js"
    if not loader.is_file():
        return [Row("widget", "not built (make setup)", "bytes", [0.0])]
    threads = (static / "answerback").glob("thread-*.js")
    whole = [loader, max(threads, key=lambda path: len(gzip.compress(path.read_bytes(), 9)))]
    rows = []
    for what, files, most in (
        ("widget: the loader", [loader], 4_000),
        ("widget: what every visitor loads", whole, 25_000),
    ):
        raw = float(sum(path.stat().st_size for path in files))
        small = float(sum(len(gzip.compress(path.read_bytes(), 9)) for path in files))
        rows.append(
            Row("widget", f"widget: {what}, gzip", "bytes", [small], {"raw": raw}, f"≤ {most:,}", small <= most)
        )
    return rows
