"""Where no model is set, nothing that anybody reads speaks of AI, but that none wrote this."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.http.test_corrections import answered, shown, sign_in
from tests.services import Server, Site


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("server")
    with Site.start() as site, Server.start(folder, site) as running:
        running.begin()
        yield running


@pytest.fixture(scope="module")
def answer(server: Server) -> str:
    return answered(server)[1]


def words(html: str) -> str:
    """What is read of a page."""
    return unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL))


def speaks_of_ai(text: str) -> list[str]:
    return re.findall(r".{0,30}(?<!@)\bAI\b.{0,30}", text.replace("No AI wrote this", ""))


def test_answer_is_by_the_site_wherever_it_is_read(server: Server, answer: str) -> None:
    assert shown(server, answer)["author"] == {"id": "", "name": "From this site", "kind": "ai", "avatar_url": None}
    feed = server.call("GET", f"/api/feed/?site=demo&page={server.page}&format=json").json
    assert {"name": "From this site"} in [author for item in feed["items"] for author in item["authors"]]
    table = csv.DictReader(io.StringIO(server.command("export", "demo", "--format", "csv").stdout.lstrip("\ufeff")))
    assert "From this site" in [row["author"] for row in table]
    for path in ("/t/", "/embed/thread.html", "/api/feed/"):
        text = words(server.call("GET", f"{path}?site=demo&page={server.page}").body.decode())
        assert "From this site" in text and speaks_of_ai(text) == []
    exported = words(server.command("export", "demo", "--format", "html").stdout)
    assert "From this site" in exported and speaks_of_ai(exported) == []


def test_export_shows_each_quote_once(server: Server, answer: str) -> None:
    exported = words(server.command("export", "demo", "--format", "html").stdout)
    quotes = [source["quote"] for source in shown(server, answer)["answer"]["sources"]]
    assert quotes and [exported.count(quote) for quote in quotes] == [1] * len(quotes)


def test_owner_reads_of_no_ai_either(server: Server, answer: str) -> None:
    with sign_in(server, "owner@example.com", "demo") as owner:
        for path in ("/admin/", f"/admin/comments/{answer}/"):
            text = words(owner.read(path).text)
            assert "From this site" in text and speaks_of_ai(text) == []
