"""The newest comments as Atom and as JSON Feed."""

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


def feed_of(server: Server, query: str) -> ElementTree.Element:
    return ElementTree.fromstring(server.call("GET", f"/api/feed/?{query}").body)


def links(element: ElementTree.Element) -> dict[str | None, str | None]:
    return {link.get("rel"): link.get("href") for link in element.findall(f"{ATOM}link")}


def test_feed_and_entries_say_where_they_are(server: Server) -> None:
    origin = server.site.origin
    pages = {
        "/\uae00/": f"{origin}/%EA%B8%80/", "/%ED%95%9C/?p=12": f"{origin}/%ED%95%9C/?p=12",
        "/&<>/": f"{origin}/&%3C%3E/", "post-1": f"{server.url}/t/?site=demo&page=post-1",
    }  # fmt: skip
    ids = {page: server.post("Hello", page=page, url="").json["comment"]["id"] for page in pages}
    known = server.post("Hello", page="/known/", url=f"{origin}/known?p=1#top").json["comment"]["id"]
    feed = feed_of(server, "site=demo")
    assert links(feed) == {"self": f"{server.url}/api/feed/?site=demo", "alternate": origin}
    found = {entry.findtext(f"{ATOM}id"): links(entry)["alternate"] for entry in feed.iter(f"{ATOM}entry")}
    wanted = {f"urn:answerback:comment:{ids[page]}": f"{url}#answerback-{ids[page]}" for page, url in pages.items()}
    assert found == wanted | {f"urn:answerback:comment:{known}": f"{origin}/known#answerback-{known}"}
    titles = {entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")}
    assert titles == {f"Guest \u00b7 {page}" for page in ("/\uae00/", "/\ud55c/?p=12", "/&<>/", "post-1", "/known/")}


def test_json_feed_says_the_same(server: Server) -> None:
    comment = server.post("Hello **there**", page="/a").json["comment"]
    reply = server.call("GET", "/api/feed/?site=demo&page=/a&format=json")
    assert reply.headers["content-type"] == "application/feed+json"
    feed = reply.json
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{server.url}/api/feed/?site=demo&page=/a&format=json"
    [item] = feed["items"]
    [entry] = feed_of(server, "site=demo&page=/a").iter(f"{ATOM}entry")
    assert (item["url"], item["title"]) == (links(entry)["alternate"], entry.findtext(f"{ATOM}title"))
    assert (item["id"], item["content_html"]) == (comment["id"], "<p>Hello <strong>there</strong></p>\n")
    assert item["date_published"] == item["date_modified"] == entry.findtext(f"{ATOM}updated")
    assert server.call("GET", "/api/feed/?site=demo&format=rss").json["code"] == "validation_failed"


def test_an_answer_enters_the_feed_with_its_text(server: Server, model: OpenAIServer) -> None:
    model.script({"text": "At half past seven.", "gate": "go"})
    answer = server.post("When does it open?").json["answer"]["id"]
    wait_until(lambda: model.seen()["running"] == 1)
    assert contents(server) == ["<p>When does it open?</p>\n"]
    model.release("go")
    server.settled(answer)
    assert contents(server) == ["<p>At half past seven.</p>\n", "<p>When does it open?</p>\n"]
