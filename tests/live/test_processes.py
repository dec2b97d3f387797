"""Several processes behind one address: joined by a real Redis, and each on its own when that is gone."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.commands import run_command
from tests.fakes.openai_server import OpenAIServer
from tests.http.test_corrections import sign_in
from tests.http.test_metrics import figures
from tests.processes import ServerProcess, WholeProcess
from tests.services import Server, Site, free_port, wait_until


@dataclasses.dataclass
class Redis:
    """A Redis server without a disk, which can die and return on the same port."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Redis]:
        server = cls(free_port(), Path(tempfile.mkdtemp()))
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
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def _answers(self) -> bool:
        done = subprocess.run(["redis-cli", "-p", str(self.port), "ping"], capture_output=True)
        return done.stdout.strip() == b"PONG"

    def kept(self) -> str:
        """All events that it still holds."""
        done = subprocess.run(
            ["redis-cli", "-p", str(self.port), "xrange", "answerback:events", "-", "+"], capture_output=True, text=True
        )
        return done.stdout

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


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis.start() as server:
        yield server


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture
def two(tmp_path: Path, redis: Redis, model: OpenAIServer) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """Two processes on one database."""
    joined = {"ANSWERBACK_REDIS_URL": redis.url, "OPENAI_BASE_URL": model.base_url}
    with Site.start() as site, ServerProcess.start(tmp_path, site, **joined) as first:
        second = dataclasses.replace(first, url=f"http://localhost:{free_port()}")
        second.run()
        try:
            first.begin()
            second.begin()
            yield first, second
        finally:
            second.stop()


def bodies(server: Server) -> list[str]:
    return [comment["body"] for comment in server.thread()["comments"]]


def test_comment_reaches_the_other_process(two: tuple[ServerProcess, ServerProcess]) -> None:
    first, second = two
    assert bodies(second) == []
    watching = Watching(second, second.thread()["last_event"])
    for number in range(3):
        first.post(f"Number {number}.", ask=False)
    wait_until(lambda: len(watching.named("comment.added")) == 3)
    begun = time.monotonic()
    assert bodies(second) == ["Number 0.", "Number 1.", "Number 2."]
    assert time.monotonic() - begun < 5, "not because what was at hand had become old"
    here = Watching(first, "0-1")
    wait_until(lambda: here.events)
    assert [event["comment"]["body"] for event in here.named("comment.added")] == bodies(first) or here.named("reload")
    for each in (watching, here):
        each.leave()


def test_answer_streams_across_processes(two: tuple[ServerProcess, ServerProcess], model: OpenAIServer) -> None:
    first, second = two
    words = [f"빵{number} 🥐 " for number in range(40)]
    text = "".join(words)
    model.script(default={"text": text, "size": 4, "delay": 0.02})
    start = second.thread()["last_event"]
    watching = Watching(second, start)
    answer = first.post("When do you open?", ask=True).json["answer"]["id"]
    wait_until(lambda: len(watching.named("answer.delta")) >= 3)
    moving = Watching(second, start)
    wait_until(lambda: len(moving.named("answer.delta")) >= 5)
    moving.leave()
    moved = Watching(first, moving.last)
    late = Watching(second, None)
    for reader in (watching, moved, late):
        wait_until(lambda r=reader: r.named("answer.settled"))
        assert reader.named("reload") == []
    assert watching.text_of(answer) == late.text_of(answer) == text
    moved.events[:0] = moving.events
    assert moved.text_of(answer) == text
    for reader in (watching, moved, late):
        reader.leave()


def test_servers_survive_a_redis_outage(two: tuple[ServerProcess, ServerProcess], redis: Redis) -> None:
    first, second = two
    here, there = Watching(first), Watching(second)
    assert first.post("Before.", ask=False).status == 201
    wait_until(lambda: there.named("comment.added"))
    assert "ok       redis" in first.command("check", check=False).stdout
    redis.die()
    assert first.post("In between.", ask=False).status == 201
    wait_until(lambda: "In between." in [event["comment"]["body"] for event in here.named("comment.added")])
    assert here.named("reload") == []
    redis.run()
    wait_until(lambda: there.named("reload") and here.named("reload"))
    wait_until(lambda: bodies(second) == ["Before.", "In between."])
    again = Watching(second, second.thread()["last_event"])
    assert first.post("After.", ask=False).status == 201
    wait_until(lambda: again.named("comment.added"))
    assert bodies(first) == bodies(second) == ["Before.", "In between.", "After."]
    stale = Watching(second, there.last)
    wait_until(lambda: stale.named("reload"))
    for each in (here, there, again, stale):
        each.leave()


def test_removed_text_leaves_redis(two: tuple[ServerProcess, ServerProcess], redis: Redis) -> None:
    first, second = two
    elsewhere = {"page": "/elsewhere.html", "url": first.site.origin + "/elsewhere.html"}
    assert first.post("On another page.", ask=False, **elsewhere).status == 201
    wait_until(lambda: "another page" in redis.kept())
    start, ids = second.thread()["last_event"], {}
    for name in ("edited", "deleted", "another"):
        ids[name] = first.post(f"These words were {name}.", ask=False).json["comment"]["id"]
    wait_until(lambda: "were another" in redis.kept())
    shown = second.thread()["last_event"]
    path = f"/api/comments/{ids['edited']}/"
    assert first.call("PATCH", path, {"site": "demo", "body": "Other words."}).status == 200
    wait_until(lambda: "Other words" in redis.kept())
    late = Watching(second, shown)
    wait_until(lambda: late.events)
    late.leave()
    assert [name for name, _ in late.events] == ["comment.changed"], "who had seen all that was before hears what came"
    early = Watching(second, start)
    wait_until(lambda: early.events)
    early.leave()
    assert [name for name, _ in early.events] == ["reload"], "who had not, hears nothing of what was"
    assert first.call("DELETE", f"/api/comments/{ids['deleted']}/", {"site": "demo"}).status == 204
    wait_until(lambda: "were edited" not in redis.kept() and "were deleted" not in redis.kept())
    assert "another page" in redis.kept()
    second.stop()
    second.run()
    back = Watching(second, start)
    wait_until(lambda: back.events)
    assert back.events[0][0] == "reload", "a process that starts does not know all that has been on the page"
    back.leave()


def test_workers_need_redis(tmp_path: Path) -> None:
    environment = {"ANSWERBACK_DATA_DIR": str(tmp_path)}
    refused = run_command(["serve", "--workers", "2"], environment)
    assert refused.returncode == 2
    assert "ANSWERBACK_REDIS_URL" in refused.stderr


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_dead_worker_is_replaced(tmp_path: Path, redis: Redis) -> None:
    with Site.start() as site, WholeProcess.start(tmp_path, site, ANSWERBACK_REDIS_URL=redis.url) as server:
        server.stop()
        server.run("--workers", "2")
        server.begin()
        first, second = wait_until(lambda: c if len(c := children_of(server.process.pid)) == 2 else None)
        assert server.post("Hello.", ask=False).status == 201
        wait_until(lambda: all(bodies(server) == ["Hello."] for _ in range(8)))
        for _ in range(20):
            assert server.call("GET", "/healthz").status == 200
        healthy = 'answerback_requests_total{route="/healthz",status="200"}'
        wait_until(lambda: figures(server)[healthy] == 20)
        assert {figures(server)[healthy] for _ in range(8)} == {20}, "workers count together"
        subprocess.run(["kill", "-9", str(first)], check=True)
        wait_until(lambda: len(set(children_of(server.process.pid)) - {first}) == 2)
        wait_until(lambda: all(answers(server) for _ in range(8)))
        assert figures(server)[healthy] == 20, "what a worker has counted outlives it"
        server.stop()
        assert server.process.returncode == 0
        wait_until(lambda: not Path(f"/proc/{second}").exists())


def test_server_stops_while_a_worker_is_being_replaced(tmp_path: Path, redis: Redis) -> None:
    with Site.start() as site, WholeProcess.start(tmp_path, site, ANSWERBACK_REDIS_URL=redis.url) as server:
        for _ in range(3):
            server.stop()
            server.run("--workers", "2")
            both = wait_until(lambda: c if len(c := children_of(server.process.pid)) == 2 else None)
            os.kill(both[0], signal.SIGKILL)
            while not set(children_of(server.process.pid)) - set(both):
                pass  # at once: signals must not get lost between the fork and its handlers
            server.stop()
            assert server.process.returncode == 0


def answers(server: Server) -> bool:
    try:
        return server.call("GET", "/readyz").status == 200
    except OSError:
        return False


def test_hidden_answer_is_silent_in_all_processes(
    two: tuple[ServerProcess, ServerProcess], model: OpenAIServer
) -> None:
    first, second = two
    model.script(default={"mode": "endless", "text": "word ", "delay": 0.005})
    readers = [Watching(server) for server in two]
    answer = second.post("When do you open?", ask=True).json["answer"]["id"]
    wait_until(lambda: all(len(reader.named("answer.delta")) >= 3 for reader in readers))
    with sign_in(first, "owner@example.com", "demo") as owner:
        assert owner.send(f"/admin/comments/{answer}/hide/").status_code == 303
    wait_until(lambda: model.seen()["requests"][0]["state"] == "cut", 5)
    for reader in readers:
        wait_until(lambda r=reader: r.named("comment.removed"))
        names = [name for name, _ in reader.events]
        assert "answer.delta" not in names[names.index("comment.removed") :]
        reader.leave()
