"""What operators' machines read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from answerback.answers.providers.breakers import FAILURES
from prometheus_client.parser import text_string_to_metric_families

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import change
from tests.services import OF_ONE_ADDRESS, Server, Site, wait_until


def figures(server: Server) -> dict[str, float]:
    """Name with labels → value."""
    reply = server.call("GET", "/metrics")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {}
    for family in text_string_to_metric_families(reply.body.decode()):
        assert family.documentation
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            key = sample.name + (f"{{{labels}}}" if labels else "")
            assert key not in found
            found[key] = sample.value
    return found


def test_metrics_count_requests_and_answers(shared: Server) -> None:
    before = figures(shared)
    shared.begin()
    asked = shared.post("When do you open on weekdays?", ask=True).json
    shared.settled(asked["answer"]["id"])
    for _ in range(3):
        shared.thread()
    shared.call("PUT", f"/api/comments/{asked['comment']['id']}/vote/", {"value": 1})
    after = figures(shared)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('answerback_requests_total{route="/api/comments",status="201"}') == 1
    assert more('answerback_requests_total{route="/api/comments",status="200"}') >= 3
    assert more('answerback_requests_total{route="/api/comments/{id}/vote",status="403"}') == 1
    assert more('answerback_request_seconds_count{route="/api/comments"}') >= 4
    assert more('answerback_answers_total{state="done"}') == 1
    assert more("answerback_answer_seconds_count") == more("answerback_answer_first_token_seconds_count") == 1
    assert more("answerback_write_seconds_count") >= 4
    assert more('answerback_database_wait_seconds_count{kind="write"}') >= 4
    assert more('answerback_database_wait_seconds_count{kind="read"}') >= 1
    assert after['answerback_write_seconds_bucket{le="+Inf"}'] == after["answerback_write_seconds_count"]
    assert after['answerback_answers_waiting{state="queued"}'] == after["answerback_queue_age_seconds"] == 0
    assert after["answerback_memory_bytes"] > 10_000_000
    assert after["answerback_wal_bytes"] > 0 and after["answerback_database_bytes"] > 0
    wait_until(
        lambda: figures(shared)["answerback_loop_lag_seconds_count"] > before["answerback_loop_lag_seconds_count"]
    )


def test_metrics_hold_nothing_that_visitors_send(shared: Server) -> None:
    shared.call("GET", "/nowhere/at-all?secret=1")
    before = set(figures(shared))
    for number in range(5):
        shared.call("GET", f"/nowhere/secret-{number}")
        shared.call("GET", f"/api/answers/secret-{number}/?site=demo")
        shared.call("GET", f"/api/comments/?site=secret-{number}&page=/secret")
        shared.call("BREW", "/metrics")
    new = set(figures(shared)) - before
    assert 'answerback_requests_total{route="none",status="404"}' in before
    assert not [name for name in before | new if "secret" in name or "BREW" in name]
    assert len({name.partition("{")[2] for name in new if name.startswith("answerback_requests_total")}) <= 3


@pytest.fixture
def modelled(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    settings = OF_ONE_ADDRESS | {"OPENAI_BASE_URL": model.base_url, "ANSWERBACK_ANSWERS_AT_ONCE": "1"}
    settings |= {"ANSWERBACK_TRUSTED_PROXIES": "127.0.0.1,::1"}
    with Site.start() as site, Server.start(tmp_path, site, daily_answers="unlimited", **settings) as server:
        server.begin()
        yield server


def test_metrics_show_the_queue(modelled: Server, model: OpenAIServer) -> None:
    model.script({"text": "One two three.", "gate": "go", "gate_after": 1})
    modelled.post("Is it open?")
    wait_until(lambda: figures(modelled)["answerback_answers_running"] == 1)
    second = modelled.post("Is it closed?").json["answer"]["id"]
    modelled.clock.advance(seconds=5)  # a lease is longer
    waiting = figures(modelled)
    assert waiting['answerback_answers_waiting{state="queued"}'] == 1
    assert waiting['answerback_answers_waiting{state="streaming"}'] == 1
    assert 5 <= waiting["answerback_queue_age_seconds"] < 60
    model.release("go")
    modelled.settled(second)
    after = figures(modelled)
    assert after["answerback_queue_age_seconds"] == after["answerback_answers_running"] == 0
    assert after['answerback_provider_calls_total{outcome="ok",status="200"}'] == 2


def test_metrics_show_failing_providers(modelled: Server, model: OpenAIServer) -> None:
    model.script(default={"mode": "status", "status": 429, "retry_after": 120, "body": {"error": {"message": "No."}}})
    for number in range(FAILURES):  # of two visitors on two pages
        place = {"site": "demo", "page": f"/{number % 2}", "url": "", "title": "", "body": f"Is it open at {number}?"}
        address = f"198.51.100.{number % 2}"
        modelled.call("POST", "/api/comments/", place, X_Forwarded_For=address)
        wait_until(lambda number=number: model.seen()["calls"] == number + 1)
    failed = 'answerback_answers_total{state="failed"}'
    wait_until(lambda: figures(modelled).get(failed) == FAILURES)
    found = figures(modelled)
    assert found['answerback_provider_calls_total{outcome="rate_limited",status="429"}'] == FAILURES
    assert found['answerback_breaker_open{model="gpt-5-mini"}'] == 1
    assert found['answerback_answers_total{state="failed"}'] == FAILURES


def test_metrics_count_jobs_by_kind_and_state(server: Server) -> None:
    now = server.clock.now()  # old ones are swept
    for number in range(2):
        change(server, """INSERT INTO jobs (id, kind, site, data, created_at, due_at, failed_at)
            VALUES (?, 'mail_link', '', '{}', ?, NULL, ?)""", str(number), now, now)  # fmt: skip
    assert figures(server)['answerback_jobs{kind="mail_link",state="dead"}'] == 2
