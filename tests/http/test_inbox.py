"""The inbox: what waits for the owner, decided where it stands, and by one of several at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.http.signing import change, rows
from tests.http.test_corrections import Owner, sign_in
from tests.http.test_held_comments import LINK, holding, mine, patch, reasons, shown, waiting
from tests.http.test_reports import comment, report
from tests.services import Server

INBOX = "/admin/inbox/"


@pytest.fixture(scope="module")
def owner(running: Server) -> Iterator[Owner]:
    with sign_in(running, "owner@example.com", "demo") as signed_in:
        yield signed_in


@pytest.fixture
def server(shared: Server) -> Server:
    """The shared server, whose inbox is empty."""
    change(shared, "DELETE FROM reviewables")
    return shared


def held(server: Server, body: str = "Please read me.") -> str:
    server.begin()
    with holding(server, "all"):
        id: str = server.post(body).json["comment"]["id"]
    return id


def listed(owner: Owner, **query: str) -> list[str]:
    return re.findall(r'data-item="([^"]+)\.\d+"', owner.client.get(INBOX, params=query).text)


def decide(owner: Owner, action: str, *chosen: str, **fields: str) -> httpx2.Response:
    """Decide on these, each an id or one with a version."""
    page = owner.read(INBOX).text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    versions = dict(re.findall(r'data-item="([^"]+)\.(\d+)"', page))
    ids = [each if "." in each else f"{each}.{versions[each]}" for each in chosen]
    body = "&".join([f"token={token[1]}", f"action={action}", *(f"id={id}" for id in ids)])
    body += "".join(f"&{name}={value}" for name, value in fields.items())
    headers = {"Origin": owner.server.url, "Content-Type": "application/x-www-form-urlencoded"}
    return owner.client.post(f"{INBOX}decide/", content=body, headers=headers)


def led_to(owner: Owner, response: httpx2.Response) -> str:
    assert response.status_code == 303, response.text
    return owner.read(response.headers["location"]).text


def undo(owner: Owner, page: str) -> str:
    """Press the button that a page offers."""
    fields = dict(re.findall(r'name="(token|undo)" value="([^"]+)"', page[page.index("/undo/") :]))
    return led_to(owner, owner.post(f"{INBOX}undo/", fields))


def test_held_comment_waits_with_its_reasons(server: Server, owner: Owner) -> None:
    server.begin()
    with holding(server, "first,links"):
        id = server.post(LINK).json["comment"]["id"]
    page = owner.read(INBOX).text
    assert listed(owner) == listed(owner, kind="held") == [id]
    assert listed(owner, kind="reported") == []
    for chip in ("first comment", "1 link"):
        assert f">{chip}</span>" in page
    assert "<title>(1) Inbox" in page
    assert 'id="waiting">1</span>' in owner.read("/admin/jobs/").text


def test_decision_takes_it_out_and_can_be_undone(server: Server, owner: Owner) -> None:
    id = held(server)
    page = led_to(owner, decide(owner, "approve", id))
    assert "Approved." in page
    assert listed(owner) == []
    assert shown(server) == ["Please read me."]
    page = undo(owner, page)
    assert "Undone." in page
    assert listed(owner) == [id]
    assert shown(server) == []
    assert [each["id"] for each in mine(server)] == [id]


@pytest.mark.parametrize("action", ["hide", "spam"])
def test_hidden_comment_comes_back_when_undone(server: Server, owner: Owner, action: str) -> None:
    id, _ = comment(server)
    report(server, id)
    page = led_to(owner, decide(owner, action, id))
    assert (shown(server), waiting(server, id).state) == ([], {"hide": "hidden", "spam": "spam"}[action])
    undo(owner, page)
    assert shown(server) == ["Bad words."]
    assert listed(owner) == [id]
    assert rows(server, f"SELECT state FROM reports WHERE comment_id = '{id}'") == [("open",)]
    assert rows(server, f"SELECT id FROM moderation_statements WHERE comment_id = '{id}'") == []


def test_decision_is_not_undone_later(server: Server, owner: Owner) -> None:
    id = held(server)
    page = led_to(owner, decide(owner, "hide", id))
    change(server, f"UPDATE reviewables SET decided_at = decided_at - 60000 WHERE id = '{id}'")
    assert "too late" in undo(owner, page)
    assert listed(owner) == []


def test_several_are_decided_at_once(server: Server, owner: Owner) -> None:
    ids = [held(server, f"Number {number}.") for number in range(3)]
    assert listed(owner) == ids[::-1], "the newest first"
    page = led_to(owner, decide(owner, "approve", *ids[:2]))
    assert "2 approved." in page
    assert listed(owner) == [ids[2]]
    undo(owner, page)
    assert listed(owner) == ids[::-1]


def test_what_somebody_else_has_decided_stays(server: Server, owner: Owner) -> None:
    id = held(server)
    with sign_in(server, "second@example.com", "demo") as second:
        version = waiting(server, id).version
        led_to(owner, decide(owner, "approve", id))
        page = led_to(second, decide(second, "spam", f"{id}.{version}"))
    assert "owner@example.com has approved this." in page
    assert shown(server) == ["Please read me."]


def test_what_has_changed_meanwhile_is_not_decided(server: Server, owner: Owner) -> None:
    id = held(server)
    version = waiting(server, id).version
    with holding(server, "all"):
        patch(server, id, "Other words.")
    assert "has changed since it was shown" in led_to(owner, decide(owner, "approve", f"{id}.{version}"))
    assert shown(server) == []
    assert listed(owner) == [id]


def test_pulse_says_what_others_decide(server: Server, owner: Owner) -> None:
    first, second = held(server, "One."), held(server, "Two.")
    ids = ",".join(f"{id}.{waiting(server, id).version}" for id in (first, second))

    def pulse() -> Any:
        return owner.client.get(f"{INBOX}pulse/", params={"ids": ids}).json()

    assert (pulse()["total"], pulse()["counts"]["held"], pulse()["changed"]) == (2, "2", {})
    led_to(owner, decide(owner, "approve", first))
    assert (pulse()["total"], pulse()["changed"]) == (1, {first: "owner@example.com has approved this."})


def test_approved_edit_takes_effect_and_is_undone(server: Server, owner: Owner) -> None:
    server.begin()
    id = server.post("Harmless words.").json["comment"]["id"]
    with holding(server, "links"):
        patch(server, id, LINK)
    page = owner.read(INBOX).text
    assert "Harmless words." in page
    assert "evil.example" in page
    page = led_to(owner, decide(owner, "approve", id))
    assert shown(server) == [LINK]
    undo(owner, page)
    assert shown(server) == ["Harmless words."]
    assert [each["body"] for each in mine(server)] == [LINK]
    led_to(owner, decide(owner, "hide", id))
    assert (shown(server), mine(server)) == (["Harmless words."], []), "the edit goes, the comment stays"


@pytest.mark.parametrize(("action", "left"), [("approve", LINK), ("hide", "Harmless words.")])
def test_deleted_words_do_not_come_back_by_undo(server: Server, owner: Owner, action: str, left: str) -> None:
    server.begin()
    id = server.post("Harmless words.").json["comment"]["id"]
    with holding(server, "links"):
        patch(server, id, LINK)
    page = led_to(owner, decide(owner, action, id))
    assert shown(server) == [left]
    assert server.call("DELETE", f"/api/comments/{id}/", {"site": "demo"}).status == 204
    assert rows(server, f"SELECT undo, reasons FROM reviewables WHERE id = '{id}'") == [("", "[]")]
    assert "too late" in undo(owner, page)
    assert rows(server, f"SELECT body FROM held_edits WHERE comment_id = '{id}'") == []
    assert listed(owner) == []


def test_what_goes_with_a_ban_stays_hidden(server: Server, owner: Owner) -> None:
    """Somebody else hides all that its author has written, a moment after a decision that showed or hid it."""
    id, _ = comment(server)
    report(server, id)
    page = led_to(owner, decide(owner, "hide", id))
    [(author,)] = rows(server, f"SELECT visitor_id FROM comments WHERE id = '{id}'")
    with sign_in(server, "second@example.com", "demo") as second:
        assert second.send(f"/admin/visitors/{author}/block/", days="", hide="1").status_code == 303
    assert "too late" in undo(owner, page)
    assert shown(server) == []


def test_reply_approves_what_waits_and_stands_in_the_thread(server: Server, owner: Owner) -> None:
    id = held(server, "Do you bake on Sundays?")
    page = owner.read(INBOX).text
    form = page[page.index(f"/admin/inbox/{id}/reply/") :]
    fields = dict(re.findall(r'name="(token|version|seen)" value="([^"]+)"', form[: form.index("</form>")]))
    assert owner.post(f"{INBOX}{id}/reply/", fields | {"body": " "}).status_code == 400
    assert shown(server) == []
    led_to(owner, owner.post(f"{INBOX}{id}/reply/", fields | {"body": "From eight to noon."}))
    assert shown(server)[-1] == "From eight to noon."
    [root] = server.thread()["comments"]
    assert [reply["author"]["kind"] for reply in root["replies"] if not reply["answer"]] == ["owner"]
    assert listed(owner) == []


def test_reopens_when_something_new_happens(server: Server, owner: Owner) -> None:
    id, _ = comment(server)
    report(server, id)
    led_to(owner, decide(owner, "approve", id))
    assert listed(owner) == []
    report(server, id, "spam")
    assert listed(owner) == [id]
    assert reasons(server, id)["reported"]["count"] == 1, "what was declined counts no more"


def test_unanswered_question_is_dismissed_and_comes_back(server: Server, owner: Owner) -> None:
    server.begin()
    posted = server.post("What is the airspeed of an unladen swallow?", ask=True).json
    server.settled(posted["answer"]["id"])
    assert listed(owner, kind="unanswered") == [posted["answer"]["id"]]
    page = led_to(owner, decide(owner, "dismiss", posted["answer"]["id"]))
    assert listed(owner) == []
    undo(owner, page)
    assert listed(owner) == [posted["answer"]["id"]]


def test_other_sites_are_not_there(server: Server, owner: Owner) -> None:
    id = held(server)
    version = waiting(server, id).version
    server.command("site", "add", "other", "--origin", "https://other.example", check=False)
    with sign_in(server, "stranger@example.com", "other") as stranger:
        assert listed(stranger) == []
        assert decide(stranger, "approve", f"{id}.{version}").status_code == 404
        assert stranger.read(f"{INBOX}?site=demo").status_code == 404
    assert shown(server) == []


@pytest.mark.parametrize("query", ["kind=odd", "before=x"])
def test_odd_queries_are_refused(owner: Owner, query: str) -> None:
    assert owner.read(f"{INBOX}?{query}").status_code == 400


def test_saved_replies_are_filled_in(server: Server, owner: Owner) -> None:
    token = {"token": owner.send("/admin/replies/", name="Thanks", body="Thank you, {name}, from {site} {odd}.").text}
    assert token
    server.begin()
    with holding(server, "all"):
        server.post("Good bread.", name="Mina")
    page = owner.read(INBOX).text
    assert 'value="Thank you, Mina, from demo {odd}."' in page
    assert owner.send("/admin/replies/", name="", body="x").status_code == 400
    assert owner.send("/admin/replies/", id="made-up", name="More", body="x").status_code == 404
    [(id,)] = rows(server, "SELECT id FROM saved_replies")
    owner.send(f"/admin/replies/{id}/delete/")
    assert rows(server, "SELECT id FROM saved_replies") == []
