"""Questions that the site does not answer, as far as words can tell, cost no call; greetings cost nothing at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from answerback.core.grounding.judging import ANSWERED

from tests.fakes.openai_server import OpenAIServer
from tests.services import Server, Site

UNKNOWN = "Which telescope does Professor Zwicky recommend?"


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as running:
        yield running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, model: OpenAIServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("unlikely")
    with Site.start() as site, Server.start(folder, site, OPENAI_BASE_URL=model.base_url) as running:
        yield running


@pytest.fixture
def server(running: Server, model: OpenAIServer) -> Server:
    """On a page of its own, each time."""
    model.reset()
    running.turn_page()
    running.change(unlikely="refuse")
    running.begin()
    return running


def left(server: Server) -> int:
    answer: int = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["quota"]["left"]
    return answer


def ask_box(server: Server, text: str) -> Any:
    asked = {"site": "demo", "page": server.page, "url": server.site.origin + server.page, "title": "Bakery"}
    return server.call("POST", "/api/chat/gpt/", asked | {"user_input": text, "key": text}).json


def test_no_call_is_made_for_what_the_page_does_not_say(server: Server, model: OpenAIServer) -> None:
    reply = server.settled(server.post(UNKNOWN).json["answer"]["id"])
    answer = reply["answer"]
    assert (answer["state"], answer["provider"], answer["sources"]) == ("done", "quote", [])
    assert "does not say" in reply["body"]
    assert answer["supported"] is False, "so that the owner finds it among the unanswered"
    assert 0 <= answer["certainty"] < ANSWERED
    assert model.seen()["calls"] == 0


def test_likely_question_is_put_to_the_model(server: Server, model: OpenAIServer) -> None:
    reply = server.settled(server.post("When was the bakery founded?").json["answer"]["id"])
    assert reply["answer"]["provider"] == "openai" and reply["answer"]["certainty"] >= ANSWERED
    assert model.seen()["calls"] == 1


@pytest.mark.parametrize("question", ["Summarise this page", "Wann öffnet die Bäckerei?", "빵집은 언제 열어요?"])
def test_model_is_asked_where_words_cannot_tell(server: Server, model: OpenAIServer, question: str) -> None:
    id = ask_box(server, question)["id"]
    assert id and model.seen()["calls"] == 1


def test_owner_may_have_the_model_asked_always(server: Server, model: OpenAIServer) -> None:
    server.change(unlikely="ask")
    server.settled(server.post(UNKNOWN).json["answer"]["id"])
    assert model.seen()["calls"] == 1


@pytest.mark.parametrize("text", ["Thanks!", "Hello?", "감사합니다!"])
def test_courtesies_use_no_quota_and_no_model(server: Server, model: OpenAIServer, text: str) -> None:
    before = left(server)
    said = ask_box(server, text)
    assert said["response"] and said["supported"] is None and said["sources"] == []
    assert left(server) == before and model.seen()["calls"] == 0


def test_thanks_in_a_thread_get_no_reply(server: Server, model: OpenAIServer) -> None:
    server.change(ai="always")
    posted = server.post("Thanks!").json
    server.change(ai="questions")
    assert (posted["answer"], posted["refused"]) == (None, None)
