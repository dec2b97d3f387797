"""Bans of people and addresses, open and hidden, for a time and for good; trust, quota, notes, erasure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answerback.core.bans import read_prefix

from tests.http.signing import BEHIND_A_PROXY, rows
from tests.http.test_corrections import Owner, sign_in
from tests.services import Reply, Server, Site

WORDS = "The second oven is new, is it not?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with (
        Site.start() as site,
        Server.start(
            tmp_path_factory.mktemp("bans"), site, ai="off", comments_per_minute="unlimited", **BEHIND_A_PROXY
        ) as one,
    ):
        yield one


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[Owner]:
    with sign_in(server, "owner@example.com", "demo") as signed_in:
        yield signed_in


@pytest.fixture(autouse=True)
def somebody_new(server: Server) -> None:
    server.turn_page()
    server.begin()


def write(server: Server, at: str = "198.51.100.1") -> Reply:
    data = {"site": "demo", "page": server.page, "url": server.site.origin + server.page, "title": "B", "body": WORDS}
    return server.call("POST", "/api/comments/", data, **{"X-Forwarded-For": at})


def visitor(server: Server) -> str:
    return str(server.call("GET", "/api/session/?site=demo").json["visitor"]["id"])


def seen(server: Server) -> list[str]:
    return [
        each["state"] for each in server.call("GET", f"/api/comments/?site=demo&page={server.page}").json["comments"]
    ]


def test_a_shadow_ban_is_not_noticed(server: Server, owner: Owner) -> None:
    assert write(server).status == 201
    owner.send(f"/admin/visitors/{visitor(server)}/block/", days="", shadow="1")
    banned = write(server)
    assert (banned.status, banned.json["comment"]["state"]) == (201, "published")
    mine = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["mine"]["pending"]
    assert [(each["id"], each["state"], each["body"]) for each in mine] == [
        (banned.json["comment"]["id"], "published", WORDS)
    ]
    token, server.token = server.token, ""
    assert seen(server) == ["published"]
    server.token = token
    assert rows(server, "SELECT COUNT(*) FROM reviewables WHERE id = ?", banned.json["comment"]["id"]) == [(0,)]


def edit(server: Server, id: str, body: str) -> Reply:
    return server.call("PATCH", f"/api/comments/{id}/", {"site": "demo", "body": body})


def test_nobody_reads_an_edit_under_a_shadow_ban(server: Server, owner: Owner) -> None:
    id = write(server).json["comment"]["id"]
    owner.send(f"/admin/visitors/{visitor(server)}/block/", days="", shadow="1")
    edited = edit(server, id, "Buy my pills.")
    assert (edited.status, edited.json["comment"]["state"], edited.json["comment"]["body"]) == (
        200, "published", "Buy my pills.",
    )  # fmt: skip
    hidden = write(server).json["comment"]["id"]
    assert edit(server, hidden, "Buy them now.").json["comment"]["body"] == "Buy them now."
    below = {"site": "demo", "page": server.page, "url": "", "title": "", "body": WORDS, "parent_id": hidden}
    assert server.call("POST", "/api/comments/", below).status == 201
    mine = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["mine"]["pending"]
    assert [each["body"] for each in mine] == ["Buy my pills.", "Buy them now.", WORDS]
    assert server.call("DELETE", f"/api/comments/{hidden}/", {"site": "demo"}).status == 204
    feed = server.call("GET", f"/api/feed/?site=demo&page={server.page}&format=json").body.decode()
    server.token = ""
    assert seen(server) == []
    assert "pills" not in feed


def test_reports_under_a_shadow_ban_hide_nothing(server: Server, owner: Owner) -> None:
    id = write(server).json["comment"]["id"]
    server.begin()
    owner.send(f"/admin/visitors/{visitor(server)}/block/", days="", shadow="1")
    server.change(reports_to_hide="1")
    reported = server.call("POST", f"/api/comments/{id}/report/", {"site": "demo", "kind": "abuse"})
    assert (reported.status, seen(server)) == (201, ["published"])
    server.begin()
    server.call("POST", f"/api/comments/{id}/report/", {"site": "demo", "kind": "abuse"})
    assert seen(server) == []
    server.change(reports_to_hide="3")


def test_votes_under_a_shadow_ban_do_not_count(server: Server, owner: Owner) -> None:
    id = write(server).json["comment"]["id"]
    server.begin()
    assert vote(server, id, 1) == {"up": 1, "down": 0}
    owner.send(f"/admin/visitors/{visitor(server)}/block/", days="", shadow="1")
    assert vote(server, id, -1) == {"up": 0, "down": 1}, "as the visitor sees it"
    assert counted(server, id) == (0, 0)
    mine = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["mine"]["votes"]
    assert mine == {id: -1}
    assert vote(server, id, 0) == {"up": 0, "down": 0}
    assert (counted(server, id), vote(server, id, 1)) == ((0, 0), {"up": 1, "down": 0})
    owner.send(f"/admin/visitors/{visitor(server)}/unblock/")
    assert counted(server, id) == (0, 0), "what was voted under the ban stays uncounted"
    assert (vote(server, id, 1), counted(server, id)) == ({"up": 1, "down": 0}, (1, 0))


def vote(server: Server, id: str, value: int) -> dict[str, int]:
    found: dict[str, int] = server.call("PUT", f"/api/comments/{id}/vote/", {"site": "demo", "value": value}).json[
        "votes"
    ]
    return found


def counted(server: Server, id: str) -> tuple[int, int]:
    [(up, down)] = rows(server, "SELECT up, down FROM comments WHERE id = ?", id)
    return up, down


def test_a_ban_is_lifted(server: Server, owner: Owner) -> None:
    id = visitor(server)
    owner.send(f"/admin/visitors/{id}/block/", days="")
    assert write(server).status == 403
    owner.send(f"/admin/visitors/{id}/unblock/")
    assert write(server).json["comment"]["state"] == "published"


@pytest.mark.parametrize(
    ("prefix", "address"),
    [
        ("203.0.113.0/24", "203.0.113.9"),
        ("2001:db8:7::/48", "2001:db8:7:1::2"),
        ("203.0.113.0/28", "::ffff:203.0.113.9"),
    ],
)
def test_an_address_is_banned(prefix: str, address: str, server: Server, owner: Owner) -> None:
    assert owner.send("/admin/bans/demo/add/", prefix=prefix, days="7", reason="Flood").status_code == 303
    server.clock.advance(seconds=3)
    assert prefix in owner.read("/admin/bans/").text
    assert write(server, address).status == 403
    assert write(server).status == 201
    owner.send("/admin/bans/demo/remove/", prefix=prefix)
    assert write(server, address).status == 201


def test_an_address_is_banned_unnoticed(server: Server, owner: Owner) -> None:
    owner.send("/admin/bans/demo/add/", prefix="203.0.113.77", shadow="1")
    assert write(server, "203.0.113.77").json["comment"]["state"] == "published"
    server.token = ""
    assert seen(server) == []
    owner.send("/admin/bans/demo/remove/", prefix="203.0.113.77/32")


@pytest.mark.parametrize("text", ["", "bread", "10.0.0.0/4", "2001::/3", "1.2.3.4/40"])
def test_what_is_no_prefix_is_refused(text: str, owner: Owner) -> None:
    refused = owner.send("/admin/bans/demo/add/", prefix=text)
    assert refused.status_code == 400
    assert 'aria-invalid="true"' in refused.text
    with pytest.raises(ValueError, match="must"):
        read_prefix(text)


def test_mapped_address_is_banned_as_what_it_is() -> None:
    assert read_prefix("::ffff:203.0.113.0/120") == "203.0.113.0/24"


def test_trust_quota_and_notes_are_kept(server: Server, owner: Owner) -> None:
    id = visitor(server)
    owner.send(f"/admin/visitors/{id}/trust/", trusted="1")
    owner.send(f"/admin/visitors/{id}/quota/", daily_answers="2")
    owner.send(f"/admin/visitors/{id}/note/", note="Helps <others>")
    page = owner.read(f"/admin/visitors/{id}/").text
    assert "trusted" in page
    assert "Helps &lt;others&gt;" in page
    assert rows(server, "SELECT trusted, daily_answers FROM visitors WHERE id = ?", id) == [(1, "2")]
    assert owner.send(f"/admin/visitors/{id}/quota/", daily_answers="many").status_code == 400
    trail = rows(server, "SELECT action FROM audit WHERE kind = 'visitor' AND subject = ? ORDER BY number", id)
    assert [action for (action,) in trail] == ["trusted", "quota", "noted"]


def test_somebody_is_erased_on_request(server: Server, owner: Owner) -> None:
    id, comment = visitor(server), write(server).json["comment"]["id"]
    owner.send(f"/admin/visitors/{id}/note/", note="Wrote to us")
    assert owner.send(f"/admin/visitors/{id}/erase/").status_code == 400
    assert owner.send(f"/admin/visitors/{id}/erase/", sure="1").status_code == 303
    assert rows(server, "SELECT COUNT(*) FROM visitors WHERE id = ?", id) == [(0,)]
    assert rows(server, "SELECT COUNT(*) FROM visitor_notes WHERE visitor_id = ?", id) == [(0,)]
    assert rows(server, "SELECT body, state FROM comments WHERE id = ?", comment) == [("", "deleted")]
    assert owner.read(f"/admin/visitors/{id}/").status_code == 404


def test_a_ban_ends_by_itself(server: Server, owner: Owner) -> None:
    """The last one here: a day later the owner is signed out, too."""
    id = visitor(server)
    assert owner.send(f"/admin/visitors/{id}/block/", days="1", reason="Rude").status_code == 303
    page = owner.read(f"/admin/visitors/{id}/").text
    assert "Rude" in page
    assert write(server).status == 403
    server.clock.advance(seconds=24 * 3600 + 1)
    assert write(server).status == 201
