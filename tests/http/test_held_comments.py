"""What is held for the owner, and why: new comments and edits alike, by the rules of the site and of a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from answerback.comments.approval.reviewables_store import Reviewable, read_reviewable
from answerback.comments.store import set_moderation

from tests.forms import hidden_fields
from tests.http.test_corrections import Owner, sign_in
from tests.migrations.databases import fetch
from tests.services import Server, walk, write_to

LINK = "Look: https://evil.example"


@contextmanager
def holding(server: Server, moderation: str, **more: str) -> Iterator[None]:
    server.change(moderation=moderation, **more)
    yield
    server.change(moderation="none", first_comments="1", hold_words="")


def waiting(server: Server, id: str) -> Reviewable:
    """What is kept of a comment that waits or has waited."""
    columns = "id, site, kind, page, state, score, version, reasons, opened_at, decided_by, decided_at"
    [row] = fetch(server.database_url, f"SELECT {columns} FROM reviewables WHERE id = '{id}'")
    return read_reviewable(dict(zip(columns.split(", "), row, strict=True)))


def reasons(server: Server, id: str) -> dict[str, Mapping[str, Any]]:
    return {reason.kind: reason.figures for reason in waiting(server, id).reasons}


def mine(server: Server) -> list[dict[str, Any]]:
    pending: list[dict[str, Any]] = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["mine"][
        "pending"
    ]
    return pending


def shown(server: Server) -> list[str]:
    return [comment["body"] for comment in walk(server.thread()["comments"])]


def patch(server: Server, id: str, body: str) -> dict[str, Any]:
    reply = server.call("PATCH", f"/api/comments/{id}/", {"site": "demo", "body": body})
    assert reply.status == 200, reply.json
    comment: dict[str, Any] = reply.json["comment"]
    return comment


def test_held_comment_keeps_its_reasons(shared: Server) -> None:
    shared.begin()
    with holding(shared, "first,links,words", hold_words="casino"):
        comment = shared.post(f"{LINK} casino").json["comment"]
    assert comment["state"] == "pending"
    assert reasons(shared, comment["id"]) == {"first": {"count": 0}, "links": {"count": 1}, "words": {"word": "casino"}}
    assert (waiting(shared, comment["id"]).kind, waiting(shared, comment["id"]).state) == ("held", "open")
    assert shown(shared) == []
    assert [each["id"] for each in mine(shared)] == [comment["id"]]
    shared.begin()
    assert mine(shared) == []


def test_nothing_is_kept_of_what_no_rule_holds(shared: Server) -> None:
    shared.begin()
    with holding(shared, "links"):
        comment = shared.post("Good bread.").json["comment"]
    assert comment["state"] == "published"
    assert fetch(shared.database_url, f"SELECT id FROM reviewables WHERE id = '{comment['id']}'") == []


def test_author_is_new_until_so_many_comments(shared: Server) -> None:
    shared.begin()
    shared.post("One.")
    with holding(shared, "first", first_comments="2"):
        held = shared.post("Two.").json["comment"]
        assert reasons(shared, held["id"]) == {"new_author": {"count": 1}}
    shared.post("Three.")
    with holding(shared, "first", first_comments="2"):
        assert shared.post("Four.").json["comment"]["state"] == "published"


def test_page_holds_by_a_rule_of_its_own(shared: Server) -> None:
    shared.begin()
    shared.post("Harmless words.")
    page = shared.thread()["page"]
    write_to(shared.database_url, lambda: set_moderation("demo", page, "all", 0))
    assert shared.post("Harmless words.").json["comment"]["state"] == "pending"
    write_to(shared.database_url, lambda: set_moderation("demo", page, "none", 0))
    with holding(shared, "all"):
        assert shared.post("Harmless words.").json["comment"]["state"] == "published"


@pytest.mark.parametrize(("moderation", "body"), [("links", LINK), ("all", "Other words.")])
def test_held_edit_leaves_the_published_words(shared: Server, moderation: str, body: str) -> None:
    shared.begin()
    id = shared.post("Harmless words.").json["comment"]["id"]
    with holding(shared, moderation):
        edited = patch(shared, id, body)
    assert (edited["state"], edited["body"]) == ("pending", body), "the author sees it as waiting"
    assert shown(shared) == ["Harmless words."]
    assert [(each["id"], each["body"], each["state"]) for each in mine(shared)] == [(id, body, "pending")]
    assert waiting(shared, id).state == "open"


def test_better_edit_takes_the_place_of_one_that_waits(shared: Server) -> None:
    shared.begin()
    id = shared.post("Harmless words.").json["comment"]["id"]
    with holding(shared, "links"):
        patch(shared, id, LINK)
        assert patch(shared, id, "Better words.")["state"] == "published"
    assert shown(shared) == ["Better words."]
    assert mine(shared) == []
    assert waiting(shared, id).state == "closed"


def test_edit_of_what_waits_waits_on_for_all_reasons(shared: Server) -> None:
    shared.begin()
    with holding(shared, "first,links"):
        id = shared.post("My first words.").json["comment"]["id"]
        before = waiting(shared, id).version
        assert patch(shared, id, f"{LINK} now.")["state"] == "pending"
    assert reasons(shared, id) == {"first": {"count": 0}, "links": {"count": 1}}
    assert waiting(shared, id).version > before, "what the owner saw is not what waits now"
    assert shown(shared) == []


def test_deleted_comment_needs_no_decision(shared: Server) -> None:
    shared.begin()
    with holding(shared, "all"):
        id = shared.post("On second thought.").json["comment"]["id"]
        assert shared.call("DELETE", f"/api/comments/{id}/", {"site": "demo"}).status == 204
    assert waiting(shared, id).state == "closed"


def test_edit_that_waits_goes_with_its_comment(shared: Server) -> None:
    shared.begin()
    id = shared.post("Harmless words.").json["comment"]["id"]
    with holding(shared, "links"):
        patch(shared, id, LINK)
    assert shared.call("DELETE", f"/api/comments/{id}/", {"site": "demo"}).status == 204
    assert fetch(shared.database_url, f"SELECT body FROM held_edits WHERE comment_id = '{id}'") == []
    assert waiting(shared, id).state == "closed"


def test_rules_are_read_strictly(shared: Server) -> None:
    for wrong in ("first,all", "none,links", "everything", ""):
        done = shared.command("site", "set", "demo", f"moderation={wrong}", check=False)
        assert done.returncode != 0, wrong


def test_owner_says_what_a_page_holds(shared: Server) -> None:
    shared.begin()
    id = shared.post("Harmless words.").json["comment"]["id"]
    path = f"/admin/comments/{id}/holds/"
    with sign_in(shared, "holder@example.com", "demo") as owner:
        assert owner.send(path, mode="some").status_code == 400
        assert owner.send(path, mode="some", holds="links").status_code == 303
        assert shared.post(LINK).json["comment"]["state"] == "pending"
        assert shared.post("No link.").json["comment"]["state"] == "published"
        assert owner.post(path, {"mode": "all", "version": "default"} | token_of(owner)).status_code == 409
        assert owner.send(path, mode="default").status_code == 303
    assert shared.post(LINK).json["comment"]["state"] == "published"


def token_of(owner: Owner) -> dict[str, str]:
    return hidden_fields(owner.read("/admin/").text, "/admin/sign-out/")
