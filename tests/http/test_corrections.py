"""The owner's word on answers, and questions that have been answered already: over the real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest

from tests.forms import hidden_fields
from tests.http.signing import change, rows
from tests.services import Server, walk

PASSWORD = "correct horse battery"
QUESTION = "When was the bakery founded?"


@dataclass
class Owner:
    """A signed-in owner's browser."""

    server: Server
    client: httpx2.Client

    def read(self, path: str) -> httpx2.Response:
        return self.client.get(path)

    def send(self, path: str, **fields: str) -> httpx2.Response:
        """Send the form that leads there, from the page that it stands on, the log, or, where neither has one, made up
        of the token alone."""
        page, log = self.read(path[: path.rstrip("/").rindex("/") + 1]).text, self.read("/admin/").text
        hidden = hidden_fields(page, path) or hidden_fields(log, path) or hidden_fields(log, "/admin/sign-out/")
        return self.post(path, hidden | fields)

    def post(self, path: str, fields: dict[str, str]) -> httpx2.Response:
        headers = {"Origin": self.server.url, "Content-Type": "application/x-www-form-urlencoded"}
        response = self.client.post(path, content=urlencode(fields), headers=headers)
        cookie = response.headers.get("set-cookie", "")
        if cookie:
            self.client.headers["Cookie"] = cookie.partition(";")[0]
        return response


@contextmanager
def sign_in(server: Server, email: str, *sites: str) -> Iterator[Owner]:
    options = [part for site in sites for part in ("--site", site)]
    server.command("owner", "add", email, *options, "--password-stdin", stdin=PASSWORD)
    with httpx2.Client(base_url=server.url) as client:
        owner = Owner(server, client)
        assert owner.post("/admin/sign-in/", {"email": email, "password": PASSWORD}).status_code == 303
        yield owner


@pytest.fixture(scope="module")
def owner(running: Server) -> Iterator[Owner]:
    with sign_in(running, "owner@example.com", "demo") as signed_in:
        yield signed_in


@pytest.fixture
def server(shared: Server) -> Server:
    """The shared server, on which nothing has been asked before."""
    for table in ("answered_questions", "answered_question_terms"):
        change(shared, f"DELETE FROM {table}")
    return shared


def answered(server: Server, question: str = QUESTION) -> tuple[str, str]:
    """Ids of a question and its answer, settled."""
    server.begin()
    posted = server.post(question).json
    assert server.settled(posted["answer"]["id"])["answer"]["state"] == "done"
    return posted["comment"]["id"], posted["answer"]["id"]


def shown(server: Server, id: str) -> Any:
    return next(comment for comment in walk(server.thread()["comments"]) if comment["id"] == id)


def history(server: Server, id: str) -> Any:
    return server.call("GET", f"/api/comments/{id}/history/?site=demo").json["history"]


def look(server: Server, question: str) -> Any:
    return server.call("GET", f"/api/answered/?site=demo&q={quote(question)}").json["answered"]


def test_correction_replaces_the_text_and_keeps_history(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    before = shown(server, id)
    assert history(server, id) == []

    sent = owner.send(f"/admin/comments/{id}/correct/", body="In **1932**, in fact.", note="A slip of the page")

    assert sent.status_code == 303
    after = shown(server, id)
    assert after["html"] == "<p>In <strong>1932</strong>, in fact.</p>\n"
    assert after["answer"]["verified_by_owner"] is True
    assert after["answer"]["sources"] == []
    assert after["answer"]["revised_at"] is not None
    versions = history(server, id)
    assert [(version["author"], version["action"]) for version in versions] == [
        ("ai", "answered"), ("owner", "corrected"),
    ]  # fmt: skip
    assert versions[0]["body"] == before["body"]
    assert versions[1]["note"] == "A slip of the page"
    assert look(server, QUESTION)["revised_at"] == after["answer"]["revised_at"]
    owner.send(f"/admin/comments/{id}/verify/")
    assert shown(server, id)["answer"]["revised_at"] == after["answer"]["revised_at"]
    page = owner.read(f"/admin/comments/{id}/").text
    assert "In **1932**, in fact." in page and "A slip of the page" in page


def test_feed_credits_the_author_with_a_correction(server: Server, owner: Owner) -> None:
    _, id = answered(server)

    def entry() -> Any:
        items = server.call("GET", "/api/feed/?site=demo&format=json").json["items"]
        return next(item for item in items if item["id"] == id)

    assert entry()["authors"] == [{"name": "From this site"}]
    owner.send(f"/admin/comments/{id}/correct/", body="In 1932.")
    assert entry()["authors"] == [{"name": "The author's answer"}]
    assert entry()["date_modified"] == shown(server, id)["answer"]["revised_at"]


def test_correction_keeps_quotes_if_the_owner_wants(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    sources = shown(server, id)["answer"]["sources"]
    owner.send(f"/admin/comments/{id}/correct/", body="In 1931, by Anna Berg.", keep_sources="1")
    assert sources and shown(server, id)["answer"]["sources"] == sources


def test_withdrawn_answer_leaves_a_placeholder(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    words = shown(server, id)["body"]
    owner.send(f"/admin/comments/{id}/withdraw/", note="Not for this page")
    after = shown(server, id)
    assert after["answer"]["state"] == "withheld"
    assert words not in after["body"]
    versions = history(server, id)
    assert [version["action"] for version in versions] == ["answered", "withdrawn"]
    assert {version["body"] for version in versions} == {None}
    assert look(server, QUESTION) is None
    kept_twice = "SELECT c.id FROM comments c JOIN answers a ON a.id = c.id WHERE c.body <> '' OR c.html <> ''"
    assert rows(server, kept_twice) == []


def test_verifying_keeps_the_text(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    words = shown(server, id)["body"]
    owner.send(f"/admin/comments/{id}/verify/")
    assert shown(server, id)["body"] == words
    assert shown(server, id)["answer"]["verified_by_owner"] is True
    known = look(server, QUESTION)
    assert known["verified_by_owner"] is True and known["revised_at"] is None


def test_pinned_comment_is_first_in_every_order(server: Server, owner: Owner) -> None:
    first, _ = answered(server)
    _, id = answered(server, "What does a loaf of rye bread cost?")
    answered(server, "Where does the bakery stand?")
    owner.send(f"/admin/comments/{id}/pin/", pinned="1")
    for sort in ("oldest", "newest", "best"):
        found = server.call("GET", f"/api/comments/?site=demo&page={server.page}&sort={sort}").json["comments"]
        assert [comment["pinned"] for comment in found] == [True, False, False]
        assert found[0]["replies"][0]["id"] == id
        assert len({comment["id"] for comment in found}) == 3
    owner.send(f"/admin/comments/{id}/pin/", pinned="0")
    assert server.thread()["comments"][0]["id"] == first


def test_owners_answer_is_found_before_the_models(server: Server, owner: Owner) -> None:
    question, _ = answered(server)
    owner.send(f"/admin/comments/{question}/reply/", body="In 1931; the sign says 1930 by mistake.")
    replies = shown(server, question)["replies"]
    assert [reply["author"]["kind"] for reply in replies] == ["ai", "owner"]
    found = look(server, "when was this bakery founded")
    assert found is not None
    assert (found["author_kind"], found["verified_by_owner"]) == ("owner", True)
    assert found["question"] == QUESTION


def test_owners_near_match_outranks_the_models_exact_one(server: Server, owner: Owner) -> None:
    asked = "When was the harbour bakery of Anna Berg founded as a bakery for rye bread?"
    _, id = answered(server, asked.replace("Anna ", ""))
    _, models = answered(server, asked)
    assert look(server, asked)["id"] == models
    owner.send(f"/admin/comments/{id}/verify/")
    assert look(server, asked)["id"] == id


def test_only_rephrased_questions_are_offered_the_answer(server: Server) -> None:
    answered(server)
    found = look(server, "Please, when was the bakery founded?")
    assert found is not None and "1931" in found["body"]
    for other in ("Where was the bakery founded?", "When was the school founded?", "When was the bakery closed?", "?"):
        assert look(server, other) is None


def test_a_hidden_answer_is_not_offered(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    owner.send(f"/admin/comments/{id}/hide/")
    assert look(server, QUESTION) is None


def test_a_private_answer_is_never_offered(server: Server) -> None:
    server.begin()
    data = {"site": "demo", "page": server.page, "url": server.site.origin + server.page, "user_input": QUESTION}
    assert server.call("POST", "/api/chat/gpt/", data).status == 200
    assert look(server, QUESTION) is None


def test_an_owner_of_another_site_changes_nothing(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    server.command("site", "add", "other", "--origin", "https://other.example")
    with sign_in(server, "stranger@example.com", "other") as stranger:
        assert stranger.read(f"/admin/comments/{id}/").status_code == 404
        for action in ("correct", "verify", "withdraw", "pin", "reply"):
            assert stranger.send(f"/admin/comments/{id}/{action}/", body="x", pinned="1").status_code == 404
    assert history(server, id) == []
    assert server.call("GET", f"/api/comments/{id}/history/?site=other").status == 404


def test_form_needs_its_token_and_text(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    assert owner.post(f"/admin/comments/{id}/withdraw/", {"token": "0" * 64}).status_code == 403
    assert owner.send(f"/admin/comments/{id}/correct/", body="  ").status_code == 400
    assert owner.send(f"/admin/comments/{id}/correct/", body="x" * 5_001).status_code == 400
    assert history(server, id) == []


def test_a_script_in_a_correction_does_not_run(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    owner.send(f"/admin/comments/{id}/correct/", body="<img src=x onerror=alert(1)>[a](javascript:alert(1))")
    html = shown(server, id)["html"]
    assert "<img" not in html and "href" not in html
