"""Several servers on one database: a Redis for them, and readers of their pages."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.services import Server, Site, free_port, wait_until


@dataclasses.dataclass
class Redis:
    """A Redis server without a disk, which can die and return on the same port."""

    port: int
    folder: Path
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def start(cls, *options: str) -> Iterator[Redis]:
        server = cls(free_port(), Path(tempfile.mkdtemp()), options)
        server.run()
        try:
            yield server
        finally:
            server.die()
            shutil.rmtree(server.folder)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def run(self) -> None:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        assert program, "neither redis-server nor valkey-server is installed"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen([program, *self.options, *options], stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def _answers(self) -> bool:
        done = subprocess.run(["redis-cli", "-p", str(self.port), "ping"], capture_output=True)
        return done.stdout.strip() == b"PONG"

    def say(self, *words: str) -> None:
        """Give it a command."""
        subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, check=True)

    def die(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Watching:
    """A reader of a page at one of the servers, in a thread of its own; comes back when its stream ends."""

    def __init__(self, server: Server, after: str | None = None) -> None:
        self.events: list[tuple[str, Any]] = []
        self.last = after
        self.failed: BaseException | None = None
        self._url = f"{server.url}/api/events/?site=demo&page={server.page}"
        self._opened = threading.Event()
        self._client = httpx2.Client(timeout=30, trust_env=False)
        threading.Thread(target=self._read, daemon=True).start()
        assert self._opened.wait(20)

    def _read(self) -> None:
        headers = {"Last-Event-ID": self.last} if self.last else {}
        try:
            with self._client.stream("GET", self._url, headers=headers) as response:
                event = ""
                for line in response.iter_lines():
                    self._opened.set()
                    name, _, value = line.partition(": ")
                    if name == "id":
                        self.last = value
                    elif name == "event":
                        event = value
                    elif name == "data" and event != "ping":
                        self.events.append((event, json.loads(value)))
        except (httpx2.HTTPError, httpx2.StreamError):
            pass

    def leave(self) -> None:
        self._client.close()

    def named(self, name: str) -> list[Any]:
        return [data for event, data in list(self.events) if event == name]

    def text_of(self, answer: str) -> str:
        """What a browser would show: every delta put in at its offset (counted as JavaScript does)."""
        units = b""
        for delta in self.named("answer.delta"):
            if delta["id"] == answer:
                assert 2 * delta["offset"] <= len(units), "a piece is missing"
                units = units[: 2 * delta["offset"]] + delta["text"].encode("utf-16-le")
        return units.decode("utf-16-le")


@contextmanager
def two_servers(folder: Path, url: str, **settings: str) -> Iterator[tuple[Server, Server]]:
    """Two servers on one database."""
    with Site.start() as site, Server.start(folder, site, ANSWERBACK_DATABASE_URL=url, **settings) as first:
        second = another(first)
        second.run()
        try:
            first.begin()
            second.token = first.token
            yield first, second
        finally:
            second.stop()


def another(server: Server, clock: Any = None, **settings: str) -> Server:
    """A server beside this one, on the same database."""
    return dataclasses.replace(
        server, url=f"http://localhost:{free_port()}", environment=server.environment | settings,
        clock=clock or server.clock, _running=None,
    )  # fmt: skip


def bodies(server: Server) -> list[str]:
    return [comment["body"] for comment in server.thread()["comments"]]


def answers(server: Server) -> bool:
    try:
        return server.call("GET", "/readyz").status == 200
    except OSError:
        return False
