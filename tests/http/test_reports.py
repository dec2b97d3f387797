"""Reports of readers: a receipt, a decision that both sides are told, an appeal, and what hides a comment meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.forms import hidden_fields
from tests.http.test_corrections import Owner, sign_in
from tests.http.test_held_comments import reasons, shown, waiting
from tests.migrations.databases import fetch
from tests.services import Reply, Server


def comment(server: Server, body: str = "Bad words.") -> tuple[str, str]:
    """A new comment's id, and its author's token."""
    server.begin()
    return server.post(body).json["comment"]["id"], server.token


def report(server: Server, id: str, kind: str | None = "abuse", reason: str = "", **more: Any) -> Reply:
    """As somebody new."""
    server.begin()
    data = {"site": "demo", "reason": reason} | ({} if kind is None else {"kind": kind}) | more
    return server.call("POST", f"/api/comments/{id}/report/", data)


def read(owner: Owner, path: str) -> str:
    response = owner.read(urlsplit(path).path)
    assert response.status_code == 200
    return response.text


def appeal(owner: Owner, path: str, words: str) -> httpx2.Response:
    return owner.post(urlsplit(path).path, {"words": words})


def decide(owner: Owner, id: str, action: str) -> None:
    """In the inbox, or in the log where nothing waits."""
    version = waiting(owner.server, id).version
    token = hidden_fields(owner.read("/admin/").text, "/admin/sign-out/")
    reply = owner.post("/admin/inbox/decide/", token | {"action": action, "id": f"{id}.{version}"})
    assert reply.status_code == 303
    assert "late" not in reply.headers["location"]


def statement(server: Server, id: str) -> str:
    [[found]] = fetch(server.database_url, f"SELECT id FROM moderation_statements WHERE comment_id = '{id}'")
    return f"/reports/{found}/"


@pytest.fixture(scope="module")
def owner(running: Server) -> Iterator[Owner]:
    with sign_in(running, "owner@example.com", "demo") as signed_in:
        yield signed_in


def test_report_without_a_kind_is_taken_silently(shared: Server) -> None:
    id, _ = comment(shared)
    assert report(shared, id, None, "Rude.").status == 204
    assert waiting(shared, id).kind == "reported"
    assert reasons(shared, id)["reported"] == {"count": 1, "kinds": "other"}


def test_receipt_tells_what_comes_of_a_report(shared: Server, owner: Owner) -> None:
    id, _ = comment(shared)
    taken = report(shared, id, "abuse", "It calls names.")
    assert taken.status == 201
    url = taken.json["url"]
    assert "has not decided yet" in read(owner, url)
    assert report(shared, id, "abuse").json["url"] != url, "each reporter has their own"
    decide(owner, id, "hide")
    assert "upheld" in read(owner, url)
    assert "Bad words" not in read(owner, url)


def test_kept_comment_declines_its_reports(shared: Server, owner: Owner) -> None:
    id, _ = comment(shared)
    url = report(shared, id, "abuse").json["url"]
    decide(owner, id, "approve")
    assert "declined" in read(owner, url)
    assert shown(shared) == ["Bad words."]
    assert waiting(shared, id).state == "approved"


def test_second_report_of_the_same_reader_is_the_first(shared: Server) -> None:
    id, _ = comment(shared)
    first = report(shared, id, "spam")
    again = shared.call("POST", f"/api/comments/{id}/report/", {"site": "demo", "kind": "abuse", "reason": ""})
    assert again.json == first.json
    assert reasons(shared, id)["reported"] == {"count": 1, "kinds": "spam"}


@pytest.mark.parametrize("fields", [{"kind": "rude"}, {"kind": "illegal"}])
def test_report_must_say_what_is_wrong(shared: Server, fields: dict[str, str]) -> None:
    id, _ = comment(shared)
    assert report(shared, id, **fields).json["code"] == "validation_failed"
    assert fetch(shared.database_url, f"SELECT id FROM reviewables WHERE id = '{id}'") == []


def test_readers_of_one_address_count_once(shared: Server) -> None:
    shared.change(reports_to_hide="2")
    id, _ = comment(shared)
    report(shared, id)
    report(shared, id)
    shared.change(reports_to_hide="3")
    assert shown(shared) == ["Bad words."]


def test_enough_reports_hide_until_the_owner_decides(shared: Server, owner: Owner) -> None:
    shared.change(reports_to_hide="1")
    id, _ = comment(shared)
    report(shared, id)
    shared.change(reports_to_hide="3")
    assert shown(shared) == []
    assert (waiting(shared, id).state, set(reasons(shared, id))) == ("open", {"reported", "reports_hide"})
    assert "Reports from readers hid it automatically" in read(owner, statement(shared, id))
    decide(owner, id, "approve")
    assert shown(shared) == ["Bad words."]
    report(shared, id)
    assert waiting(shared, id).state == "open", "it reopens with what is new"
    assert shown(shared) == ["Bad words."]


def test_author_is_told_why_and_may_appeal(shared: Server, owner: Owner) -> None:
    id, _ = comment(shared)
    report(shared, id, "abuse")
    decide(owner, id, "hide")
    path = statement(shared, id)
    told = read(owner, path)
    assert "because it is abusive" in told
    assert "Bad words." in told
    assert appeal(owner, path, " ").status_code == 400
    assert appeal(owner, path, "It is a quotation.").status_code == 303
    assert (waiting(shared, id).state, reasons(shared, id)) == ("open", {"appeal": {"by": "author"}})
    assert appeal(owner, path, "Once more.").status_code == 409
    decide(owner, id, "approve")
    assert "The decision was reversed." in read(owner, path)
    assert shown(shared) == ["Bad words."]


def test_reporter_may_appeal_too(shared: Server, owner: Owner) -> None:
    id, _ = comment(shared)
    url = report(shared, id, "abuse").json["url"]
    assert appeal(owner, url, "Hurry.").status_code == 409, "nothing has been decided yet"
    decide(owner, id, "approve")
    assert appeal(owner, url, "It names me.").status_code == 303
    assert reasons(shared, id) == {"appeal": {"by": "reporter"}}
    decide(owner, id, "hide")
    assert "The decision was reversed." in read(owner, url)


def test_reports_weigh_by_what_became_of_earlier_ones(shared: Server, owner: Owner) -> None:
    first, _ = comment(shared, "One.")
    second, _ = comment(shared, "Two.")
    report(shared, first, "spam")
    reporter = shared.token
    decide(owner, first, "hide")
    shared.token = reporter
    shared.call("POST", f"/api/comments/{second}/report/", {"site": "demo", "kind": "spam", "reason": ""})
    [[weight]] = fetch(shared.database_url, f"SELECT weight FROM reports WHERE comment_id = '{second}'")
    assert weight > 1


def test_page_of_no_report_is_not_there(shared: Server, owner: Owner) -> None:
    assert owner.read("/reports/guess/").status_code == 404
