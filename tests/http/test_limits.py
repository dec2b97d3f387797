"""Limits of a site and of one visitor: how many comments a minute, how long they change, how many answers a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.services import Reply, Server, Site


@contextmanager
def changed(server: Server, before: dict[str, str], **settings: str) -> Iterator[None]:
    server.change(**settings)
    yield
    server.change(**before)


def test_comment_pace_is_per_visitor(shared: Server) -> None:
    with changed(shared, {"comments_per_minute": "10"}, comments_per_minute="2"):
        shared.begin()
        first = shared.post("One.", key="the-first-one")
        assert (first.status, shared.post("Two.").status) == (201, 201)
        refused = shared.post("Three.")
        assert (refused.status, refused.json["code"]) == (429, "rate_limited")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert shared.post("One.", key="the-first-one").json["comment"] == first.json["comment"]
        shared.begin()
        assert shared.post("Of somebody else.").status == 201
        assert shared.thread()["total"] == 3


def test_comment_pace_is_counted_over_a_minute(server: Server) -> None:
    server.change(comments_per_minute="1")
    server.begin()
    assert server.post("One.").status == 201
    server.clock.advance(seconds=40)
    assert server.post("Too soon.").json["code"] == "rate_limited"
    server.clock.advance(seconds=21)
    assert server.post("Two.").status == 201


def test_address_has_a_comment_pace(server: Server) -> None:
    server.change(address_comments_per_minute="2")
    seen = []
    for _ in range(3):
        server.begin()
        seen.append(server.post("Hello.").status)
    assert seen == [201, 201, 429]
    server.change(address_comments_per_minute="0")
    assert server.post("Hello?").json["code"] == "rate_limited"
    server.change(address_comments_per_minute="unlimited")
    assert server.post("Hello!").status == 201


def test_comment_is_final_after_the_edit_window(shared: Server) -> None:
    shared.begin()
    path = f"/api/comments/{shared.post('As it is.').json['comment']['id']}/"
    with changed(shared, {"edit_minutes": "15"}, edit_minutes="0"):
        assert shared.call("PATCH", path, {"body": "Otherwise."}).json["code"] == "edit_window_over"
        assert shared.call("DELETE", path, {}).json["code"] == "edit_window_over"
        assert shared.thread()["comments"][0]["body"] == "As it is."
    assert shared.call("PATCH", path, {"body": "Otherwise."}).status == 200


def test_edit_window_is_counted_in_minutes(server: Server) -> None:
    server.change(edit_minutes="2")
    server.begin()
    path = f"/api/comments/{server.post('First.').json['comment']['id']}/"
    server.clock.advance(seconds=80)
    assert server.call("PATCH", path, {"body": "Second."}).status == 200
    server.clock.advance(seconds=41)
    assert server.call("PATCH", path, {"body": "Third."}).json["code"] == "edit_window_over"
    assert server.call("DELETE", path, {}).json["code"] == "edit_window_over"
    assert [comment["body"] for comment in server.thread()["comments"]] == ["Second."]


def test_visitor_has_a_daily_limit_of_their_own(shared: Server) -> None:
    def quota() -> Reply:
        return shared.call("GET", f"/api/session/?site=demo&page={shared.page}")

    shared.begin()
    id = quota().json["visitor"]["id"]
    command = ("site", "visitor", "demo", id)
    assert shared.command(*command).stdout == "default\n"
    shared.command(*command, "--daily-answers", "1")
    assert shared.command(*command).stdout == "1\n"
    assert (quota().json["quota"]["limit"], shared.post("Is it open?").json["refused"]) == (1, None)
    assert shared.post("Is it closed?").json["refused"]["code"] == "quota_exhausted"
    shared.command(*command, "--daily-answers", "unlimited")
    assert quota().json["quota"]["limit"] is None
    assert shared.post("Is it open now?").json["answer"]
    shared.command(*command, "--daily-answers", "default")
    assert quota().json["quota"]["limit"] == 5
    assert shared.command("site", "visitor", "demo", "nobody", check=False).returncode == 1
    assert shared.command(*command, "--daily-answers", "-1", check=False).returncode == 2


def test_foreign_page_is_not_fetched_for_an_answer(shared: Server) -> None:
    with Site.start() as elsewhere:
        shared.begin()
        posted = shared.post("When does the bakery open?", url=elsewhere.origin + "/bakery.html").json
        reply = shared.settled(posted["answer"]["id"])
        assert {source["url"] for source in reply["answer"]["sources"]} == {shared.site.origin + shared.page}
        assert elsewhere.origin not in str(reply)
