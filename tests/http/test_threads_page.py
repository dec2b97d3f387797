"""The owner's page of threads: closed by hand and by date, opened again, moved, with a rule for answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http.signing import rows
from tests.http.test_corrections import Owner, sign_in
from tests.services import Server, Site, wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("threads"), site, ai="off", crawl="false") as one:
        yield one


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[Owner]:
    with sign_in(server, "owner@example.com", "demo") as signed_in:
        yield signed_in


@pytest.fixture(autouse=True)
def page(server: Server) -> str:
    server.turn_page()
    server.begin()
    assert server.post("A first comment").status == 201
    return server.page


def send(owner: Owner, what: str, page: str, **fields: str) -> int:
    return owner.send(f"/admin/threads/demo/{what}/", page=page, **fields).status_code


def test_a_thread_closes_and_opens(server: Server, owner: Owner, page: str) -> None:
    assert page in owner.read("/admin/threads/").text
    assert send(owner, "lock", page, locked="1") == 303
    assert server.post("Too late").json["code"] == "thread_locked"
    assert "closed" in owner.read(f"/admin/threads/?site=demo&page={page}").text
    assert send(owner, "lock", page, locked="0") == 303
    assert server.post("In time").status == 201
    trail = rows(server, "SELECT action FROM audit WHERE subject = ? ORDER BY number", page)
    assert [action for (action,) in trail] == ["locked", "unlocked"]


def test_a_rule_is_given_to_a_page(server: Server, owner: Owner, page: str) -> None:
    assert send(owner, "rule", page, ai="always") == 303
    assert rows(server, "SELECT ai FROM threads WHERE page = ?", page) == [("always",)]
    assert send(owner, "rule", page, ai="sometimes") == 400
    assert send(owner, "rule", "/nowhere/", ai="always") == 404


def test_a_thread_moves_and_joins(server: Server, owner: Owner, page: str) -> None:
    assert send(owner, "move", page, new="/moved-here/") == 303
    assert rows(server, "SELECT DISTINCT page FROM comments WHERE page IN (?, '/moved-here/')", page) == [
        ("/moved-here/",)
    ]
    thread = server.call("GET", f"/api/comments/?site=demo&page={page}").json["comments"]
    assert [each["body"] for each in thread] == ["A first comment"]
    refused = owner.send("/admin/threads/demo/move/", page=page, new="")
    assert refused.status_code == 400


def test_a_bad_date_is_refused(owner: Owner, page: str) -> None:
    refused = owner.send("/admin/threads/demo/closing/", page=page, when="day", day="someday")
    assert (refused.status_code, 'aria-invalid="true"' in refused.text) == (400, True)


def closed(server: Server, page: str) -> bool:
    return rows(server, "SELECT locked FROM threads WHERE page = ?", page) == [(1,)]


def later(server: Server) -> bool:
    server.clock.advance(seconds=20)
    return True


def test_threads_close_by_themselves(server: Server, owner: Owner, page: str) -> None:
    """The last one here: days later the owner is signed out."""
    old = page
    server.turn_page()
    server.begin()
    server.post("Never closes")
    never = server.page
    server.turn_page()
    server.begin()
    server.post("Closes on a day")
    dated = server.page
    assert send(owner, "closing", never, when="never") == 303
    assert send(owner, "closing", dated, when="day", day="2026-01-01") == 303
    wait_until(lambda: later(server) and closed(server, dated))
    assert not closed(server, old)
    server.change(close_days="3")
    server.clock.advance(seconds=3 * 86_400)
    wait_until(lambda: later(server) and closed(server, old))
    assert not closed(server, never)
    assert server.call("GET", f"/api/comments/?site=demo&page={old}").json["locked"] is True
