"""What was approved is what was read, and an owner's mark stands on the words it was given for (threat 25)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.forms import hidden_fields
from tests.http.signing import change, rows
from tests.http.test_corrections import QUESTION, Owner, look, shown, sign_in
from tests.services import OF_ONE_ADDRESS, Server, Site, wait_until

LIE = "Why is everything free today?"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("stale"), site, **OF_ONE_ADDRESS) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.change(moderation="none", ai="questions", comments_per_minute="unlimited")
    running.turn_page()
    return running


@pytest.fixture(scope="module")
def owner(running: Server) -> Iterator[Owner]:
    with sign_in(running, "owner@example.com", "demo") as signed_in:
        yield signed_in


def press(owner: Owner, page: httpx2.Response, part: str, **fields: str) -> httpx2.Response:
    """Send the form of a page whose form or button leads to an address with `part` at its end."""
    found = re.search(rf'action="([^"]*{part})"', page.text)
    assert found, f"no form to {part} in {page.text}"
    return owner.post(found[1], hidden_fields(page.text, found[1]) | fields)


def edit(server: Server, id: str, body: str) -> None:
    assert server.call("PATCH", f"/api/comments/{id}/", {"site": "demo", "body": body}).status == 200


def state_of(server: Server, id: str) -> str:
    return str(rows(server, "SELECT state FROM comments WHERE id = ?", id)[0][0])


# ---- approving


def test_edit_between_reading_and_approving_is_shown(server: Server, owner: Owner) -> None:
    server.change(moderation="all")
    server.begin()
    id = server.post("Lovely rye bread.", ask=False).json["comment"]["id"]
    log = owner.read("/admin/")
    edit(server, id, "Buy pills at example.org")
    sent = press(owner, log, f"{id}/restore/")
    assert (sent.status_code, state_of(server, id)) == (303, "pending")
    page = owner.read(sent.headers["location"])
    assert "changed after you opened it" in page.text and "Buy pills" in page.text
    assert press(owner, owner.read("/admin/"), f"{id}/restore/").status_code == 303
    assert state_of(server, id) == "published"


def test_hiding_does_not_wait_for_the_newest_words(server: Server, owner: Owner) -> None:
    server.begin()
    id = server.post("Lovely rye bread.", ask=False).json["comment"]["id"]
    log = owner.read("/admin/")
    edit(server, id, "Buy pills at example.org")
    press(owner, log, f"{id}/hide/")
    assert state_of(server, id) == "hidden"


def test_draft_asked_again_is_not_published_unread(server: Server, owner: Owner) -> None:
    server.change(ai="drafts")
    server.begin()
    id = server.post(QUESTION).json["answer"]["id"]
    wait_until(lambda: rows(server, "SELECT 1 FROM answers WHERE id = ? AND state = 'done'", id))
    page, log = owner.read(f"/admin/comments/{id}/"), owner.read("/admin/")
    change(server, "UPDATE answers SET html = '<p>Other words.</p>', body = 'Other words.' WHERE id = ?", id)
    for shown_before, part in ((page, "restore/"), (log, f"{id}/restore/")):
        press(owner, shown_before, part)
        assert state_of(server, id) == "pending"
    for part in ("verify/", "correct/"):
        assert press(owner, page, part, body="Mine.").status_code == 409
    assert press(owner, owner.read("/admin/"), f"{id}/restore/").status_code == 303
    assert state_of(server, id) == "published"


@pytest.mark.parametrize("what", ["verify", "correct", "pin", "reply"])
def test_each_form_is_for_the_words_it_showed(server: Server, owner: Owner, what: str) -> None:
    server.begin()
    posted = server.post(QUESTION).json
    server.settled(posted["answer"]["id"])
    question, answer = posted["comment"]["id"], posted["answer"]["id"]
    id = question if what in ("pin", "reply") else answer
    page = owner.read(f"/admin/comments/{id}/")
    if what == "reply":
        change(server, "DELETE FROM answers WHERE id = ?", answer)
    edit(server, question, LIE)
    sent = press(owner, page, f"{id}/{what}/", body="Yes, that is so.", pinned="1")
    assert sent.status_code == 409 and "free today" in sent.text
    assert shown(server, question)["pinned"] is False
    assert not rows(server, "SELECT 1 FROM answers WHERE id = ? AND verified_by_owner = 1", answer)
    assert not rows(server, "SELECT 1 FROM comments WHERE author_kind = 'owner' AND page = ?", server.page)


def test_rule_of_a_page_is_not_changed_unseen(server: Server, owner: Owner) -> None:
    server.begin()
    id = server.post("Lovely rye bread.", ask=False).json["comment"]["id"]
    page = owner.read(f"/admin/comments/{id}/")
    assert press(owner, page, "rule/", ai="off").status_code == 303
    assert press(owner, page, "rule/", ai="always").status_code == 409
    assert rows(server, "SELECT ai FROM threads WHERE page = ?", server.page) == [("off",)]


def test_address_of_a_page_is_not_changed_unseen(server: Server, owner: Owner) -> None:
    server.begin()
    id = server.post("Lovely rye bread.", ask=False).json["comment"]["id"]
    page, here = owner.read(f"/admin/comments/{id}/"), f"{server.site.origin}{server.page}"
    assert press(owner, page, "place/", url=here, title="Rye").status_code == 303
    late = press(owner, page, "place/", url=f"{server.site.origin}/other", title="Wheat")
    assert late.status_code == 409 and 'value="Rye"' in late.text and "Wheat" not in late.text
    assert rows(server, "SELECT url, title FROM threads WHERE page = ?", server.page) == [(here, "Rye")]


FORMS = ("restore", "verify", "correct", "pin", "reply", "rule", "place")


@pytest.mark.parametrize("what", FORMS)
def test_form_without_a_version_changes_nothing(server: Server, owner: Owner, what: str) -> None:
    server.begin()
    posted = server.post(QUESTION).json
    server.settled(posted["answer"]["id"])
    id = posted["answer" if what in ("verify", "correct") else "comment"]["id"]
    if what == "restore":
        owner.send(f"/admin/comments/{id}/hide/")
    before = everything(server)
    token = hidden_fields(owner.read("/admin/").text, "/admin/sign-out/")
    fields = {"body": "Mine.", "pinned": "1", "ai": "off", "url": server.site.origin, "title": "Mine"}
    for version in ({}, {"version": ""}):
        sent = owner.post(f"/admin/comments/{id}/{what}/", token | fields | version)
        assert sent.status_code == 400, what
    assert owner.post("/admin/unanswered/dismiss/", token | {"id": id}).status_code == 400
    assert everything(server) == before


def everything(server: Server) -> list[list[tuple[Any, ...]]]:
    """What owners' forms change."""
    return [rows(server, f"SELECT * FROM {table}") for table in ("comments", "answers", "answer_revisions", "threads")]


def test_dismissing_many_leaves_what_was_edited(server: Server, owner: Owner) -> None:
    server.begin()
    id = server.post("Do you sell bicycles of steel?").json["answer"]["id"]
    server.settled(id)
    page = owner.read("/admin/unanswered/")
    assert id in page.text
    server.clock.advance(seconds=1)
    change(server, "UPDATE comments SET edited_at = ? WHERE id IN (SELECT question_id FROM answers WHERE id = ?)",
           server.clock.now(), id)  # fmt: skip
    press(owner, page, "dismiss/", id=id)
    assert rows(server, "SELECT dismissed_at FROM answers WHERE id = ?", id) == [(None,)]
    press(owner, owner.read("/admin/unanswered/"), "dismiss/", id=id)
    assert rows(server, "SELECT dismissed_at FROM answers WHERE id = ?", id) != [(None,)]


# ---- marks


def answered(server: Server) -> tuple[str, str]:
    server.begin()
    posted = server.post(QUESTION).json
    server.settled(posted["answer"]["id"])
    return posted["comment"]["id"], posted["answer"]["id"]


def test_edit_ends_verification_and_reuse(server: Server, owner: Owner) -> None:
    question, answer = answered(server)
    owner.send(f"/admin/comments/{answer}/verify/")
    owner.send(f"/admin/comments/{answer}/pin/", pinned="1")
    assert look(server, QUESTION)["verified_by_owner"] is True
    edit(server, question, LIE)
    after = shown(server, answer)
    assert (after["answer"]["verified_by_owner"], after["pinned"]) == (False, False)
    assert look(server, LIE) is None
    assert rows(server, "SELECT 1 FROM answered_questions WHERE question_id = ?", question) == []


def test_edit_ends_what_rests_on_an_owners_reply(server: Server, owner: Owner) -> None:
    server.change(ai="off")
    server.begin()
    question = server.post("Do you bake without gluten?").json["comment"]["id"]
    owner.send(f"/admin/comments/{question}/reply/", body="Yes, every Tuesday.")
    assert look(server, "Do you bake without gluten?")["verified_by_owner"] is True
    edit(server, question, LIE)
    assert look(server, LIE) is None
    assert look(server, "Do you bake without gluten?") is None


def test_edit_unpins(server: Server, owner: Owner) -> None:
    server.begin()
    id = server.post("Lovely rye bread.", ask=False).json["comment"]["id"]
    owner.send(f"/admin/comments/{id}/pin/", pinned="1")
    assert shown(server, id)["pinned"] is True
    edit(server, id, "Buy pills")
    assert shown(server, id)["pinned"] is False
