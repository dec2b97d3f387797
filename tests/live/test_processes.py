"""Several servers on one PostgreSQL, joined by its notifications and by a real Redis, while that is there."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.commands import run_command
from tests.fakes.openai_server import OpenAIServer
from tests.http.test_corrections import sign_in
from tests.http.test_metrics import figures
from tests.live.several import Redis, Watching, answers, bodies
from tests.processes import WholeProcess
from tests.services import Server, Site, wait_until


def test_comment_reaches_the_other_process(two: tuple[Server, Server]) -> None:
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
    wait_until(lambda: here.named("reload"))
    for each in (watching, here):
        each.leave()


def test_answer_streams_across_processes(two: tuple[Server, Server], model: OpenAIServer) -> None:
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


def test_workers_on_sqlite_need_redis(tmp_path: Path) -> None:
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


def test_hidden_answer_is_silent_in_all_processes(two: tuple[Server, Server], model: OpenAIServer) -> None:
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
