"""The main job with PostgreSQL behind it, as a larger site runs it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.processes import ServerProcess
from tests.services import OF_ONE_ADDRESS, Server, Site, wait_until, walk


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Server]:
    folder, url = tmp_path_factory.mktemp("postgresql"), postgres.fresh()
    with Site.start() as site, Server.start(folder, site, ANSWERBACK_DATABASE_URL=url, **OF_ONE_ADDRESS) as server:
        yield server


def test_a_question_is_answered_voted_on_edited_and_logged(shared: Server) -> None:
    shared.begin()
    posted = shared.post("When does the bakery open on Saturdays?", name="Mina").json
    reply = shared.settled(posted["answer"]["id"])
    assert "9:00 on Saturdays" in reply["answer"]["sources"][0]["quote"]
    own = f"/api/comments/{posted['comment']['id']}/"
    assert shared.call("PATCH", own, {"body": "When, please?"}).json["comment"]["edited_at"]
    shared.begin()
    assert shared.call("PUT", own + "vote/", {"value": -1}).json == {"votes": {"up": 0, "down": 1}}
    assert shared.call("GET", f"/api/counts/?site=demo&page={shared.page}").json == {"counts": {shared.page: 1}}
    exported = shared.command("export", "demo", "--format", "csv").stdout
    assert "When, please?" in exported


def test_the_limit_is_exact_when_many_ask_at_once(shared: Server) -> None:
    shared.begin()
    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda number: shared.post(f"Is this number {number}?"), range(10)))
    assert {reply.status for reply in replies} == {201}
    assert sum(reply.json["answer"] is not None for reply in replies) == 5
    assert len([comment for comment in walk(shared.thread()["comments"]) if not comment["answer"]]) == 10


def test_the_same_key_at_the_same_moment_is_one_comment(shared: Server) -> None:
    shared.begin()
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: shared.post("Once.", key="the-same-key"), range(8)))
    assert {reply.status for reply in replies} == {201}
    assert len({reply.json["comment"]["id"] for reply in replies}) == 1
    assert shared.thread()["total"] == 1


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.fresh()
    with Site.start() as site, ServerProcess.start(tmp_path, site, ANSWERBACK_DATABASE_URL=url) as server:
        server.begin()
        posted = [server.post(f"Comment {number}.").json["comment"]["id"] for number in range(5)]
        server.kill()
        server.run()
        assert {comment["id"] for comment in server.thread()["comments"]} == set(posted)


def test_server_survives_a_postgresql_restart(shared: Server, postgres: Postgres) -> None:
    shared.begin()
    assert shared.post("Before.").status == 201
    postgres.drop_connections(shared.database_url)
    wait_until(lambda: shared.thread().get("total") == 1)
    wait_until(lambda: shared.post("After.", key="after-the-restart").status == 201)
    asked = shared.post("When does the bakery open on Saturdays?").json
    assert shared.settled(asked["answer"]["id"])["answer"]["state"] == "done"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/counts/?site=demo&page=%00"),
        ("GET", "/api/session/?site=demo&page=%00"),
        ("GET", "/api/feed/?site=demo&page=%00"),
        ("GET", "/api/comments/%00/history/?site=demo"),
        ("PATCH", "/api/comments/%00/"),
        ("PUT", "/api/answers/%00/feedback/"),
        ("GET", "/avatars/%00"),
    ],
)
def test_nul_is_refused_before_postgresql_sees_it(shared: Server, method: str, path: str) -> None:
    shared.begin()
    data = None if method == "GET" else {"site": "demo", "body": "x", "helpful": True}
    assert shared.call(method, path, data).status == 400
