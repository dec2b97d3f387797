"""A page at an address that its site does not list is told so, and its owner allows it with one click."""

from __future__ import annotations

import html
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.http.test_corrections import sign_in
from tests.services import Reply, Server

OTHER = "https://www.blog.example"


def ask(server: Server, origin: str, site: str = "demo", call: str = "comments") -> Reply:
    return server.call("GET", f"/api/{call}/?site={site}&page=/", Origin=origin)


def noted(server: Server) -> list[Any]:
    with closing(sqlite3.connect(server.folder / "data" / "answerback.db")) as db:
        return db.execute("SELECT site, origin, dismissed FROM refused_origins ORDER BY origin").fetchall()


@pytest.mark.parametrize("call", ["comments", "session", "counts", "feed", "events"])
def test_refusal_can_be_read_and_says_what_to_do(shared: Server, call: str) -> None:
    reply = ask(shared, OTHER, call=call)
    assert (reply.status, reply.json["code"]) == (403, "origin_not_allowed")
    assert reply.headers["access-control-allow-origin"] == OTHER
    assert reply.headers["access-control-allow-credentials"] == "true"
    command = f"answerback site set demo origins+={OTHER}"
    assert reply.json["detail"] == f"{OTHER} is not an origin of the site demo. To allow it: {command}"


@pytest.mark.parametrize(("site", "named"), [("nowhere", "nowhere"), ("", "KEY"), ("%24%28rm%29", "KEY")])
def test_refusal_says_nothing_of_which_sites_there_are(shared: Server, site: str, named: str) -> None:
    assert ask(shared, OTHER, site).json["detail"].endswith(f"answerback site set {named} origins+={OTHER}")


@pytest.mark.parametrize("origin", ["null", "file://", "HTTP://A.example", "https://a.example/", "x;rm"])
def test_pages_without_an_origin_are_told_to_use_a_server(shared: Server, origin: str) -> None:
    reply = ask(shared, origin)
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (403, origin)
    assert "python3 -m http.server" in reply.json["detail"]


def test_owner_allows_a_refused_origin_with_one_click(server: Server) -> None:
    with sign_in(server, "owner@example.com", "demo") as owner:
        assert ask(server, OTHER).status == ask(server, OTHER).status == ask(server, "null").status == 403
        assert ask(server, "https://evil.example").status == 403
        assert noted(server) == [("demo", "https://evil.example", 0), ("demo", OTHER, 0)]
        for path in ("/admin/", "/admin/addresses/?site=demo"):
            assert OTHER in html.unescape(owner.read(path).text)
        dismissed = owner.send("/admin/addresses/demo/origins/dismiss/", origin="https://evil.example")
        allowed = owner.send("/admin/addresses/demo/origins/add/", origin=OTHER)
        assert (dismissed.status_code, allowed.status_code) == (303, 303)
        assert ask(server, OTHER).status == 200
        assert ask(server, "https://evil.example").status == 403
        assert noted(server) == [("demo", "https://evil.example", 1)]
        for path in ("/admin/", "/admin/addresses/?site=demo"):
            assert "evil.example" not in owner.read(path).text
        for verb in ("add", "dismiss"):
            never = owner.send(f"/admin/addresses/demo/origins/{verb}/", origin="https://never.example")
            assert never.status_code == 404


def test_no_more_origins_are_kept_than_an_owner_reads(server: Server) -> None:
    for number in range(30):
        assert ask(server, f"https://{number}.example").status == 403
    assert len(noted(server)) == 20


def test_owner_of_another_site_neither_sees_nor_allows_it(server: Server) -> None:
    server.command("site", "add", "other", "--origin", "https://other.example")
    ask(server, OTHER)
    with sign_in(server, "stranger@example.com", "other") as stranger:
        assert OTHER not in stranger.read("/admin/").text + stranger.read("/admin/addresses/").text
        assert stranger.send("/admin/addresses/demo/origins/add/", origin=OTHER).status_code == 404
    assert ask(server, OTHER).status == 403


def test_an_entry_leads_to_the_address_of_its_page(server: Server) -> None:
    server.begin()
    server.post("Is this page still here?")
    with sign_in(server, "owner@example.com", "demo") as owner:
        log = html.unescape(owner.read("/admin/").text)
        assert f"/admin/addresses/?site=demo&old={server.page.replace('/', '%2F')}#add" in log.replace(
            f"old={server.page}", f"old={server.page.replace('/', '%2F')}"
        )
        form = owner.read(f"/admin/addresses/?site=demo&old={server.page}").text
        assert f'value="{server.page}"' in form
