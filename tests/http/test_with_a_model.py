"""The whole server with an OpenAI-compatible one behind it: `OPENAI_BASE_URL` is all that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import change
from tests.processes import ServerProcess
from tests.services import Server, Site, wait_until, walk

NO_LIMITS = dict.fromkeys(("comments_per_minute", "address_comments_per_minute"), "unlimited")
A_HUNDRED = {"daily_answers": "100", "address_daily_answers": "100"} | NO_LIMITS


@pytest.fixture
def server(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path, site, OPENAI_BASE_URL=model.base_url) as running:
        running.begin()
        yield running


def test_model_answers_with_a_verified_quote(server: Server, model: OpenAIServer) -> None:
    posted = server.post("When does the bakery open?").json
    reply = server.settled(posted["answer"]["id"])
    assert reply["answer"]["state"] == "done"
    assert reply["answer"]["provider"] == "openai"
    assert reply["answer"]["sources"][0]["url"] == server.site.origin + server.page
    seen = model.seen()["requests"]
    assert len(seen) == 1
    assert "tools" not in seen[0]["body"]
    assert "9:00 on Saturdays" in str(seen[0]["body"]["messages"])


def test_one_answer_left_is_one_call_upstream(server: Server, model: OpenAIServer) -> None:
    server.restart(daily_answers="1", **NO_LIMITS)
    together = Barrier(200)

    def ask(number: int) -> Any:
        together.wait(60)
        return server.post(f"Is this number {number}?").json

    with ThreadPoolExecutor(200) as pool:
        replies = list(pool.map(ask, range(200)))
    given = [reply["answer"]["id"] for reply in replies if reply["answer"]]
    assert len(given) == 1
    assert server.settled(given[0])["answer"]["state"] == "done"
    assert model.seen()["calls"] == 1


def test_stop_keeps_the_text_and_retry_restarts(server: Server, model: OpenAIServer) -> None:
    model.script({"text": "One two three four five.", "gate": "go", "gate_after": 3})
    id = server.post("When does it open?").json["answer"]["id"]
    wait_until(lambda: model.seen()["running"] == 1)
    stopped = server.call("DELETE", f"/api/comments/{id}/answer/", {"site": "demo"})
    assert stopped.status == 200
    assert stopped.json["answer"]["answer"]["state"] == "stopped"
    assert "five" not in stopped.json["answer"]["body"]
    wait_until(lambda: model.seen()["requests"][0]["state"] == "cut")
    assert server.call("POST", f"/api/comments/{id}/answer/", {"site": "demo"}).status == 202
    assert server.settled(id)["answer"]["state"] == "done"
    assert server.call("POST", f"/api/comments/{id}/answer/", {"site": "demo"}).json["code"] == "already_answered"


def test_provider_down_keeps_the_comment_for_a_retry(server: Server, model: OpenAIServer) -> None:
    model.script(*[{"mode": "status", "status": 500}] * 10)
    posted = server.post("When does it open?")
    assert posted.status == 201
    reply = server.settled(posted.json["answer"]["id"])
    assert reply["answer"]["state"] == "failed"
    assert reply["answer"]["retry_at"] is not None
    assert "tried again" in reply["body"]


def test_permanent_failure_refunds_the_quota(server: Server, model: OpenAIServer) -> None:
    model.script({"mode": "status", "status": 400})
    posted = server.post("When does it open?").json
    assert posted["quota"]["left"] == 4
    reply = server.settled(posted["answer"]["id"])
    assert (reply["answer"]["state"], reply["answer"]["retry_at"]) == ("failed", None)
    assert server.call("GET", f"/api/session/?site=demo&page={server.page}").json["quota"]["left"] == 5


def test_kill_during_fifty_answers_settles_each_once(tmp_path: Path, model: OpenAIServer) -> None:
    with (
        Site.start() as site,
        ServerProcess.start(tmp_path, site, OPENAI_BASE_URL=model.base_url, **A_HUNDRED) as server,
    ):
        server.begin()
        model.script(default={"gate": "go", "gate_after": 2})
        with ThreadPoolExecutor(8) as pool:
            posted = list(pool.map(lambda number: server.post(f"When does it open, {number}?").json, range(50)))
        wait_until(lambda: model.seen()["running"] == 50)
        server.kill()
        model.release("go")
        change(server, "UPDATE answers SET lease_until = 1 WHERE state = 'streaming'")  # ten seconds later
        server.run()
        for item in posted:
            assert server.settled(item["answer"]["id"])["answer"]["state"] == "done"
        ends = [request["state"] for request in model.seen()["requests"]]
        assert (ends.count("cut"), ends.count("completed")) == (
            50,
            50,
        )  # those that the kill cut, and one more for each
        comments = list(walk(server.thread()["comments"]))
        assert len(comments) == 100
        assert server.call("GET", f"/api/session/?site=demo&page={server.page}").json["quota"]["used"] == 50


@pytest.mark.parametrize("page", ["/bakery.html", "/not-there.html"])
def test_visitors_title_is_in_no_prompt(server: Server, model: OpenAIServer, page: str) -> None:
    """Threat 17: the thread keeps the first one's title and address, and others ask below."""
    place = {"page": page, "url": server.site.origin + page, "title": "Canary of a title"}
    own = server.post("Is it open?", **place).json
    question = server.post("When does the bakery open?", ask=False, **place).json["comment"]["id"]
    server.begin()
    asked = server.call("POST", f"/api/comments/{question}/answer/", {"site": "demo"}).json["answer"]["id"]
    server.page = page
    assert {server.settled(id)["answer"]["state"] for id in (own["answer"]["id"], asked)} == {"done"}
    sent = str([request["body"] for request in model.seen()["requests"]])
    assert len(model.seen()["requests"]) == 2
    assert "Canary" not in sent
    assert ("Harbour bakery" in sent) is (page == "/bakery.html")
