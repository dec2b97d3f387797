"""The switch that ends all answering on a server, turned beside it while it answers: `answerback answers off`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.services import Server, Site, wait_until


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, provider: OpenAIServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("switch")
    settings = {"OPENAI_BASE_URL": provider.base_url, "ANSWERBACK_ANSWERS_AT_ONCE": "1"}
    with Site.start() as site, Server.start(folder, site, **settings) as server:
        yield server


def used(server: Server) -> int:
    count: int = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["quota"]["used"]
    return count


def test_switching_answers_off_stops_and_refunds(shared: Server, provider: OpenAIServer) -> None:
    shared.begin()
    provider.script({"text": "x" * 80, "gate": "go", "gate_after": 3})
    written, waiting = (shared.post(f"When does it open, {number}?").json["answer"]["id"] for number in range(2))
    wait_until(lambda: provider.seen()["running"] == 1)

    shared.command("answers", "off")

    stopped, failed = shared.settled(written), shared.settled(waiting)
    assert stopped["answer"]["state"] == "stopped" and set(stopped["body"]) == {"x"}, "it keeps what has come"
    assert (failed["answer"]["state"], failed["answer"]["error"]) == ("failed", "ai_off")
    assert failed["answer"]["retry_at"] is None
    wait_until(lambda: provider.seen()["running"] == 0)
    assert provider.seen()["calls"] == 1
    assert used(shared) == 1, "only what has been written"

    asked = shared.post("And on Sundays?", ask=True)
    assert asked.status == 201 and asked.json["answer"] is None, "comments go on"
    assert asked.json["refused"]["code"] == "ai_off"
    page = {"site": "demo", "page": shared.page, "url": shared.site.origin + shared.page, "user_input": "When?"}
    private = shared.call("POST", "/api/chat/gpt/", page)
    assert (private.status, private.json["code"]) == (403, "ai_off")

    shared.command("answers", "on")
    again = f"/api/comments/{waiting}/answer/"
    wait_until(lambda: shared.call("POST", again, {"site": "demo"}).status < 300)
    assert shared.settled(waiting)["answer"]["state"] == "done"
    assert used(shared) == 2
