"""Parts of several servers are away for a while: nobody misses anything, and what is taken back is gone."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from answerback.live.redis_carrier import RedisCarrier

from tests.fakes.openai_server import OpenAIServer
from tests.http.test_metrics import figures
from tests.live.several import Redis, Watching, another, answers, bodies, two_servers
from tests.migrations.databases import execute, fetch
from tests.postgres import Postgres
from tests.services import Server, Site, wait_until


def test_nothing_is_missed_while_redis_is_away(two: tuple[Server, Server], redis: Redis) -> None:
    first, second = two
    here, there = Watching(first, first.thread()["last_event"]), Watching(second, second.thread()["last_event"])
    assert first.post("Before.", ask=False).status == 201
    wait_until(lambda: there.named("comment.added"))
    assert "ok       redis" in first.command("check", check=False).stdout
    redis.die()
    for number in range(3):
        assert first.post(f"In between {number}.", ask=False).status == 201
    redis.run()
    assert first.post("After.", ask=False).status == 201
    for reader in (here, there):
        wait_until(lambda r=reader: len(r.named("comment.added")) == 5)
        assert [name for name, _ in reader.events] == 5 * ["comment.added"]
        reader.leave()
    assert bodies(first) == bodies(second) == ["Before.", *(f"In between {number}." for number in range(3)), "After."]


def test_server_that_alone_loses_redis_is_heard(
    tmp_path: Path, two: tuple[Server, Server], model: OpenAIServer
) -> None:
    """Its Redis cannot be reached; that of the others works."""
    first, _ = two
    with Redis.start() as gone:
        cut_off = another(first, ANSWERBACK_REDIS_URL=gone.url)
        cut_off.run()
        try:
            gone.die()
            start = first.thread()["last_event"]
            watching = Watching(first, start)
            model.script(default={"text": "At half past seven."})
            asked = cut_off.post("When do you open?", ask=True).json
            wait_until(lambda: watching.named("answer.settled"))
            assert watching.text_of(asked["answer"]["id"]) == "At half past seven."
            removed = asked["comment"]["id"]
            assert cut_off.call("DELETE", f"/api/comments/{removed}/", {"site": "demo"}).status == 204
            wait_until(lambda: watching.named("comment.removed") == [{"id": removed}])
            early = Watching(first, start)
            wait_until(lambda: early.events)
            assert [name for name, _ in early.events] == ["reload"], "nobody is sent the deleted words"
            for each in (watching, early):
                each.leave()
        finally:
            cut_off.stop()


AWAY, DELETE, BACK, RESTART = "away", "delete", "back", "restart"
ORDERS = [
    order for order in itertools.permutations((AWAY, DELETE, BACK, RESTART)) if order.index(AWAY) < order.index(BACK)
]


def test_what_is_taken_back_is_gone(two: tuple[Server, Server], redis: Redis) -> None:
    first, second = two
    for order in ORDERS:
        first.turn_page()
        first.begin()
        second.page = first.page
        start = second.thread()["last_event"]
        comment = first.post("These words go.", ask=False).json["comment"]["id"]
        assert first.post("These stay.", ask=False).status == 201
        wait_until(lambda: bodies(second) == ["These words go.", "These stay."])
        steps: dict[str, Callable[[], object]] = {
            AWAY: redis.die,
            DELETE: lambda id=comment: first.call("DELETE", f"/api/comments/{id}/", {"site": "demo"}),
            BACK: redis.run,
            RESTART: second.restart,
        }
        for step in order:
            steps[step]()
        for server in two:
            wait_until(lambda s=server: bodies(s) == ["These stay."])
            early = Watching(server, start)
            wait_until(lambda r=early: r.events)
            assert [name for name, _ in early.events] == ["reload"], order
            early.leave()
    told = str(fetch(first.database_url, "SELECT data FROM events"))
    assert "These stay." in told
    assert "These words go." not in told


def test_bus_outlives_foreign_entries(two: tuple[Server, Server], redis: Redis) -> None:
    first, second = two
    watching = Watching(second, second.thread()["last_event"])
    redis.say("XADD", "answerback:events", "*", "some", "thing")
    for message in ("some thing", "{}", "[1]", '["x", "y"]', '["x", 0, "page:demo:/bakery.html", "answer.delta", 7]'):
        redis.say("PUBLISH", "answerback:messages", message)
    execute(
        first.database_url,
        """INSERT INTO events (channel, subject, event, data, afresh, at)
        VALUES ('page:demo:/bakery.html', '', 'comment.added', 'some thing', 0, 0)""",
    )
    assert first.post("Still here.", ask=False).status == 201
    wait_until(lambda: watching.named("comment.added"))
    wait_until(lambda: figures(second)['answerback_bus_errors_total{part="event"}'] >= 5)
    assert figures(second)['answerback_bus_up{carrier="redis"}'] == 1
    watching.leave()


def test_postgresql_alone_joins_servers(tmp_path: Path, postgres: Postgres, model: OpenAIServer) -> None:
    model.script(default={"text": "At half past seven, I think.", "size": 4, "delay": 0.01})
    with two_servers(tmp_path, postgres.fresh(), OPENAI_BASE_URL=model.base_url) as (first, second):
        watching = Watching(second, second.thread()["last_event"])
        asked = first.post("When do you open?", ask=True).json
        wait_until(lambda: watching.named("answer.settled"))
        assert watching.text_of(asked["answer"]["id"]) == "At half past seven, I think."
        removed = asked["comment"]["id"]
        assert first.call("DELETE", f"/api/comments/{removed}/", {"site": "demo"}).status == 204
        wait_until(lambda: watching.named("comment.removed"))
        assert bodies(second)[:1] != ["When do you open?"]
        postgres.drop_connections(first.database_url)
        wait_until(lambda: answers(first) and answers(second))
        assert first.post("After the cut.", ask=False).status == 201
        wait_until(lambda: "After the cut." in [event["comment"]["body"] for event in watching.named("comment.added")])
        watching.leave()


def test_words_of_a_dead_server_are_told(tmp_path: Path, postgres: Postgres) -> None:
    """It has committed, and ended before it could say so: its row has no position yet."""
    with Site.start() as site, Server.start(tmp_path, site, ANSWERBACK_DATABASE_URL=postgres.fresh()) as server:
        server.begin()
        comment = server.post("Hello.", ask=False).json["comment"]
        watching = Watching(server, server.thread()["last_event"])
        data = json.dumps({"comment": comment | {"id": "by-the-dead"}})
        execute(
            server.database_url,
            f"""INSERT INTO events (channel, subject, event, data, afresh, at)
            VALUES ('page:demo:/bakery.html', 'by-the-dead', 'comment.added', '{data}', 0, 0)""",
        )
        wait_until(lambda: "by-the-dead" in [event["comment"]["id"] for event in watching.named("comment.added")])
        watching.leave()


def test_server_without_redis_keeps_no_deleted_words(tmp_path: Path) -> None:
    """They were told while it had Redis; nobody takes them back now, whatever is deleted."""
    with Site.start() as site, Server.start(tmp_path, site) as server:
        execute(
            server.database_url,
            """INSERT INTO events (channel, subject, event, data, afresh, at)
            VALUES ('page:demo:/bakery.html', 'c1', 'comment.added', 'These words go.', 0, 0)""",
        )
        server.restart()
        assert fetch(server.database_url, "SELECT event, data FROM events") == [("thread.changed", "{}")]


async def hears_itself(url: str) -> None:
    """Whoever speaks by this address is heard there."""
    heard = asyncio.Event()

    def hear(message: bytes) -> None:
        if message == b"hello":
            heard.set()

    async with asyncio.timeout(20), RedisCarrier(url).connect(hear) as link:
        lasting = asyncio.create_task(link.last())
        await link.send([b"hello"])
        await heard.wait()
        lasting.cancel()


@pytest.mark.anyio
async def test_redis_is_found_by_sentinels(redis: Redis, tmp_path: Path) -> None:
    file = tmp_path / "sentinel.conf"
    file.write_text(f"sentinel monitor shop 127.0.0.1 {redis.port} 1\n")
    with Redis.start(str(file), "--sentinel") as sentinel:
        await hears_itself(f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel.port}/shop/0")


@pytest.mark.anyio
async def test_redis_cluster_is_joined_at_any_node() -> None:
    with Redis.start("--cluster-enabled", "yes") as node:
        node.say("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        await hears_itself(f"redis+cluster://127.0.0.1:1,127.0.0.1:{node.port}")
