"""Signing in by password, as seen by those who read meanwhile."""

from __future__ import annotations

import contextlib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .contenders import answerback, load, port_of
from .measuring import Row, head

LOGINS, READERS = 50, 4
PASSWORD = "seven green lamps"


def signing_in(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """The slowest hundredth of reads of a thread while fifty sign in at once, beside that of quiet rounds."""
    quiet, busy, took = [], [], []
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(answerback(ANSWERBACK_TRUSTED_PROXIES="127.0.0.1,::1"))
        server.begin()
        for number in range(100):
            assert server.post(f"Comment {number}.", ask=False).status == 201
        pool = stack.enter_context(ThreadPoolExecutor(LOGINS + 1))
        accounts = [{"site": "demo", "email": f"reader-{n}@example.com", "password": PASSWORD} for n in range(LOGINS)]
        server.token = ""

        def call(path: str, n: int) -> int:
            return server.call("POST", path, accounts[n], **{"X-Forwarded-For": f"203.0.113.{n + 1}"}).status

        assert set(pool.map(lambda n: call("/api/user/register/", n), range(LOGINS))) == {201}
        port = port_of(server)
        path = f"/api/comments/?site=demo&page={server.page}&limit=100"
        job = {
            "kind": "requests", "port": port, "connections": [head("GET", path, port)] * READERS, "body": "",
            "seconds": seconds,
        }  # fmt: skip

        def sign_in() -> float:
            begun = time.perf_counter()
            assert set(pool.map(lambda n: call("/api/user/login/", n), range(LOGINS))) == {200}
            return time.perf_counter() - begun

        for _ in range(rounds):
            quiet.append(load(job)["p99_ms"])
            reading = pool.submit(load, job)
            took.append(sign_in())
            busy.append(reading.result()["p99_ms"])
    slower = statistics.median(busy) / statistics.median(quiet)
    return [
        Row(
            "signing in", f"thread of 100 comments while {LOGINS} sign in at once: 99th percentile", "ms", busy,
            {"nobody signs in": statistics.median(quiet)}, "≤ ×3", slower <= 3,
        ),
        Row("signing in", f"{LOGINS} passwords at once, all of them", "s", took),
    ]  # fmt: skip
