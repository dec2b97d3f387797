"""What is kept of an answer: in the owner's pages and in the export, with a model behind the server."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from answerback.core.grounding.prompt import VERSION

from tests.fakes.openai_server import OpenAIServer
from tests.http.test_corrections import Owner, sign_in
from tests.services import Server, Site

QUESTION = "When does the bakery open?"
HOSTILE = "=HYPERLINK(1) <b>no</b>"


@pytest.fixture
def server(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    settings = {"OPENAI_BASE_URL": model.base_url, "ANSWERBACK_MODEL": "tiny", "ANSWERBACK_PRICES": "tiny=1/1/2"}
    with Site.start() as site, Server.start(tmp_path, site, **settings) as running:
        running.begin()
        yield running


@pytest.fixture
def answer(server: Server) -> str:
    """An answer that its asker has found unhelpful."""
    server.change(answer_moderation="words")
    id: str = server.post(QUESTION).json["answer"]["id"]
    assert server.settled(id)["answer"]["state"] == "done"
    said = {"site": "demo", "helpful": False, "reason": HOSTILE}
    assert server.call("PUT", f"/api/answers/{id}/feedback/", said).status == 204
    return id


def rows(owner: Owner, id: str) -> dict[str, str]:
    """The record by its headings."""
    page = owner.read(f"/admin/comments/{id}/").text
    found = re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", page, re.S)
    return {name: " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split()) for name, text in found}


def test_owner_sees_how_an_answer_was_made(server: Server, answer: str) -> None:
    with sign_in(server, "owner@example.com", "demo") as owner:
        shown = rows(owner, answer)
        assert (shown["Prompt"], shown["Provider"], shown["Model"]) == (VERSION, "openai", "tiny")
        assert re.fullmatch(r"[1-9][\d,]* in, [1-9][\d,]* out", shown["Tokens"])
        assert re.fullmatch(r"\$0\.\d{4}", shown["Cost"]) and shown["Cost"] != "$0.0000"
        for name in ("First words after", "Finished after"):
            assert re.fullmatch(r"\d+ ms|[\d.]+ sec", shown[name])
        assert (shown["Moderation, question"], shown["Moderation, answer"]) == ("passed", "passed")
        assert shown["Support"] == "The site says so"
        assert re.match(r"[0-9a-f]{16} " + server.site.origin + server.page, shown["Passages"])
        assert shown["Readers"] == f"0 found it helpful, 1 did not {HOSTILE}"
        assert "<b>no" not in owner.read(f"/admin/comments/{answer}/").text


def test_exported_records_name_no_asker(server: Server, answer: str) -> None:
    chat = {"site": "demo", "page": server.page, "url": server.site.origin + server.page, "user_input": "=1+1, is it?"}
    assert server.call("POST", "/api/chat/gpt/", chat).status == 200
    visitor = server.call("GET", "/api/session/?site=demo").json["visitor"]["id"]
    done = server.command("export", "demo", "--answers")
    assert "Exported 2 answers" in done.stderr
    assert visitor not in done.stdout
    first, second = json.loads(done.stdout)["answers"]
    assert (first["id"], first["kind"], first["question"], first["model"]) == (answer, "thread", QUESTION, "tiny")
    assert first["prompt_version"] == VERSION and first["state"] == "done" and first["supported"] is True
    assert first["tokens_in"] > 0 and first["tokens_out"] > 0 and first["cost_usd"] > 0
    assert 0 <= first["waited_ms"] <= first["first_token_ms"] <= first["total_ms"]
    assert first["passages"][0]["url"] == server.site.origin + server.page
    assert first["verdicts"] == {"question": "passed", "answer": "passed"}
    assert [(said["helpful"], said["reason"]) for said in first["feedback"]] == [(False, HOSTILE)]
    assert (second["kind"], second["question"], second["feedback"]) == ("chat", "=1+1, is it?", [])

    output = server.folder / "answers.csv"
    assert server.command("export", "demo", "--answers", "--format", "csv", "--output", str(output)).stdout == ""
    table = list(csv.DictReader(io.StringIO(output.read_text("utf-8-sig"), newline="")))
    assert [row["question"] for row in table] == [QUESTION, "'=1+1, is it?"]
    assert (table[0]["reasons"], table[0]["helpful"], table[0]["not_helpful"]) == (f"'{HOSTILE}", "0", "1")
    refused = server.command("export", "demo", "--answers", "--format", "html", check=False)
    assert (refused.returncode, "json or csv" in refused.stderr) == (2, True)
