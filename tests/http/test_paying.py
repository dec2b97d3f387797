"""What asking costs: calls of a model and reads of pages are bounded, however somebody asks, stops and asks again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import count, rows
from tests.services import PAGE, Reply, Server, Site, wait_until

UNPACED = {"comments_per_minute": "unlimited", "crawl": "false"}
WORDLESS = {"mode": "wordless", "finish": "length"}
LEARNT = "the first answer is asked for once more: what it lacks teaches that its model thinks"
GARBLED = {"mode": "malformed", "after": 0}


@pytest.fixture
def server(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path, site, OPENAI_BASE_URL=model.base_url, **UNPACED) as running:
        running.begin()
        yield running


def used(server: Server) -> int:
    quota: dict[str, int] = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["quota"]
    return quota["used"]


def ask(server: Server, words: str, key: str, page: str = "") -> Reply:
    """A question in the ask box, and its answer."""
    data = {"site": "demo", "page": page or server.page, "url": server.site.origin + (page or server.page)}
    return server.call("POST", "/api/chat/gpt/", data | {"user_input": words, "key": key})


def ask_again(server: Server, id: str) -> Any:
    """Ask for the same answer under its comment, and wait for it: the code of the refusal, or its state."""
    reply = server.call("POST", f"/api/comments/{id}/answer/", {"site": "demo"})
    return reply.json["code"] if reply.status != 202 else server.settled(id)["answer"]["state"]


@pytest.mark.parametrize(("step", "calls"), [(WORDLESS, 1), (GARBLED, 3)], ids=["wordless", "garbled"])
def test_asking_again_has_no_more_calls_than_answers(
    server: Server, model: OpenAIServer, step: dict[str, Any], calls: int
) -> None:
    server.change(daily_answers="2")
    model.script(default=step)
    id = server.post("Is it open?").json["answer"]["id"]
    assert server.settled(id)["answer"]["state"] == "failed"
    outcomes = [ask_again(server, id) for _ in range(2 * calls + 1)]
    assert outcomes == ["failed"] * (2 * calls - 1) + ["quota_exhausted"] * 2
    assert (model.seen()["calls"], used(server)) == (2 * calls + (step is WORDLESS), 2), LEARNT


def test_same_key_has_no_more_calls_than_answers(server: Server, model: OpenAIServer) -> None:
    model.script(default=WORDLESS)
    codes = [ask(server, "Is it open?", "the-same").json["code"] for _ in range(8)]
    assert codes == ["answer_failed"] * 5 + ["quota_exhausted"] * 3
    assert (model.seen()["calls"], used(server), count(server, "questions")) == (6, 5, 1), LEARNT


def test_outage_costs_nothing_and_ends(server: Server, model: OpenAIServer) -> None:
    model.script(default={"mode": "status", "status": 429, "retry_after": 60})
    id = server.post("Is it open?").json["answer"]["id"]
    assert server.settled(id)["answer"]["retry_at"] is not None
    assert {ask_again(server, id) for _ in range(8)} == {"failed"}
    assert model.seen()["calls"] == 5, "then the visitor's own breaker is open"
    assert rows(server, "SELECT attempts FROM answers") == [(5,)]


def test_stopped_answers_count_before_their_first_word(server: Server, model: OpenAIServer) -> None:
    server.change(budget_tokens="100000")
    model.script(default={"gate": "go"})
    id = server.post("Is it open?").json["answer"]["id"]
    for calls in range(1, 6):
        wait_until(lambda calls=calls: model.seen()["calls"] == calls)
        held = rows(server, "SELECT amount FROM quota_holds WHERE bucket = 'tokens:demo'")[0][0]
        assert server.call("DELETE", f"/api/comments/{id}/answer/", {"site": "demo"}).status == 200
        assert used(server) == calls
        assert rows(server, "SELECT used FROM quota_usage WHERE bucket = 'tokens:demo'")[0][0] >= calls * held
        again = server.call("POST", f"/api/comments/{id}/answer/", {"site": "demo"})
    assert again.json["code"] == "quota_exhausted"
    assert model.seen()["calls"] == 5


def test_questions_have_the_pace_of_comments(server: Server, model: OpenAIServer) -> None:
    server.change(comments_per_minute="3", daily_answers="unlimited", address_daily_answers="unlimited")
    server.clock.advance(seconds=61 - server.clock.now() / 1000 % 60)  # to the beginning of a minute
    asked = [ask(server, f"Is it open, {number}?", f"k{number}") for number in range(4)]
    assert [reply.status for reply in asked] == [200, 200, 200, 429]
    assert (asked[3].json["code"], asked[3].headers["retry-after"]) == ("rate_limited", "60")
    assert ask(server, "Is it open, 2?", "k2").json == asked[2].json, "hearing it again is free"
    server.clock.advance(seconds=60)
    assert ask(server, "Is it open, 3?", "k3").status == 200
    assert model.seen()["calls"] == 4


def pages(server: Server, number: int) -> list[str]:
    """So many more pages of the site."""
    names = [f"/page-{each}.html" for each in range(number)]
    for name in names:
        (server.site.folder / name[1:]).write_text(re.sub("1931", name[6:-5], PAGE), "utf-8")
    return names


def test_one_visitor_has_few_pages_read(server: Server) -> None:
    server.change(daily_answers="unlimited", address_daily_answers="unlimited")
    for name in pages(server, 25):
        assert ask(server, "When was it founded?", name, name).status == 200
    assert count(server, "page_texts") == 20
    server.begin()
    assert ask(server, "When was it founded?", "other", "/page-24.html").status == 200
    assert count(server, "page_texts") == 21


@pytest.mark.parametrize(
    "settings",
    [{"blocked_words": "founded", "answer_moderation": "words"}, {"budget_tokens": "0"}],
    ids=["blocked", "over budget"],
)
def test_no_page_is_read_for_refused_questions(server: Server, model: OpenAIServer, settings: dict[str, str]) -> None:
    server.change(**settings)
    for name in pages(server, 3):
        assert ask(server, "When was it founded?", name, name).json["code"] == "answer_failed"
    assert (count(server, "page_texts"), model.seen()["calls"]) == (0, 0)
