"""What an owner's undo brings back beside the comment, and what is kept for it only as long as it can be used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http.signing import change, rows
from tests.http.test_corrections import Owner, sign_in
from tests.http.test_held_comments import LINK, holding, patch, waiting
from tests.http.test_inbox import decide, led_to, undo
from tests.http.test_reports import appeal, comment, read, report, statement
from tests.http.test_reports import decide as settle
from tests.services import Server, wait_until


@pytest.fixture(scope="module")
def owner(running: Server) -> Iterator[Owner]:
    with sign_in(running, "undoing@example.com", "demo") as signed_in:
        yield signed_in


@pytest.fixture
def server(shared: Server) -> Server:
    """The shared server, whose inbox is empty."""
    change(shared, "DELETE FROM reviewables")
    return shared


@pytest.mark.parametrize("action", ["approve", "hide"])
def test_old_words_go_once_nothing_can_be_undone(server: Server, owner: Owner, action: str) -> None:
    server.begin()
    id = server.post("Harmless words.").json["comment"]["id"]
    with holding(server, "links"):
        patch(server, id, LINK)
    led_to(owner, decide(owner, action, id))
    server.clock.advance(seconds=16)
    kept = f"SELECT undo FROM reviewables WHERE id = '{id}'"
    wait_until(lambda: rows(server, kept) == [('{"state":"published"}',)])


def test_newer_decision_can_still_be_undone(server: Server, owner: Owner) -> None:
    """An edit is approved, reported and edited again: what ends with the first decision is the first decision's."""
    server.begin()
    id = server.post("Harmless words.").json["comment"]["id"]
    with holding(server, "links"):
        patch(server, id, LINK)
        led_to(owner, decide(owner, "approve", id))
        server.clock.advance(seconds=10)
        patch(server, id, LINK + " again")
    page = led_to(owner, decide(owner, "approve", id))
    server.clock.advance(seconds=6)
    due = "SELECT COUNT(*) FROM jobs WHERE kind = 'undo_over' AND due_at <= ?"
    wait_until(lambda: rows(server, due, server.clock.now()) == [(0,)])
    undo(owner, page)
    assert rows(server, f"SELECT body FROM comments WHERE id = '{id}'") == [(LINK,)]


def test_undo_opens_the_authors_appeal_again(server: Server, owner: Owner) -> None:
    id, _ = comment(server)
    report(server, id, "abuse")
    settle(owner, id, "hide")
    path = statement(server, id)
    assert appeal(owner, path, "It is a quotation.").status_code == 303
    server.clock.advance(seconds=60)
    page = led_to(owner, decide(owner, "approve", id, note="Sorry."))
    assert "The decision was reversed." in read(owner, path)
    undo(owner, page)
    told = read(owner, path)
    assert "reversed" not in told and "Sorry." not in told
    assert waiting(server, id).state == "open"
    settle(owner, id, "hide")
    assert "The decision stands." in read(owner, path)


def test_undo_opens_the_reporters_appeal_again(server: Server, owner: Owner) -> None:
    id, _ = comment(server)
    url = report(server, id, "abuse").json["url"]
    settle(owner, id, "approve")
    assert appeal(owner, url, "It names me.").status_code == 303
    server.clock.advance(seconds=60)
    page = led_to(owner, decide(owner, "hide", id))
    assert "The decision was reversed." in read(owner, url)
    undo(owner, page)
    kept = f"SELECT state, appeal_state, reply FROM reports WHERE comment_id = '{id}'"
    assert rows(server, kept) == [("declined", "open", "")]
    settle(owner, id, "approve")
    assert rows(server, kept) == [("declined", "upheld", "")]
