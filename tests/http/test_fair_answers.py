"""One visitor's and one site's failures are their own: breakers, slots and tries, with the model behind real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from answerback.answers.providers.breakers import FAILURES
from answerback.answers.queue import AT_ONCE
from answerback.clock import SystemClock
from answerback.sites.store import add_site

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import rows
from tests.services import Server, Site, wait_until, write_to

NO_LIMITS = dict.fromkeys(
    ("daily_answers", "address_daily_answers", "comments_per_minute", "address_comments_per_minute"), "unlimited"
)
OUT = {"mode": "status", "status": 503}


@pytest.fixture
def server(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    """A server with the sites `demo` and `other`."""
    with (
        Site.start() as site,
        Server.start(tmp_path, site, OPENAI_BASE_URL=model.base_url, OPENAI_API_KEY="old", **NO_LIMITS) as running,
    ):
        settings = {"origins": site.origin} | NO_LIMITS
        write_to(running.database_url, lambda: add_site("other", settings, SystemClock().now()))
        running.clock.advance(seconds=60)
        begin(running, "demo")
        yield running


def begin(server: Server, site: str) -> None:
    """A guest of that site."""
    server.token = ""
    ticket = server.call("POST", "/api/session/", {"site": site}).json["ticket"]
    server.token = server.call("POST", "/api/session/bearer/", {"site": site, "ticket": ticket}).json["token"]


def ask(server: Server, words: str, site: str = "demo", key: str = "") -> Any:
    """Ask in the ask box and wait for the answer."""
    data = {"site": site, "page": "/bakery.html", "url": server.site.origin + "/bakery.html", "user_input": words}
    return server.call("POST", "/api/chat/gpt/", data | {"key": key}).json


def test_empty_answers_close_the_model_to_nobody(server: Server, model: OpenAIServer) -> None:
    model.script(about={"Say nothing": {"mode": "wordless", "finish": "length"}})
    for number in range(2 * FAILURES):
        assert ask(server, "Say nothing.", key=f"k{number}")["code"] == "answer_failed"
    assert model.seen()["calls"] == 2 * FAILURES + 1, "once more where it may have thought"
    begin(server, "other")
    assert ask(server, "When does the bakery open?", "other")["state"] == "done"


def test_seventy_hanging_questions_delay_no_other_site(server: Server, model: OpenAIServer) -> None:
    model.script(about={"Hang": {"gate": "go"}})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: server.post(f"Hang, number {number}?"), range(70)))
    taken = AT_ONCE * 4 // 5 + 1
    wait_until(lambda: model.seen()["running"] == taken)
    begin(server, "other")
    reply = server.post("When does the bakery open?", site="other").json["answer"]["id"]
    wait_until(lambda: rows(server, "SELECT state FROM answers WHERE id = ?", reply) == [("done",)], 5)
    assert model.seen()["running"] == taken
    model.release("go")


def test_refusal_by_the_breaker_uses_no_try(server: Server, model: OpenAIServer) -> None:
    model.script(default=OUT)
    with ThreadPoolExecutor(FAILURES) as pool:
        list(pool.map(lambda number: ask(server, f"Are you open, {number}?"), range(FAILURES)))
    calls = model.seen()["calls"]
    for _ in range(2):
        asked = server.post("When does the bakery open?").json["answer"]["id"]
        reply = server.settled(asked)
        assert (reply["answer"]["state"], reply["answer"]["retry_at"] is not None) == ("failed", True)
    assert model.seen()["calls"] == calls, "nobody was called"
    assert rows(server, "SELECT attempts FROM answers WHERE id = ?", asked) == [(0,)]
    model.script(default={})
    waiting = "SELECT 1 FROM answers WHERE state = 'streaming' OR (state = 'queued' AND due_at <= ?1) OR retry_at <= ?1"

    def is_done() -> bool:  # one of those that wait is tried first; nothing that is due loses its lease to the clock
        found = rows(server, "SELECT state, attempts FROM answers WHERE id = ?", asked)
        if found == [("failed", 0)] and not rows(server, waiting, server.clock.now()):
            server.clock.advance(seconds=31)
        return found == [("done", 1)]

    wait_until(is_done)
    assert server.settled(asked)["answer"]["state"] == "done"


def test_new_key_answers_what_the_old_one_could_not(server: Server, model: OpenAIServer) -> None:
    model.script({"mode": "status", "status": 401})
    asked = server.post("When does the bakery open?").json["answer"]["id"]
    reply = server.settled(asked)
    assert (reply["answer"]["error"], reply["answer"]["retry_at"]) == ("auth", None), "nobody knows when"
    server.environment["OPENAI_API_KEY"] = "new"
    server.restart()
    wait_until(lambda: server.settled(asked)["answer"]["state"] == "done")
    assert [request["headers"]["authorization"] for request in model.seen()["requests"]] == ["Bearer old", "Bearer new"]
    assert rows(server, "SELECT attempts FROM answers WHERE id = ?", asked) == [(1,)]
