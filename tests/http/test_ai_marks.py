"""AI is named before it is asked, and marked in everything that it has written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from answerback.core.provenance import SOURCE_TYPES

from tests.fakes.openai_server import OpenAIServer
from tests.http.test_corrections import answered, look, shown, sign_in
from tests.services import Server, Site

ATOM = "{http://www.w3.org/2005/Atom}"
TRAINED = f"{SOURCE_TYPES}trainedAlgorithmicMedia"


@pytest.fixture
def server(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path, site, OPENAI_BASE_URL=model.base_url) as running:
        running.begin()
        yield running


def categories(server: Server) -> list[dict[str, str]]:
    """Of the newest entry of the feed."""
    feed = ElementTree.fromstring(server.call("GET", f"/api/feed/?site=demo&page={server.page}").body)
    entry = next(feed.iter(f"{ATOM}entry"))
    return [dict(each.attrib) for each in entry.iter(f"{ATOM}category")]


def test_everything_that_shows_an_answer_marks_it(server: Server, model: OpenAIServer) -> None:
    model.script({"text": "The bakery was founded in 1931 by Anna Berg. [1]"})
    question, id = answered(server)
    plain = f"/t/?site=demo&page={server.page}"
    assert shown(server, id)["answer"]["digital_source_type"] == TRAINED
    assert look(server, "When was the bakery founded?")["digital_source_type"] == TRAINED
    assert f'data-digital-source-type="{TRAINED}"' in server.call("GET", plain).body.decode()
    assert {"scheme": SOURCE_TYPES, "term": "trainedAlgorithmicMedia"} in categories(server)
    feed = server.call("GET", f"/api/feed/?site=demo&page={server.page}&format=json").json
    by_id = {item["id"]: item for item in feed["items"]}
    assert by_id[id]["_answerback"]["digital_source_type"] == TRAINED
    assert (by_id[id]["authors"], by_id[id]["title"]) == ([{"name": "AI answer"}], f"AI answer · {server.page}")
    assert "_answerback" not in by_id[question]

    with sign_in(server, "owner@example.com", "demo") as owner:
        owner.send(f"/admin/comments/{id}/verify/")
    assert shown(server, id)["answer"]["digital_source_type"] == TRAINED
    assert {"scheme": "urn:answerback:checked", "term": "verified_by_owner"} in categories(server)
    text = server.call("GET", plain).body.decode()
    assert "AI answer" in text and "Checked by the author" in text

    table = list(
        csv.DictReader(io.StringIO(server.command("export", "demo", "--format", "csv").stdout.lstrip("\ufeff")))
    )
    assert [(row["digital_source_type"], row["verified_by_owner"]) for row in table] == [("", ""), (TRAINED, "True")]
    threads = json.loads(server.command("export", "demo").stdout)["threads"]
    assert threads[0]["comments"][1]["answer"]["digital_source_type"] == TRAINED
    html = server.command("export", "demo", "--format", "html").stdout
    assert f'data-digital-source-type="{TRAINED}"' in html
    assert "AI answer" in html and "Checked by the author" in html
    records = json.loads(server.command("export", "demo", "--answers").stdout)["answers"]
    assert [record["digital_source_type"] for record in records] == [TRAINED]


def test_a_corrected_answer_is_no_longer_the_models_alone(server: Server) -> None:
    _, id = answered(server)
    with sign_in(server, "owner@example.com", "demo") as owner:
        owner.send(f"/admin/comments/{id}/correct/", body="In **1932**, in fact.")
    mixed = f"{SOURCE_TYPES}compositeWithTrainedAlgorithmicMedia"
    assert shown(server, id)["answer"]["digital_source_type"] == mixed
    text = server.call("GET", f"/t/?site=demo&page={server.page}").body.decode()
    assert "Corrected by the author" in text and "AI answer" not in text


def test_a_private_answer_says_where_it_comes_from(server: Server, model: OpenAIServer) -> None:
    model.script({"text": "In 1931. [1]"})
    asked = {"site": "demo", "page": server.page, "url": server.site.origin + server.page, "user_input": "When?"}
    assert server.call("POST", "/api/chat/gpt/", asked).json["digital_source_type"] == TRAINED
    talk = server.call("GET", f"/api/chat/gpt/?site=demo&page={server.page}").json["conversations"]
    assert [entry.get("digital_source_type") for entry in talk] == [None, TRAINED]


def test_a_session_says_who_reads_questions(server: Server) -> None:
    session = f"/api/session/?site=demo&page={server.page}"
    assert server.call("GET", session).json["provider_name"] is None  # the model is on this machine
    server.stop()
    server.environment["ANSWERBACK_PROVIDER_NAME"] = "Example AI"
    server.run()
    assert server.call("GET", session).json["provider_name"] == "Example AI"
