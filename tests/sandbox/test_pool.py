"""Workers hold to their limits, hold nothing of the server's, and one that dies takes nobody's task with it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from answerback.sandbox.pool import Limits, Pool, Refused

from tests.services import wait_until

TASKS, ROOT = "tests.sandbox.tasks", Path(__file__).parents[2]

pytestmark = pytest.mark.anyio


def pool(workers: int = 1, *, seconds: float = 0.3, idle_seconds: float = 60.0) -> Pool:
    return Pool(TASKS, Limits(seconds, megabytes=100), workers, idle_seconds)


def runs(pid: int) -> bool:
    """Whether a process is there and not only remembered."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    ("task", "args", "reason"), [("spin", None, "time"), ("fill", 300, "memory"), ("fall", None, "crash")]
)
async def test_worker_over_its_limit_is_replaced(task: str, args: int | None, reason: str) -> None:
    own = pool()
    assert await own.run("echo", {"a": 1}, b"body") == ({"a": 1}, b"body")
    with pytest.raises(Refused) as refused:
        await own.run(task, args)
    assert refused.value.reason == reason
    assert await own.run("echo", [2]) == ([2], b"")


async def test_killed_worker_costs_no_task() -> None:
    own = pool()
    pid, _ = await own.run("pid", None)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not runs(pid))
    assert (await own.run("pid", None))[0] != pid


async def test_workers_begin_with_a_task_and_end_idle() -> None:
    own = pool(idle_seconds=0.05)
    pid, _ = await own.run("pid", None)
    wait_until(lambda: not Path(f"/proc/{pid}").exists())
    assert (await own.run("pid", None))[0] != pid


async def test_heavy_tasks_leave_other_workers_free() -> None:
    own = pool(workers=2, seconds=1)
    heavy = asyncio.ensure_future(own.run("spin", None))
    for number in range(10):
        assert await own.run("echo", number) == (number, b"")
    assert not heavy.done()
    with pytest.raises(Refused):
        await heavy


async def test_workers_hold_nothing_of_the_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
        listener.set_inheritable(True)
        held, _ = await pool().run("holds", None)
    assert [name for name in held["files"] if not name.startswith(("pipe:", "/dev/null", "/proc/"))] == []
    assert "HOME" in os.environ, "what is set here is not passed on"
    assert held["env"].keys() <= {
        "PATH",
        "PYTHONPATH",
        "PYTHONHOME",
        "LD_LIBRARY_PATH",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
    }


def test_worker_ends_with_its_server() -> None:
    program = f"""
import asyncio
from answerback.sandbox.pool import Limits, Pool
own = Pool({TASKS!r}, Limits(1, 100), 1)
async def go():
    print((await own.run("pid", None))[0], flush=True)
    await own.run("spin", None)
asyncio.run(go())
"""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'server'}"}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        assert runs(worker)
        server.kill()
    wait_until(lambda: not runs(worker))
