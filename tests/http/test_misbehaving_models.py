"""A model that does not stop, or that the server dies over: every answer has an end, and the server goes on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import change, rows
from tests.processes import ServerProcess
from tests.services import Server, Site, wait_until

MOST = 4 * 800
"""Characters of an answer: four for each token that is allowed."""
WORDS = "It is \u201copen at half past seven on weekdays\u201d, **so** [they](https://a.example) `say`. "
MANY = "".join(f"A{hashlib.sha256(bytes([number])).hexdigest()[:30]} is sold here. " for number in range(200))
"""More than an answer may have, and no sentence twice: what repeats itself is left out."""
SERVICE = Path(__file__).parents[2] / "deploy" / "answerback.service"


@pytest.fixture
def server(tmp_path: Path, model: OpenAIServer) -> Iterator[ServerProcess]:
    with Site.start() as site, ServerProcess.start(tmp_path, site, OPENAI_BASE_URL=model.base_url) as running:
        running.begin()
        yield running


def memory(server: ServerProcess) -> int:
    """The most that the server has held so far, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def settled(server: Server) -> str:
    """The body of a reply to a question, once it is done."""
    reply = server.settled(server.post("When does the bakery open?").json["answer"]["id"])
    assert reply["answer"]["state"] == "done"
    return str(reply["body"])


def test_endless_answers_end_with_what_is_there(server: ServerProcess, model: OpenAIServer) -> None:
    settled(server)
    before = memory(server)
    model.script(
        {"mode": "endless", "text": MANY, "size": 100},
        {"text": MANY * 1_000, "size": 1_000_000},
        {"mode": "json", "text": MANY * 100},
    )
    for _ in range(3):
        assert MOST - 100 < len(settled(server)) <= MOST
    assert memory(server) - before < 60_000_000
    wait_until(lambda: model.seen()["running"] == 0)
    assert [request["state"] for request in model.seen()["requests"]][1] == "cut"


@pytest.mark.parametrize("said", ["reasoning_content", "content"])
def test_endless_thoughts_end_the_call(server: ServerProcess, model: OpenAIServer, said: str) -> None:
    thought = {"choices": [{"index": 0, "delta": {said: "<think>" + "Hm. " * 25}, "finish_reason": None}]}
    endless = {"mode": "raw", "chunks": [f"data: {json.dumps(thought)}\n\n"] * 500}
    model.script(endless, endless)
    reply = server.settled(server.post("When does the bakery open?").json["answer"]["id"])
    assert (reply["answer"]["state"], reply["answer"]["error"]) == ("failed", "malformed")
    assert model.seen()["calls"] == 2, "once more, with an allowance for thoughts"


def test_signal_ends_the_server_beside_endless_models(server: ServerProcess, model: OpenAIServer) -> None:
    model.script(default={"mode": "endless", "text": "word ", "delay": 0.01})
    for number in range(5):
        server.post(f"When does it open, {number}?")
    wait_until(lambda: model.seen()["running"] == 5)
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 15
    assert rows(server, "SELECT state, attempts, lost_leases FROM answers") == [("queued", 0, 0)] * 5


def test_answer_three_servers_died_over_has_failed(server: ServerProcess, model: OpenAIServer) -> None:
    model.script(default={"gate": "go"})
    asked = server.post("When does the bakery open?").json["answer"]["id"]
    for deaths in range(1, 4):
        wait_until(lambda deaths=deaths: model.seen()["calls"] == deaths)
        server.kill()
        change(server, "UPDATE answers SET lease_until = 1")  # ten seconds later
        server.run()
    reply = server.settled(asked)
    assert (reply["answer"]["state"], reply["answer"]["retry_at"]) == ("failed", None)
    again = server.call("POST", f"/api/comments/{asked}/answer/", {"site": "demo"})
    assert again.json["code"] == "already_answered"
    assert model.seen()["calls"] == 3
    assert server.call("GET", f"/api/session/?site=demo&page={server.page}").json["quota"]["used"] == 1


def test_unit_gives_up_after_a_few_starts_in_a_minute() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.read_string(SERVICE.read_text("utf-8"))
    seconds, starts = int(unit["Unit"]["StartLimitIntervalSec"]), int(unit["Unit"]["StartLimitBurst"])
    pause, wait = int(unit["Service"]["RestartSec"]), int(unit["Service"]["ExecStart"].rpartition(" ")[2])
    assert seconds >= 60
    assert starts * pause < seconds, "what dies at once stays down"
    assert starts * (wait + pause) > seconds, "a database that is away for long does not keep it down"
