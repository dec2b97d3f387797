"""`make soak`: a server under load for an hour that is killed again and again, and has every known fault in turn.

What it holds to: nothing that was acknowledged is lost, the server comes back by itself after each fault, every answer
ends, and memory stays flat: beside faults, and without them under the load of `memory.py`. `python -m tests.bench.soak
--minutes 5` is a short one.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException
from pathlib import Path

from tests.fakes.openai_server import OpenAIServer
from tests.http.test_out_of_order import full_disk
from tests.processes import ServerProcess
from tests.services import wait_until

from . import memory as modest
from .contenders import ROOT, answerback, guests_of, resident_mb

WRITERS = 4
PAGES = 50
BACK_SECONDS = 60
SHARE_OF_KILLS = 0.6
SHARE_OF_MODEST_LOAD, LEAST_MODEST_MINUTES = 0.2, 8
"""Of the time. In between the faults go on without kills, to see whether memory grows."""
MOST_GROWTH = 1.15
UNREACHABLE = (OSError, ValueError, HTTPException)


class Load:
    """Visitors who post, ask and read on many pages, and keep account of what was acknowledged."""

    def __init__(self, server: ServerProcess) -> None:
        self.acknowledged: set[str] = set()
        self.statuses: Counter[str] = Counter()
        self._server = server
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._visit, args=(number, token))
            for number, token in enumerate(guests_of(server, WRITERS))
        ]

    @contextmanager
    def running(self) -> Iterator[None]:
        """They are there."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()

    def _visit(self, number: int, token: str) -> None:
        chance, server = random.Random(number), self._server
        while not self._over.wait(0.02):
            page = f"/page-{chance.randrange(PAGES)}.html"
            ask = chance.random() < 0.1
            body = {
                "site": "demo", "page": page, "url": server.site.origin + page, "title": "Soak",
                "body": f"Is it open at {chance.random()}?", "ask": ask, "key": f"{number}-{chance.random()}",
            }  # fmt: skip
            try:
                reply = server.call("POST", "/api/comments/", body, Authorization=f"Bearer {token}")
                self.statuses[str(reply.status)] += 1
                if reply.status == 201:
                    self.acknowledged.add(reply.json["comment"]["id"])
                server.call("GET", f"/api/comments/?site=demo&page={page}")
            except UNREACHABLE:
                self.statuses["unreachable"] += 1


def is_back(server: ServerProcess) -> bool:
    """Whether the server reads and writes."""
    try:
        return server.call("GET", "/readyz").status == 200
    except UNREACHABLE:
        return False


class Faults:
    """What happens to a server in years; each returns once the fault is over."""

    def __init__(self, server: ServerProcess, model: OpenAIServer, folder: Path) -> None:
        self._server = server
        self._model = model
        self._folder = folder
        self._file = Path(server.database_url.removeprefix("sqlite:///"))

    def kill(self) -> None:
        """A power cut."""
        self._server.kill()
        self._server.run()

    def stop(self) -> None:
        """An orderly restart."""
        self._server.stop()
        self._server.run()

    def disk_full(self) -> None:
        """No room for three seconds."""
        with full_disk(self._server):
            time.sleep(3)

    def locked(self) -> None:
        """Another program holds the database."""
        with closing(sqlite3.connect(self._file, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(3)
            other.execute("ROLLBACK")

    def moved(self) -> None:
        """The data folder is moved away and back."""
        away = self._file.parent.with_name("away")
        self._file.parent.rename(away)
        time.sleep(2)
        away.rename(self._file.parent)

    def frozen(self) -> None:
        """The machine sleeps."""
        self._server.process.send_signal(signal.SIGSTOP)
        time.sleep(3)
        self._server.process.send_signal(signal.SIGCONT)

    def provider(self) -> None:
        """The model fails in each of its ways."""
        for step in (
            {"mode": "status", "status": 500}, {"mode": "status", "status": 429, "retry_after": "1"}, {"mode": "cut"},
            {"mode": "stall"}, {"mode": "malformed"}, {"mode": "early_end"},
        ):  # fmt: skip
            self._model.script(default=step)
            time.sleep(1)
        self._model.script(default={})

    def backup(self) -> None:
        """A backup is made meanwhile, and it is whole."""
        target = self._folder / "soak.tar"
        self._server.command("backup", str(target))
        target.unlink()

    def migrations(self) -> int:
        """Migrations are killed at each of their statements; how many kills."""
        url = f"sqlite:///{self._folder / 'migrated.db'}"
        done = subprocess.run(
            [sys.executable, "-m", "tests.migrations.forking", "killed", url], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for path in self._folder.glob("migrated.db*"):
            path.unlink()
        return sum(int(line.split()[-2]) for line in done.stdout.splitlines() if " killed " in line)

    def quiet(self) -> list[Callable[[], object]]:
        """Those through which the process lives."""
        return [self.disk_full, self.locked, self.moved, self.frozen, self.provider, self.backup]


def soak(minutes: float, folder: Path) -> int:
    """Run it; the exit code."""
    count: Counter[str] = Counter()
    memory: list[float] = []
    of_modest = max(LEAST_MODEST_MINUTES, minutes * SHARE_OF_MODEST_LOAD)
    early, late, _ = modest.measure(of_modest)
    print(f"memory under a modest load: {early:.1f} MB after five minutes, {late:.1f} MB after {of_modest:.0f}")
    with OpenAIServer.start() as model, answerback(OPENAI_BASE_URL=model.base_url) as server:
        server.change(ai="questions")
        faults, load = Faults(server, model, folder), Load(server)
        begun, left = time.monotonic(), 60 * minutes * (1 - SHARE_OF_MODEST_LOAD)
        kills_until, until = begun + 60 * minutes * SHARE_OF_KILLS, begun + left
        with load.running():
            turns = faults.quiet()
            while time.monotonic() < kills_until:
                count["kills in migrations"] += faults.migrations()
                for turn in turns:
                    for _ in range(20):
                        if time.monotonic() < kills_until:
                            faults.kill()
                            count["kills"] += 1
                    turn()
                    count["other faults"] += 1
                    wait_until(lambda: is_back(server), BACK_SECONDS)
                faults.stop()
            while time.monotonic() < until:
                for turn in turns:
                    turn()
                    count["other faults"] += 1
                    wait_until(lambda: is_back(server), BACK_SECONDS)
                    memory.append(resident_mb(server.process.pid))
        return max(report(server, load, count, memory), 0 if modest.is_flat(early, late) else 1)


def report(server: ServerProcess, load: Load, count: Counter[str], memory: list[float]) -> int:
    """Say what came of it; 1 where something did not hold."""
    path = server.database_url.removeprefix("sqlite:///")

    def unsettled() -> int:
        with closing(sqlite3.connect(path, timeout=30)) as database:
            return int(database.execute("SELECT COUNT(*) FROM answers WHERE state = 'streaming'").fetchone()[0])

    with contextlib.suppress(AssertionError):
        wait_until(lambda: unsettled() == 0, 120)
    with closing(sqlite3.connect(path, timeout=30)) as database:
        kept = {row[0] for row in database.execute("SELECT id FROM comments")}
    lost = load.acknowledged - kept
    checked = server.command("check", check=False)
    warm = memory[len(memory) // 3 :]  # what is imported and cached at first is no growth
    half = len(warm) // 2
    early, late = statistics.median(warm[:half] or [0]), statistics.median(warm[half:] or [0])
    holds = {
        "nothing acknowledged is lost": not lost,
        "every answer has ended": unsettled() == 0,
        "the database is sound": "ok       integrity" in checked.stdout,
        "memory is flat": late <= early * MOST_GROWTH,
    }
    print(
        f"{count['kills']:,} kills, {count['kills in migrations']:,} more in migrations, "
        f"{count['other faults']:,} other faults"
    )
    print(f"{len(load.acknowledged):,} comments acknowledged, {len(lost)} lost; responses: {dict(load.statuses)}")
    print(f"memory without kills: {early:.0f} MB in the second third, {late:.0f} MB in the last")
    print("\n".join(f"{'yes' if held else 'NO ':3} {what}" for what, held in holds.items()))
    return 0 if all(holds.values()) else 1


def main() -> int:
    """Read how long."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    folder = Path(tempfile.mkdtemp(prefix="answerback-soak-"))
    try:
        return soak(parser.parse_args().minutes, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
