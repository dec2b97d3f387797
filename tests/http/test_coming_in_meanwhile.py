"""A guest signs in while an answer is on its way: it, and what it costs, are the account's from then on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.fakes.web_browser import WebBrowser
from tests.http.members import PASSWORD, Member, join
from tests.http.signing import BEHIND_A_PROXY, Window, code_in, rows
from tests.services import OF_ONE_ADDRESS, Reply, Server, Site, wait_until


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, OpenAIServer]]:
    with OpenAIServer.start() as model, Site.start() as site:
        settings = BEHIND_A_PROXY | OF_ONE_ADDRESS | {"OPENAI_BASE_URL": model.base_url}
        with Server.start(tmp_path_factory.mktemp("meanwhile"), site, **settings) as server:
            yield server, model


@pytest.fixture
def server(running: tuple[Server, OpenAIServer]) -> Server:
    running[0].turn_page()
    return running[0]


@pytest.fixture
def model(running: tuple[Server, OpenAIServer]) -> OpenAIServer:
    running[1].reset()
    return running[1]


def come_in(server: Server, member: Member) -> dict[str, Any]:
    """The guest whom the server's token is of signs in as a member; the session's answer from then on."""
    window = Window(server, WebBrowser())
    page = window.browser.post(window.page.url + "password/", {"email": member.email, "password": PASSWORD})
    data = {"site": "demo", "code": code_in(page), "verifier": window.verifier}
    reply = server.call("POST", "/api/session/exchange/", data, Origin=server.site.origin)
    assert reply.status == 201, reply.body
    server.token, member.cookie = "", reply.headers["set-cookie"].partition(";")[0]
    return seen(server, member)


def seen(server: Server, member: Member) -> dict[str, Any]:
    found: dict[str, Any] = member.call("GET", f"/api/session/?site=demo&page={server.page}").json
    return found


@pytest.mark.parametrize(("step", "state", "used"), [("text", "done", 1), ("failure", "failed", 0)])
def test_answer_in_flight_moves_to_the_account(
    server: Server, model: OpenAIServer, step: str, state: str, used: int
) -> None:
    steps = {
        "text": {"text": "At 9:00 on Saturdays.", "gate": "go", "gate_after": 2},
        "failure": {"mode": "status", "status": 400, "body": {"error": {"message": "no"}}, "gate": "go"},
    }
    model.script(steps[step])
    member = join(server)
    server.begin()
    guest = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["visitor"]["id"]
    asked = server.post("When do you open on Saturdays?", ask=True).json
    wait_until(
        lambda: rows(server, "SELECT 1 FROM answers WHERE id = ? AND state = 'streaming'", asked["answer"]["id"])
    )
    assert come_in(server, member)["quota"]["used"] == 1  # what was held for the guest is held for the account
    model.release("go")
    assert server.settled(asked["answer"]["id"])["answer"]["state"] == state
    assert seen(server, member)["quota"]["used"] == used
    assert server.thread()["comments"][0]["author"]["id"] == member.id
    left = rows(server, "SELECT SUM(used) FROM quota_usage WHERE bucket = ?", f"visitor:demo:{guest}")
    assert left in ([(None,)], [(0,)])
    assert not rows(server, "SELECT * FROM quota_holds WHERE bucket LIKE '%' || ?", guest)


def test_private_question_in_flight_moves_to_the_account(server: Server, model: OpenAIServer) -> None:
    model.script({"text": "Only for you.", "gate": "go", "gate_after": 2})
    member = join(server)
    server.begin()
    token = server.token

    def ask() -> Reply:
        data = {"site": "demo", "page": server.page, "user_input": "A secret question?", "key": f"key{server.page}"}
        return server.call("POST", "/api/chat/gpt/", data, Authorization=f"Bearer {token}")

    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(ask)
        wait_until(lambda: rows(server, "SELECT 1 FROM answers WHERE kind = 'chat' AND state = 'streaming'"))
        come_in(server, member)
        model.release("go")
        assert answering.result().json["response"] == "Only for you."  # whoever has asked still hears it
    history = member.call("GET", f"/api/chat/gpt/?site=demo&page={server.page}").json
    assert [said["content"] for said in history["conversations"]] == ["A secret question?", "Only for you."]
    assert history["count"] == 1
    assert server.call("GET", f"/api/chat/gpt/?site=demo&page={server.page}").json["conversations"] == []
