"""Visitors whom the owner has blocked: what they may not do any more, and how the owner does it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from answerback.accounts.privacy import merging_store
from answerback.accounts.store import add_visitor, set_blocked, visitor_by_id
from answerback.core.model import Visitor
from answerback.db.database import Database
from answerback.sites.store import add_site

from tests.http.test_corrections import Owner, sign_in
from tests.services import Reply, Server, walk

BLOCKED = (403, "visitor_blocked")


@pytest.fixture(scope="module")
def owner(running: Server) -> Iterator[Owner]:
    with sign_in(running, "owner@example.com", "demo") as signed_in:
        yield signed_in


def guest(server: Server) -> str:
    """A guest of one's own; the id."""
    server.begin()
    return str(server.call("GET", f"/api/session/?site=demo&page={server.page}").json["visitor"]["id"])


def said(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json["code"]


def test_blocked_visitor_reads_and_deletes_only(shared: Server) -> None:
    guest(shared)
    other = shared.post("When do you open?", ask=True).json
    shared.settled(other["answer"]["id"])
    id = guest(shared)
    own = shared.post("Buy pills.", ask=False).json["comment"]["id"]
    command = ("site", "visitor", "demo", id)
    assert "may not write" in shared.command(*command, "--block").stderr
    assert shared.command(*command).stdout == "default\nblocked\n"
    theirs, answer = other["comment"]["id"], other["answer"]["id"]
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/api/comments/", {"page": shared.page, "body": "More pills."}),
        ("PATCH", f"/api/comments/{own}/", {"body": "Better pills."}),
        ("PUT", f"/api/comments/{theirs}/vote/", {"value": 1}),
        ("POST", f"/api/comments/{theirs}/report/", {"reason": "No pills."}),
        ("POST", f"/api/comments/{own}/answer/", {}),
        ("PUT", f"/api/answers/{answer}/feedback/", {"helpful": False, "reason": "No pills."}),
        ("POST", "/api/chat/gpt/", {"page": shared.page, "user_input": "Pills?"}),
    ]
    before = shared.thread()
    for method, path, data in calls:
        assert said(shared.call(method, path, {"site": "demo", **data})) == BLOCKED, path
    assert shared.thread() == before
    assert shared.call("GET", f"/api/session/?site=demo&page={shared.page}").json["quota"]["used"] == 0
    assert shared.call("GET", f"/api/chat/gpt/?site=demo&page={shared.page}").status == 200
    assert shared.call("DELETE", f"/api/comments/{own}/", {}).status == 204
    assert "may write again" in shared.command(*command, "--unblock").stderr
    assert shared.command(*command).stdout == "default\n"
    assert shared.post("Sorry.", ask=False).status == 201
    assert shared.command("site", "visitor", "demo", "nobody", "--block", check=False).returncode == 1
    assert shared.command(*command, "--block", "--unblock", check=False).returncode == 2


def test_blocked_member_cannot_rename(shared: Server) -> None:
    shared.token = ""
    person = {"site": "demo", "email": "mina@example.com", "password": "a long enough one", "name": "Mina"}
    user = shared.call("POST", "/api/user/register/", person).json
    shared.token = user["token"]
    shared.command("site", "visitor", "demo", user["user"]["id"], "--block")
    assert said(shared.call("PATCH", "/api/user/", {"site": "demo", "name": "Pills"})) == BLOCKED
    assert shared.call("GET", "/api/user/sessions/?site=demo").status == 200


def test_owner_blocks_and_hides_from_the_log(shared: Server, owner: Owner) -> None:
    id = guest(shared)
    first, second = (shared.post(body, ask=False, name="Pill Man").json["comment"]["id"] for body in ("Pills.", "Or."))
    begun = f'/admin/visitors/{id}/" rel="author">Pill Man</a>'
    assert begun in owner.read("/admin/").text
    assert begun in owner.read(f"/admin/comments/{first}/").text
    page = owner.read(f"/admin/visitors/{id}/").text
    assert ("Pill Man" in page, ">Block</button>" in page, "2 comments" in page) == (True, True, True)
    assert re.findall(r'id="e-([^"]+)"', owner.read(f"/admin/?author={id}").text) == [second, first]
    assert owner.send(f"/admin/visitors/{id}/block/", hide="1").status_code == 303
    page = owner.read(f"/admin/visitors/{id}/").text
    assert all(part in page for part in (">blocked</span>", "2 of them hidden", ">Unblock</button>"))
    assert list(walk(shared.thread()["comments"])) == []
    assert said(shared.post("Pills!")) == BLOCKED
    assert owner.send(f"/admin/visitors/{id}/unblock/").status_code == 303
    assert shared.post("No more of it.", ask=False).status == 201
    assert [comment["body"] for comment in shared.thread()["comments"]] == ["No more of it."]


def test_asker_is_blocked_from_the_ask_box(shared: Server, owner: Owner) -> None:
    id = guest(shared)
    asked = {"site": "demo", "page": shared.page, "url": shared.site.origin + shared.page, "user_input": "Pills?"}
    assert shared.call("POST", "/api/chat/gpt/", asked).status == 200
    assert len(re.findall(r'id="e-', owner.read(f"/admin/?author={id}").text)) == 2
    assert "1 question in the ask box" in owner.read(f"/admin/visitors/{id}/").text
    owner.send(f"/admin/visitors/{id}/block/")
    assert said(shared.call("POST", "/api/chat/gpt/", asked)) == BLOCKED


def test_only_the_owner_of_the_site_blocks(shared: Server, owner: Owner) -> None:
    id = guest(shared)
    assert owner.read("/admin/visitors/nobody/").status_code == 404
    assert owner.post(f"/admin/visitors/{id}/block/", {"token": "0" * 64}).status_code == 403
    with sign_in(shared, "stranger@example.com") as everywhere:
        assert everywhere.read(f"/admin/visitors/{id}/").status_code == 200
    shared.command("site", "add", "elsewhere", "--origin", "https://elsewhere.example")
    with sign_in(shared, "elsewhere@example.com", "elsewhere") as stranger:
        assert stranger.read(f"/admin/visitors/{id}/").status_code == 404
        assert stranger.send(f"/admin/visitors/{id}/block/", hide="1").status_code == 404
        assert stranger.read(f"/admin/?author={id}").text.count('id="e-') == 0
    assert shared.post("Still here.", ask=False).status == 201


@pytest.mark.anyio
async def test_signing_in_does_not_lift_a_block(database: Database) -> None:
    people = [Visitor("g", "demo", "guest", ""), Visitor("u", "demo", "user", "Mina")]
    await database.write(lambda: add_site("demo", {"origins": "https://a.example"}, 0))
    for person in people:
        await database.write(lambda p=person: add_visitor(p.id, p.site, p.kind, p.name, 0))
    await database.write(lambda: merging_store.merge(*people))
    account = await database.read(lambda: visitor_by_id("demo", "u"))
    assert account is not None and not account.blocked
    assert await database.write(lambda: set_blocked("demo", "g", blocked=True))
    await database.write(lambda: merging_store.merge(*people))
    account = await database.read(lambda: visitor_by_id("demo", "u"))
    assert account is not None and account.blocked
