"""What operators' machines read."""

from __future__ import annotations

import re

from tests.services import Server

LINE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"\n]*"(?:,[a-z]+="[^"\n]*")*\})? (\d+(?:\.\d+)?(?:e[+-]\d+)?)')


def figures(server: Server) -> dict[str, float]:
    """Name with labels → value; each line is of the format, each name has its help and type before it."""
    reply = server.call("GET", "/metrics")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    found, described = {}, set()
    for line in reply.body.decode().splitlines():
        if line.startswith("#"):
            described.add(line.split()[2])
            continue
        matched = LINE.fullmatch(line)
        assert matched, line
        assert re.sub("_(bucket|sum|count)$", "", matched[1]) in described
        found[matched[1] + (matched[2] or "")] = float(matched[3])
    return found


def test_metrics_count_requests_and_answers(shared: Server) -> None:
    before = figures(shared)
    shared.begin()
    asked = shared.post("When do you open on weekdays?", ask=True).json
    shared.settled(asked["answer"]["id"])
    for _ in range(3):
        shared.thread()
    shared.call("GET", "/nowhere/at-all?secret=1")
    shared.call("PUT", f"/api/comments/{asked['comment']['id']}/vote/", {"value": 1})
    after = figures(shared)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('answerback_requests_total{route="/api/comments",status="201"}') == 1
    assert more('answerback_requests_total{route="/api/comments",status="200"}') >= 3
    assert more('answerback_requests_total{route="/api/comments/{id}/vote",status="403"}') == 1
    assert more('answerback_requests_total{route="none",status="404"}') == 1
    assert more('answerback_answers_total{state="done"}') == 1
    assert more("answerback_write_seconds_count") >= 4
    assert after['answerback_write_seconds_bucket{le="+Inf"}'] == after["answerback_write_seconds_count"]
    assert after['answerback_answers_waiting{state="queued"}'] == 0
    assert after["answerback_memory_bytes"] > 10_000_000
    assert not [name for name in after if "secret" in name or asked["comment"]["id"] in name]
