"""Nobody writes under the name of the owner or of the AI, however it gets there."""

from __future__ import annotations

from typing import Any

import pytest
from answerback.accounts.identities import sign_in
from answerback.accounts.identities.model import NewIds, Profile

from tests.http.signing import rows
from tests.services import Server, write_to

PASSWORD = "warm rolls at seven"


def register(server: Server, email: str, name: str) -> tuple[int, Any]:
    reply = server.call(
        "POST", "/api/user/register/", {"site": "demo", "email": email, "password": PASSWORD, "name": name}
    )
    return reply.status, reply.json


def test_guests_do_not_write_as_the_owner(shared: Server) -> None:
    shared.begin()
    for name in ("Owner", "0wner", "AI answer", "demo"):
        reply = shared.post("Warm rolls.", name=name)
        assert (reply.status, reply.json["code"]) == (400, "name_reserved")
    assert shared.post("Warm rolls.", name="Mina").json["comment"]["author"]["name"] == "Mina"


@pytest.mark.parametrize("body", ["\u3164", "\u2800", "\u00ad", "\u0301"])
def test_comments_of_which_nothing_is_seen_are_empty(shared: Server, body: str) -> None:
    shared.begin()
    assert shared.post(body).json["code"] == "validation_failed"
    id = shared.post("Warm rolls.").json["comment"]["id"]
    assert shared.call("PATCH", f"/api/comments/{id}/", {"body": body}).json["code"] == "validation_failed"


def test_names_of_which_nothing_is_seen_are_none(shared: Server) -> None:
    shared.begin()
    assert shared.post("Warm rolls.", name="\u3164").json["comment"]["author"]["name"] == ""


def test_members_do_not_take_the_owners_name(shared: Server) -> None:
    status, problem = register(shared, "claims@example.com", "Owner")
    assert (status, problem["code"]) == (400, "name_reserved")
    status, done = register(shared, "owner@example.com", "")
    assert status == 201 and done["user"]["name"] == ""
    shared.token = done["token"]
    assert shared.call("PATCH", "/api/user/", {"site": "demo", "name": "\u043ewner"}).json["code"] == "name_reserved"
    assert shared.call("PATCH", "/api/user/", {"site": "demo", "name": "Mina"}).json["user"]["name"] == "Mina"
    assert rows(shared, "SELECT name FROM visitors WHERE email = 'claims@example.com'") == []


@pytest.mark.parametrize(("said", "kept"), [("Owner", ""), ("\u3164", ""), ("Mi\u3164na", "Mina")])
def test_issuers_do_not_hand_out_the_owners_name(shared: Server, said: str, kept: str) -> None:
    ids = NewIds(visitor=f"v-{said}", identity=f"i-{said}")
    profile = Profile("https://issuer.example", f"subject-{said}", said)
    write_to(shared.database_url, lambda: sign_in("demo", profile, ids, 0))
    assert rows(shared, f"SELECT name FROM visitors WHERE id = 'v-{said}'") == [(kept,)]


@pytest.mark.parametrize("at", ["/t/?site=demo&page=", "/embed/thread.html?site=demo&page=",
                                "/api/feed/?site=demo&page=", "/api/feed/?site=demo&format=json&page="])  # fmt: skip
def test_namesakes_are_told_apart_without_scripts(shared: Server, at: str) -> None:
    shared.begin()
    authors = []
    for name, body in (("Mina", "Warm rolls."), ("Mina", "Cold rolls."), ("Tom", "No rolls.")):
        shared.begin()
        authors.append(shared.post(body, name=name).json["comment"]["author"])
    plain = shared.call("GET", at + shared.page).body.decode()
    marks = [f"#{author['id'][-4:]}" in plain for author in authors]
    assert marks == [True, True, False]
    if at.startswith("/t/"):  # else names from the right would turn it around
        assert f"<bdi>#{authors[0]['id'][-4:]}</bdi>" in plain
