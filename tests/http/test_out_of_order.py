"""A database that takes nothing: what cannot be kept is refused, and nothing is lost or paid for twice."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import change, rows
from tests.processes import ServerProcess
from tests.services import Server, Site, wait_until


@contextmanager
def full_disk(server: ServerProcess) -> Iterator[None]:
    """No file of the server's may grow: SQLite cannot tell it from a disk without room."""
    pid, kind = server.process.pid, resource.RLIMIT_FSIZE
    before = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, kind, before)


def test_full_disk_refuses_writes_until_there_is_room(
    server_process: ServerProcess,
) -> None:
    server = server_process
    server.begin()
    assert server.post("Before.").status == 201
    with full_disk(server):
        refused = server.post("Now?")
        assert (refused.status, refused.json["code"]) == (503, "unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        assert server.thread()["total"] == 1
    assert server.post("After.").status == 201
    assert [comment["body"] for comment in server.thread()["comments"]] == ["Before.", "After."]


def test_questions_stop_before_comments_on_a_full_disk(shared: Server) -> None:
    shared.begin()
    asked = shared.post("When do you open?", ask=True).json
    shared.settled(asked["answer"]["id"])
    failed = {"site": "demo", "page": shared.page, "url": "", "title": "", "user_input": "When?", "key": "k"}
    try:
        shared.free = 99_999_999
        posted = shared.post("When do you open on Sundays?", ask=True)
        assert (posted.status, posted.json["answer"]) == (201, None)
        assert posted.json["refused"]["code"] == "insufficient_storage"
        below = shared.call("POST", f"/api/comments/{posted.json['comment']['id']}/answer/", {"site": "demo"})
        private = shared.call("POST", "/api/chat/gpt/", failed)
        for reply in (below, private):
            assert (reply.status, reply.json["code"]) == (503, "insufficient_storage")
        shared.free = 100_000_000
        assert shared.call("POST", "/api/chat/gpt/", failed).status == 200
        quota = shared.call("GET", f"/api/session/?site=demo&page={shared.page}").json["quota"]
        assert quota["used"] == 2, "what was refused has cost nothing"
    finally:
        shared.free = None


@pytest.fixture
def modelled(tmp_path: Path, model: OpenAIServer) -> Iterator[ServerProcess]:
    with Site.start() as site, ServerProcess.start(tmp_path, site, OPENAI_BASE_URL=model.base_url) as server:
        server.begin()
        model.script({"text": "One two three four five six.", "gate": "go", "gate_after": 3})
        yield server


@contextmanager
def table_gone(server: Server) -> Iterator[None]:
    """An error that is not the disk's."""
    change(server, "ALTER TABLE answers RENAME TO elsewhere")
    try:
        yield
    finally:
        change(server, "ALTER TABLE elsewhere RENAME TO answers")


@pytest.mark.parametrize("trouble", [full_disk, table_gone])
def test_answer_ending_on_a_full_disk_is_paid_once(
    modelled: ServerProcess, model: OpenAIServer, trouble: Callable[[ServerProcess], AbstractContextManager[None]]
) -> None:
    id = modelled.post("Is it open?").json["answer"]["id"]
    wait_until(lambda: model.seen()["running"] == 1)
    with trouble(modelled):
        assert modelled.post("Is there room?").status >= 500
        model.release("go")
        wait_until(lambda: model.seen()["requests"][0]["state"] == "completed")
    settled = modelled.settled(id)
    assert (settled["answer"]["state"], settled["body"]) == ("done", "One two three four five six.")
    assert model.seen()["calls"] == 1


def test_unkeepable_answer_is_not_paid_twice(modelled: ServerProcess, model: OpenAIServer) -> None:
    change(modelled, """CREATE TRIGGER never BEFORE UPDATE ON answers WHEN NEW.state = 'done'
        BEGIN SELECT RAISE(ABORT, 'never'); END""")  # fmt: skip
    model.release("go")
    settled = modelled.settled(modelled.post("Is it open?").json["answer"]["id"])
    assert (settled["answer"]["state"], settled["answer"]["retry_at"]) == ("failed", None)
    assert model.seen()["calls"] == 1
    assert rows(modelled, "SELECT tokens_out FROM answers")[0][0] > 0, "what it cost is known"


def test_answer_is_watched_after_a_failed_save(modelled: ServerProcess, model: OpenAIServer) -> None:
    modelled.stop()
    log = modelled.log = modelled.folder / "log"
    modelled.run()
    id = modelled.post("Is it open?").json["answer"]["id"]
    wait_until(lambda: model.seen()["running"] == 1)
    with table_gone(modelled):
        wait_until(lambda: "could not be saved" in log.read_text("utf-8"))
    change(modelled, "UPDATE answers SET stop_requested = 1 WHERE id = ?", id)  # as another process does
    settled = modelled.settled(id)
    assert (settled["answer"]["state"], settled["body"]) == ("stopped", "One two thre")
    model.release("go")
