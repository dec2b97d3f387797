"""Moderation of questions and answers: blocked words and the provider's moderation, over the real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import rows
from tests.live.several import Watching
from tests.services import Server, Site, wait_until

QUESTION = "When does the bakery open?"
WORDS = "casino,도박,kill switch,ass"
UNLIMITED = dict.fromkeys(("address_daily_answers", "address_comments_per_minute", "daily_answers"), "unlimited")


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, provider: OpenAIServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("moderation")
    with Site.start() as site, Server.start(folder, site, OPENAI_BASE_URL=provider.base_url) as server:
        server.change(**UNLIMITED)
        yield server


@pytest.fixture
def model(provider: OpenAIServer) -> OpenAIServer:
    provider.reset()
    return provider


@pytest.fixture
def server(shared: Server) -> Server:
    """The module's server on a fresh page."""
    shared.begin()
    return shared


def set_moderation(server: Server, level: str) -> None:
    """Change the setting if it differs."""
    wanted = {"answer_moderation": level, "blocked_words": WORDS}
    settings = json.loads(rows(server, "SELECT settings FROM sites WHERE key = 'demo'")[0][0])
    if not wanted.items() <= settings.items():
        server.change(**wanted)


def verdicts(server: Server, id: str) -> Any:
    return json.loads(rows(server, "SELECT verdicts FROM answers WHERE id = ?", id)[0][0])


def ask(server: Server, question: str = QUESTION) -> Any:
    """The settled answer to a question."""
    return server.settled(server.post(question).json["answer"]["id"])


def used(server: Server) -> int:
    count: int = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["quota"]["used"]
    return count


def readable(server: Server, id: str) -> str:
    """All that anybody can read of a page and an answer, from every place that shows it."""
    place = f"site=demo&page={server.page}"
    paths = (
        f"/api/comments/?{place}", f"/t/?{place}", f"/api/feed/?{place}", f"/api/session/?{place}",
        f"/api/comments/{id}/history/?site=demo", "/api/answered/?site=demo&q=When+does+the+bakery+open",
    )  # fmt: skip
    late = Watching(server, None)
    replayed = json.dumps(late.events)
    late.leave()
    return replayed + "".join(server.call("GET", path).body.decode() for path in paths)


@pytest.mark.parametrize("level", ["words", "moderation"])
def test_a_blocked_question_is_never_sent(server: Server, model: OpenAIServer, level: str) -> None:
    set_moderation(server, level)
    for question in ("Where is the **CASINO** here?", "여기 온라인도박은 어디서 하나요?"):
        reply = ask(server, question)
        assert (reply["answer"]["state"], reply["body"], reply["html"]) == ("withheld", "", "")
        assert verdicts(server, reply["id"]) == {"question": "blocked"}
    assert used(server) == 2, "asking what is blocked is not free"
    seen = model.seen()
    assert (seen["calls"], seen["moderated"]) == (0, []), "not even moderation is asked about what the words block"
    assert ask(server)["answer"]["state"] == "done"


def test_moderation_off_checks_nothing(server: Server, model: OpenAIServer) -> None:
    set_moderation(server, "off")
    model.script({"text": "A casino, no; a bakery."})
    reply = ask(server, "Is this a casino?")
    assert (reply["answer"]["state"], "casino" in reply["body"]) == ("done", True)
    assert verdicts(server, reply["id"]) == {"question": "off", "answer": "off"}, "nobody has looked"


@pytest.mark.parametrize("size", [1, 3, 40])
def test_blocked_word_ends_the_answer_unseen(server: Server, model: OpenAIServer, size: int) -> None:
    set_moderation(server, "words")
    model.script({"text": "It opens at 7:30 by the KILL  switch, they say, and so on and on.", "size": size})
    live = Watching(server, server.thread()["last_event"])
    reply = ask(server)
    assert (reply["answer"]["state"], reply["body"], reply["html"]) == ("withheld", "", "")
    wait_until(lambda: live.named("answer.settled"))
    assert "kill" not in live.text_of(reply["id"]).lower()
    assert "kill" not in json.dumps(live.events).lower()
    live.leave()
    assert "opens at 7:30" not in readable(server, reply["id"]), "nothing of it is left to read"
    assert verdicts(server, reply["id"]) == {"question": "passed", "answer": "blocked"}
    assert used(server) == 1, "it has been written"
    kept = rows(server, "SELECT body, tokens_in FROM answers WHERE id = ?", reply["id"])[0]
    assert "KILL" in kept[0], "the owner may see what was blocked"
    assert kept[1] > 0


def test_blocked_word_ends_the_providers_call(server: Server, model: OpenAIServer) -> None:
    set_moderation(server, "words")
    model.script({"text": "The casino is here. And more.", "gate": "never", "gate_after": 5})
    assert ask(server)["answer"]["state"] == "withheld"
    wait_until(lambda: model.seen()["requests"][0]["state"] == "cut")


def test_prefix_of_a_blocked_word_is_said(server: Server, model: OpenAIServer) -> None:
    set_moderation(server, "words")
    text = "I assume it opens at 7:30, as the class says. Ass"
    model.script({"text": text + "ume so.", "size": 1})
    assert ask(server)["body"] == text + "ume so."


def test_flagged_answer_is_withheld_unseen(server: Server, model: OpenAIServer) -> None:
    set_moderation(server, "moderation")
    model.script({"text": "Something violent at 7:30.", "size": 2}, flagged=["violent"])
    live = Watching(server, server.thread()["last_event"])
    reply = ask(server)
    assert reply["answer"]["state"] == "withheld"
    wait_until(lambda: live.named("answer.settled"))
    assert "Something" not in json.dumps(live.events)
    live.leave()
    assert "Something" not in readable(server, reply["id"])
    assert verdicts(server, reply["id"]) == {"question": "passed", "answer": "blocked"}
    assert [body["input"] for body in model.seen()["moderated"]] == [QUESTION, "Something violent at 7:30."]


def test_a_flagged_question_is_not_sent_to_the_model(server: Server, model: OpenAIServer) -> None:
    set_moderation(server, "moderation")
    model.script(flagged=["violent"])
    reply = ask(server, "Can I be violent here?")
    assert reply["answer"]["state"] == "withheld"
    assert verdicts(server, reply["id"]) == {"question": "blocked"}
    assert model.seen()["calls"] == 0


def test_answer_that_passes_moderation_is_given(server: Server, model: OpenAIServer) -> None:
    set_moderation(server, "moderation")
    model.script(flagged=["violent"])
    reply = ask(server)
    assert (reply["answer"]["state"], len(reply["answer"]["sources"])) == ("done", 1)
    assert verdicts(server, reply["id"]) == {"question": "passed", "answer": "passed"}


@pytest.mark.parametrize(
    "trouble", [{"moderation_status": 500}, {"moderation_status": 404}, {"moderation_stalls": "7:30"}]
)
def test_unchecked_answer_passes_and_is_recorded(server: Server, model: OpenAIServer, trouble: dict[str, Any]) -> None:
    set_moderation(server, "moderation")
    model.script({"text": "At 7:30."}, {"text": "In the casino."}, **trouble)
    reply = ask(server)
    assert (reply["answer"]["state"], reply["body"]) == ("done", "At 7:30.")
    stalls = "moderation_stalls" in trouble
    assert verdicts(server, reply["id"]) == {"question": "passed" if stalls else "unchecked", "answer": "unchecked"}
    if not stalls:
        assert ask(server)["answer"]["state"] == "withheld", "the words hold without moderation"


def test_moderation_holds_in_the_ask_box(server: Server, model: OpenAIServer) -> None:
    set_moderation(server, "words")
    model.script({"text": "Try the casino.", "size": 3})
    question = {"site": "demo", "page": server.page, "url": server.site.origin + server.page, "user_input": QUESTION}
    told = server.call("POST", "/api/chat/gpt/", question, Accept="text/event-stream").body.decode()
    assert "Try" in told and "cas" not in told
    assert '"state":"withheld"' in told and '"response":""' in told
    shown = server.call("GET", f"/api/chat/gpt/?site=demo&page={server.page}").body.decode()
    assert "Try the" not in shown
