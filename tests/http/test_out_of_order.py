"""A disk that is full: what cannot be kept is refused, and nothing is lost or paid for twice."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.openai_server import OpenAIServer
from tests.services import Server, Site, wait_until


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """No file of the server's may grow: SQLite cannot tell it from a disk without room."""
    pid, kind = server.process.pid, resource.RLIMIT_FSIZE
    before = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, kind, before)


def test_a_full_disk_refuses_what_it_cannot_keep_and_is_well_again_when_there_is_room(server: Server) -> None:
    server.begin()
    assert server.post("Before.").status == 201
    with full_disk(server):
        refused = server.post("Now?")
        assert (refused.status, refused.json["code"]) == (503, "unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        assert server.thread()["total"] == 1
    assert server.post("After.").status == 201
    assert [comment["body"] for comment in server.thread()["comments"]] == ["Before.", "After."]


def test_an_answer_that_ends_while_the_disk_is_full_is_paid_for_once(tmp_path: Path, model: OpenAIServer) -> None:
    with Site.start() as site, Server.start(tmp_path, site, OPENAI_BASE_URL=model.base_url) as server:
        server.begin()
        model.script({"text": "One two three four five six.", "gate": "go", "gate_after": 3})
        id = server.post("Is it open?").json["answer"]["id"]
        wait_until(lambda: model.seen()["running"] == 1)
        with full_disk(server):
            model.release("go")
            wait_until(lambda: model.seen()["requests"][0]["state"] == "completed")
            assert server.post("Is there room?").status == 503
        settled = server.settled(id)
        assert (settled["answer"]["state"], settled["body"]) == ("done", "One two three four five six.")
        assert model.seen()["calls"] == 1
