"""What becomes of answers that the site does not bear, in all places where they are read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.services import Server, Site

WRONG = "It opens at 6:15 in the harbour [1]."
QUESTION = "When does the bakery open?"


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as running:
        yield running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, model: OpenAIServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("unsupported")
    with Site.start() as site, Server.start(folder, site, OPENAI_BASE_URL=model.base_url) as running:
        yield running


@pytest.fixture
def with_model(running: Server, model: OpenAIServer) -> Server:
    """On a page of its own, each time."""
    model.reset()
    running.turn_page()
    running.change(unsupported="mark")
    running.begin()
    return running


def test_what_the_site_does_not_say_is_marked(with_model: Server, model: OpenAIServer) -> None:
    model.script({"text": WRONG})
    reply = with_model.settled(with_model.post(QUESTION).json["answer"]["id"])
    answer = reply["answer"]
    assert (answer["state"], answer["supported"], answer["support_reason"]) == ("done", False, "not_found")
    assert answer["sources"] == [] and reply["body"] == "It opens at 6:15 in the harbour."
    assert '<span class="badge old">Not found on this site</span>' in reply["html"]
    page = with_model.call("GET", f"/t/?site=demo&page={with_model.page}").body.decode()
    assert "This answer was not found on this site." in page and "badge old" in page
    feed = with_model.call("GET", f"/api/feed/?site=demo&page={with_model.page}").body.decode()
    assert 'term="unsupported:not_found"' in feed


def test_the_sites_own_quotes_take_its_place(with_model: Server, model: OpenAIServer) -> None:
    with_model.change(unsupported="quote")
    model.script({"text": WRONG})
    reply = with_model.settled(with_model.post(QUESTION).json["answer"]["id"])
    answer = reply["answer"]
    assert (answer["state"], answer["provider"], answer["support_reason"]) == ("done", "quote", "not_found")
    assert answer["sources"] and "6:15" not in reply["body"]


def test_it_is_withheld_before_anybody_reads_it(with_model: Server, model: OpenAIServer) -> None:
    with_model.change(unsupported="withhold")
    model.script({"text": WRONG}, {"text": "On Saturdays it opens at 9:00 [1]."})
    first = with_model.settled(with_model.post(QUESTION).json["answer"]["id"])
    assert (first["answer"]["state"], first["body"], first["html"]) == ("withheld", "", "")
    second = with_model.settled(with_model.post("When does it open on Saturdays?").json["answer"]["id"])
    assert (second["answer"]["state"], second["answer"]["supported"]) == ("done", True)


@pytest.mark.parametrize("text", ["[1]", "The page does not say."])
def test_no_answer_and_a_refusal_have_their_reasons(with_model: Server, model: OpenAIServer, text: str) -> None:
    model.script({"text": text})
    answer = with_model.settled(with_model.post(QUESTION).json["answer"]["id"])["answer"]
    assert answer["support_reason"] == ("empty" if text == "[1]" else "refused") and answer["supported"] is False
