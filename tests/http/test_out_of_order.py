"""A disk that is full, a file that nobody may write to: what cannot be kept is refused, and nothing is lost."""

from __future__ import annotations

import resource

from tests.services import Server


def test_a_full_disk_refuses_what_it_cannot_keep_and_is_well_again_when_there_is_room(server: Server) -> None:
    server.begin()
    assert server.post("Before.").status == 201
    pid, kind = server.process.pid, resource.RLIMIT_FSIZE
    unlimited = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (0, unlimited[1]))  # SQLite cannot tell it from a disk without room
    try:
        refused = server.post("Now?")
        assert (refused.status, refused.json["code"]) == (503, "unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        assert server.thread()["total"] == 1
    finally:
        resource.prlimit(pid, kind, unlimited)
    assert server.post("After.").status == 201
    assert [comment["body"] for comment in server.thread()["comments"]] == ["Before.", "After."]
