"""Threads and questions as search engines read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.http.test_corrections import answered, sign_in
from tests.services import Server, Site

LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
NOINDEX = '<meta name="robots" content="noindex">'


@pytest.fixture
def server(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    with (
        Site.start() as site,
        Server.start(tmp_path, site, OPENAI_BASE_URL=model.base_url, index_threads="true") as running,
    ):
        running.begin()
        yield running


def text_of(server: Server, path: str) -> str:
    reply = server.call("GET", path)
    assert reply.status == 200
    return reply.body.decode()


def linked(html: str) -> list[Any]:
    """The JSON-LD of a page, as extruct reads it."""
    from extruct.jsonld import JsonLdExtractor

    return list(JsonLdExtractor().extract(html))


def canonical(html: str) -> list[str]:
    return [unescape(url) for url in re.findall(r'<link rel="canonical" href="([^"]*)">', html)]


def test_thread_is_a_discussion_with_its_page_as_canonical(server: Server, model: OpenAIServer) -> None:
    model.script({"text": "The bakery was founded in 1931 by Anna Berg. [1]"})
    question, answer = answered(server, "When was it **founded**? </script><script>alert(1)</script>")
    server.post("Before 1932, then.", parent_id=answer, name="Mina", ask=False)
    html = text_of(server, f"/t/?site=demo&page={server.page}")
    page = server.site.origin + server.page
    assert canonical(html) == [page] and NOINDEX not in html
    [found] = linked(html)
    assert found["@type"] == "DiscussionForumPosting"
    assert (found["url"], found["commentCount"]) == (page, 2)  # of people
    assert "bakery" in found["headline"].lower()  # as the page's own title has it by now
    assert found["author"] == {"@type": "Organization", "name": "demo", "url": server.site.origin}
    [asked] = found["comment"]
    assert asked["text"] == "When was it founded? </script><script>alert(1)</script>"
    assert (asked["url"], asked["author"]["@type"]) == (f"{page}#answerback-{question}", "Person")
    [said] = asked["comment"]
    assert said["digitalSourceType"] == "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
    assert said["author"] == found["author"]
    assert [(reply["text"], reply["author"]["name"]) for reply in said["comment"]] == [("Before 1932, then.", "Mina")]
    assert "digitalSourceType" not in asked


def test_a_thread_without_a_page_is_its_own_canonical(server: Server) -> None:
    server.post("Hello", page="a name of its own", url="", ask=False)
    html = text_of(server, "/t/?site=demo&page=a%20name%20of%20its%20own")
    own = f"{server.url}/t/?site=demo&page=a%20name%20of%20its%20own"
    assert canonical(html) == [own]
    assert linked(html)[0]["url"] == own
    assert linked(text_of(server, "/t/?site=demo&page=/empty/")) == []


def test_what_is_gone_leaves_its_replies(server: Server) -> None:
    gone = server.post("Gone soon", ask=False).json["comment"]["id"]
    server.post("Still here", parent_id=gone, ask=False)
    assert server.call("DELETE", f"/api/comments/{gone}/", {"site": "demo"}).status == 204
    [found] = linked(text_of(server, f"/t/?site=demo&page={server.page}"))
    assert [comment["text"] for comment in found["comment"]] == ["Still here"]


def test_verified_question_has_a_page_and_a_sitemap(server: Server, model: OpenAIServer) -> None:
    model.script({"text": "The bakery was founded in 1931 by Anna Berg. [1]"})
    question, answer = answered(server)
    own = f"{server.url}/t/question/?site=demo&id={question}"
    path = own.removeprefix(server.url)
    sitemap = "/t/sitemap.xml?site=demo"
    assert NOINDEX in text_of(server, path)  # nobody vouches for it yet
    assert list(ElementTree.fromstring(text_of(server, sitemap)).iter(LOC)) == []

    with sign_in(server, "owner@example.com", "demo") as owner:
        owner.send(f"/admin/comments/{answer}/verify/")
        html = text_of(server, path)
        assert canonical(html) == [own] and NOINDEX not in html
        [found] = linked(html)
        asked = found["mainEntity"]
        assert (found["@type"], asked["@type"], asked["answerCount"]) == ("QAPage", "Question", 1)
        assert asked["name"] == "When was the bakery founded?"
        assert asked["acceptedAnswer"]["@type"] == "Answer"
        assert asked["acceptedAnswer"]["text"].startswith("The bakery was founded in 1931 by Anna Berg")
        assert asked["acceptedAnswer"]["digitalSourceType"].endswith("TrainedAlgorithmicMediaDigitalSource")
        assert "Checked by the author" in html
        assert unescape(text_of(server, f"/t/?site=demo&page={server.page}")).count(own) == 1

        other = server.post("Do you sell flour?", ask=False).json["comment"]["id"]
        owner.send(f"/admin/comments/{other}/reply/", body="Yes, by the bag.")
    [found] = linked(text_of(server, f"/t/question/?site=demo&id={other}"))
    assert found["mainEntity"]["acceptedAnswer"]["text"] == "Yes, by the bag."
    assert "digitalSourceType" not in found["mainEntity"]["acceptedAnswer"]
    listed = {loc.text for loc in ElementTree.fromstring(text_of(server, sitemap)).iter(LOC)}
    assert listed == {own, f"{server.url}/t/question/?site=demo&id={other}"}
    assert f"Sitemap: {server.url}{sitemap}\n" in text_of(server, "/robots.txt")


def test_only_answered_questions_have_pages(server: Server) -> None:
    said = server.post("Good bread.", ask=False).json["comment"]["id"]
    question, answer = answered(server)
    for id in (said, answer, "nobody", ""):
        assert server.call("GET", f"/t/question/?site=demo&id={id}").status == 404
    server.token = ""
    with sign_in(server, "owner@example.com", "demo") as owner:
        owner.send(f"/admin/comments/{question}/hide/")
    assert server.call("GET", f"/t/question/?site=demo&id={question}").status == 404


def test_nothing_is_indexed_unless_the_site_wants_it(server: Server) -> None:
    question, answer = answered(server)
    with sign_in(server, "owner@example.com", "demo") as owner:
        owner.send(f"/admin/comments/{answer}/verify/")
    server.change(index_threads="false")
    for path in (f"/t/?site=demo&page={server.page}", f"/t/question/?site=demo&id={question}"):
        assert NOINDEX in text_of(server, path)
    assert server.call("GET", "/t/sitemap.xml?site=demo").status == 404
    assert "Sitemap" not in text_of(server, "/robots.txt")
