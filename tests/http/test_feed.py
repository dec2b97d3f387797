"""The newest comments as Atom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.services import Server, Site, wait_until

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def server(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path, site, OPENAI_BASE_URL=model.base_url) as running:
        running.begin()
        yield running


def contents(server: Server) -> list[str]:
    feed = ElementTree.fromstring(server.call("GET", f"/api/feed/?site=demo&page={server.page}").body)
    return [entry.findtext(f"{ATOM}content") or "" for entry in feed.iter(f"{ATOM}entry")]


def test_an_answer_enters_the_feed_with_its_text(server: Server, model: OpenAIServer) -> None:
    model.script({"text": "At half past seven.", "gate": "go"})
    answer = server.post("When does it open?").json["answer"]["id"]
    wait_until(lambda: model.seen()["running"] == 1)
    assert contents(server) == ["<p>When does it open?</p>\n"]
    model.release("go")
    server.settled(answer)
    assert contents(server) == ["<p>At half past seven.</p>\n", "<p>When does it open?</p>\n"]
