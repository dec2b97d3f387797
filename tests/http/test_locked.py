"""A locked thread takes nothing new from visitors through any call; they may still vote, report and delete."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from answerback.comments.store import set_locked
from answerback.db.work import Work, run

from tests.services import Server, write_to

NOW = 1_790_000_000_000


@dataclass
class Locked:
    """A locked thread with a visitor's own comment, one of somebody else, and a failed answer."""

    server: Server
    own: str
    other: str
    key: str = "sent-before"


@pytest.fixture
def locked(shared: Server) -> Locked:
    shared.begin()
    other = shared.post("The rye bread is good.", ask=False).json["comment"]["id"]
    shared.begin()
    own = shared.post("When do you open?", ask=False, key="sent-before").json["comment"]["id"]
    write_to(shared.database_url, lambda: set_locked("demo", shared.page, True, NOW))
    return Locked(shared, own, other)


def refused(server: Server, method: str, path: str, data: object) -> bool:
    reply = server.call(method, path, data)
    return (reply.status, reply.json.get("code")) == (409, "thread_locked")


def test_locked_thread_refuses_posts_edits_and_questions(locked: Locked) -> None:
    server = locked.server
    comment = {"site": "demo", "page": server.page, "body": "One more", "key": "new"}
    assert refused(server, "POST", "/api/comments/", comment)
    assert refused(server, "POST", "/api/comments/", comment | {"parent_id": locked.other})
    assert refused(server, "PATCH", f"/api/comments/{locked.own}/", {"body": "Something else"})
    assert refused(server, "POST", f"/api/comments/{locked.own}/answer/", {})
    texts = [comment["body"] for comment in server.thread()["comments"]]
    assert texts == ["The rye bread is good.", "When do you open?"]


def test_a_locked_thread_still_takes_votes_reports_and_deletions(locked: Locked) -> None:
    server = locked.server
    assert server.call("PUT", f"/api/comments/{locked.other}/vote/", {"value": 1}).json["votes"] == {"up": 1, "down": 0}
    assert server.call("POST", f"/api/comments/{locked.other}/report/", {"reason": "Spam"}).status == 204
    assert server.call("DELETE", f"/api/comments/{locked.own}/").status == 204
    assert server.thread()["total"] == 1


def test_comment_sent_again_after_a_lock_is_the_same(locked: Locked) -> None:
    again = locked.server.post("When do you open?", ask=False, key=locked.key)
    assert (again.status, again.json["comment"]["id"]) == (201, locked.own)


def test_locked_thread_retries_no_failed_answer(shared: Server) -> None:
    shared.begin()
    answer = shared.settled(shared.post("When do you open?", ask=True).json["answer"]["id"])["id"]

    def fail_and_lock() -> Work[None]:
        yield run("UPDATE answers SET state = 'failed' WHERE id = :id", id=answer)
        yield from set_locked("demo", shared.page, True, NOW)

    write_to(shared.database_url, fail_and_lock)
    assert refused(shared, "POST", f"/api/comments/{answer}/answer/", {})


def test_the_plain_page_of_a_locked_thread_offers_no_writing(locked: Locked) -> None:
    page = locked.server.call("GET", f"/t/?site=demo&page={locked.server.page}").body.decode()
    assert "This thread is closed." in page
    assert "where you can write" not in page


def test_the_ask_box_of_a_locked_thread_is_open(locked: Locked) -> None:
    question = {"site": "demo", "page": locked.server.page, "user_input": "When do you open?", "key": "q"}
    assert locked.server.call("POST", "/api/chat/gpt/", question).status == 200


def test_lock_and_unlock_on_the_command_line(shared: Server) -> None:
    shared.begin()
    locked = shared.command("thread", "lock", "demo", shared.page, "--json")
    assert json.loads(locked.stdout) == {"page": shared.page, "locked": True}
    assert shared.thread()["locked"] is True
    assert refused(shared, "POST", "/api/comments/", {"site": "demo", "page": shared.page, "body": "Hello"})
    shared.command("thread", "unlock", "demo", shared.page)
    assert shared.post("Hello", ask=False).status == 201
    assert shared.thread()["locked"] is False


@pytest.mark.parametrize(("arguments", "code"), [(("nowhere", "/a"), 1), (("demo", ""), 2), (("demo", "/" * 501), 2)])
def test_lock_needs_a_site_and_a_page(shared: Server, arguments: tuple[str, str], code: int) -> None:
    assert shared.command("thread", "lock", *arguments, check=False).returncode == code
