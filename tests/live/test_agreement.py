"""Servers that share a database share the time, limits and keys, or say that they do not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from answerback.clock import DatabaseClock

from tests.fakes.openai_server import OpenAIServer
from tests.live.several import another, two_servers
from tests.postgres import Postgres
from tests.services import AdvancedClock, Server


def clock_ahead(seconds: float) -> DatabaseClock:
    """A server's clock on a machine whose own is wrong by so much."""
    wrong = AdvancedClock()
    wrong.advance(seconds=seconds)
    return DatabaseClock(wrong)


@pytest.fixture
def apart(tmp_path: Path, postgres: Postgres, model: OpenAIServer) -> Iterator[tuple[Server, Server]]:
    """Two servers on machines whose clocks are two minutes apart, the second with another key."""
    with two_servers(tmp_path, postgres.fresh(), OPENAI_BASE_URL=model.base_url) as (first, second):
        second.stop()
        wrong = another(second, clock_ahead(120))
        wrong.run()
        try:
            yield first, wrong
        finally:
            wrong.stop()
            second.run()


def test_clocks_apart_do_no_harm(apart: tuple[Server, Server], model: OpenAIServer) -> None:
    first, second = apart
    for one, other in (apart, apart[::-1]):
        ticket = one.call("POST", "/api/session/", {"site": "demo"}, Authorization="").json["ticket"]
        assert other.call("POST", "/api/session/bearer/", {"site": "demo", "ticket": ticket}).status == 200
    model.script(default={"text": "At half past seven.", "size": 2, "delay": 0.05})
    second.token = first.token
    asked = [server.post("When do you open?", ask=True).json["answer"]["id"] for server in apart]
    for id in asked:
        assert first.settled(id)["answer"]["state"] == "done"
    assert len(model.seen()["requests"]) == 2, "no running answer was taken for an abandoned one"
    problem = second.call("GET", "/readyz").json["problems"][0]
    assert "120 s ahead of the database's" in problem
    line = next(
        each for each in json.loads(first.command("check", "--json", check=False).stdout) if each["part"] == "servers"
    )
    assert (line["state"], "120 s ahead" in line["detail"]) == ("warning", True)


def test_different_keys_are_reported(tmp_path: Path, postgres: Postgres) -> None:
    with two_servers(tmp_path, postgres.fresh()) as (first, second):
        assert first.call("GET", "/readyz").json == {"status": "ok"}
        second.stop()
        other = another(second, ANSWERBACK_SECRET_KEY="k" * 40)
        other.run()
        try:
            problems = other.call("GET", "/readyz").json["problems"]
            assert [problem.partition(" of another")[0] for problem in problems] == [
                "ANSWERBACK_SECRET_KEY differs from that"
            ]
            checked = json.loads(other.command("check", "--json", check=False).stdout)
            assert [line["state"] for line in checked if line["part"] == "servers"] == ["warning"]
        finally:
            other.stop()
            second.run()


def test_sessions_of_an_address_are_counted_together(tmp_path: Path, postgres: Postgres) -> None:
    with two_servers(tmp_path, postgres.fresh()) as servers:
        for server in servers:
            server.token = ""
        begun = [servers[number % 2].call("POST", "/api/session/", {"site": "demo"}).status for number in range(64)]
        assert begun == 59 * [201] + 5 * [429], "one was begun before"
