"""Webhooks: each event once for each, whatever the receiver does; signed; paused after a day of failures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from answerback.accounts.owners import add_owner_with_link
from answerback.clock import SteppedClock
from answerback.core.webhooks import EVENTS
from answerback.db.database import Database
from answerback.db.work import Row, Work, many, run
from answerback.jobs.model import Job, JobFailed
from answerback.mail.transport import RecordingMailer
from answerback.net.deny_list import PrivateSites
from answerback.net.sending import HttpSender
from answerback.notify import webhooks_store as store
from answerback.notify.webhooks import DELIVER, PAUSED, TRIES, Webhooks, new_secret
from answerback.sites.store import add_site
from standardwebhooks.webhooks import Webhook as Verifier

from tests.fakes.webhook_receiver import HUGE, Receiver, Taken
from tests.notify.test_notices import NOON, comment
from tests.services import runtime

pytestmark = pytest.mark.anyio
LOOPBACK = PrivateSites(["127.0.0.1/32"])


class Exchange:
    """A site with one webhook, whose receiver is real, and a clock."""

    def __init__(self, db: Database, receiver: Receiver, sender: HttpSender) -> None:
        self.db = db
        self.clock = SteppedClock(NOON)
        self.receiver = receiver
        self.mailer = RecordingMailer()
        self.webhooks = Webhooks(runtime(db, self.clock), self.mailer, sender)
        self.secret = new_secret()
        self.tries: dict[str, int] = {}

    async def furnish(self) -> None:
        site = {"origins": "https://bread.example", "name": "Bread"}
        await self.db.write(lambda: add_site("bread", site, NOON))
        await self.add("h1")
        await add_owner_with_link(self.db, "mina@example.com", ["bread"], None)

    async def add(self, id: str, format: str = "generic", events: str = " ".join(EVENTS), owner: str = "") -> None:
        chosen = {"url": self.receiver.url, "format": format, "events": events, "owner": owner}
        now = self.clock.now()
        await self.db.write(lambda: store.add(id, "bread", chosen, self.secret, now, now))
        self.clock.advance(seconds=1)

    async def after(self, minutes: float) -> list[Taken]:
        """Time goes by, and all that is there is tried once; what has arrived in it."""
        self.clock.advance(minutes=minutes)
        before = len(self.receiver.taken)
        await self.webhooks.look()
        for kind in (DELIVER, PAUSED):
            for row in await self.jobs(kind):
                await self.try_job(row["id"], kind)
        return self.receiver.taken[before:]

    async def jobs(self, kind: str = DELIVER) -> list[Row]:
        return await self.db.read(lambda: jobs_of(kind))

    async def try_job(self, id: str, kind: str = DELIVER) -> JobFailed | None:
        [row] = [row for row in await self.jobs(kind) if row["id"] == id]
        self.tries[id] = self.tries.get(id, 0) + 1
        job = Job(id, kind, row["site"], json.loads(row["data"]), self.tries[id], row["created_at"])
        [found] = [each for each in self.webhooks.kinds() if each.name == kind]
        try:
            await found.run(job)
        except JobFailed as failed:
            if not failed.for_good:
                return failed
            await self.db.write(lambda: one_less(id))
            return failed
        await self.db.write(lambda: one_less(id))
        return None

    async def put(self, id: str, **values: Any) -> None:
        now = self.clock.now()
        await self.db.write(lambda: comment(id, "bread", values.get("state", "published"), "guest", now))

    async def log(self) -> list[tuple[str, str, int, str]]:
        deliveries = await self.db.read(lambda: store.latest("h1", 50))
        return [(each.event, each.state, each.code, each.problem) for each in reversed(deliveries)]

    async def hook(self) -> store.Webhook:
        found = await self.db.read(lambda: store.webhook("bread", "h1"))
        assert found is not None
        return found


def jobs_of(kind: str) -> Work[list[Row]]:
    rows: list[Row] = yield many("SELECT * FROM jobs WHERE kind = :kind ORDER BY id", kind=kind)
    return rows


def one_less(id: str) -> Work[None]:
    yield run("DELETE FROM jobs WHERE id = :id", id=id)


def told(taken: list[Taken]) -> list[tuple[str, str]]:
    """Each event, and what it is about."""
    found = []
    for each in taken:
        payload = json.loads(each.body)
        about = payload["data"].get("comment") or payload["data"].get("answer") or {"id": ""}
        found.append((payload["type"], about["id"]))
    return sorted(found)


@pytest.fixture
async def exchange(database: Database) -> AsyncIterator[Exchange]:
    with Receiver.start() as receiver:
        opened = Exchange(database, receiver, HttpSender(LOOPBACK))
        await opened.furnish()
        yield opened


async def test_each_event_arrives_once_and_signed(exchange: Exchange) -> None:
    await exchange.put("c1")
    await exchange.put("c2", state="pending")
    await exchange.db.write(lambda: asked("a1", exchange.clock.now()))
    taken = await exchange.after(1)
    assert told(taken) == [
        ("answer.settled", "a1"), ("comment.held", "c2"), ("comment.published", "c1"), ("question.unanswered", "a1"),
    ]  # fmt: skip
    assert len({each.id for each in taken}) == 4
    for each in taken:
        moment = exchange.clock.now() // 1000
        assert each.headers["webhook-timestamp"] == str(moment)
        signed = Verifier(exchange.secret).sign(each.id, utc(moment), each.body.decode())
        assert each.headers["webhook-signature"] == signed
    assert await exchange.after(60) == []


def utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def asked(id: str, now: int) -> Work[None]:
    """A question in a thread, of c1, that the site does not answer."""
    yield run(
        """INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state,
            queued_at, due_at, settled_at, supported)
        VALUES (:id, 'thread', 'bread', '/a/', '', '', 'c1', 'v', '', 'done', :now, :now, :now, 0)""",
        id=id, now=now,
    )  # fmt: skip
    yield run(
        """INSERT INTO reviewables (id, site, kind, page, state, opened_at)
        VALUES (:id, 'bread', 'unanswered', '/a/', 'open', :now)""",
        id=id, now=now,
    )  # fmt: skip


async def test_approval_publishes_and_an_approved_edit_does_not(exchange: Exchange) -> None:
    for id in ("c1", "c2"):
        await exchange.put(id, state="pending")
    assert told(await exchange.after(1)) == [("comment.held", "c1"), ("comment.held", "c2")]
    for id, was in (("c1", "pending"), ("c2", "published")):
        await exchange.db.write(lambda id=id, was=was: approved(id, was, exchange.clock.now()))
    assert told(await exchange.after(1)) == [("comment.published", "c1")]


def approved(id: str, was: str, now: int) -> Work[None]:
    yield run("UPDATE comments SET state = 'published' WHERE id = :id", id=id)
    yield run(
        "UPDATE reviewables SET state = 'approved', decided_at = :now, undo = :undo WHERE id = :id",
        now=now, undo=json.dumps({"state": was}, separators=(",", ":")), id=id,
    )  # fmt: skip


async def test_what_was_decided_at_once_was_held_all_the_same(exchange: Exchange) -> None:
    await exchange.put("c1", state="pending")
    await exchange.db.write(lambda: approved("c1", "pending", exchange.clock.now()))
    assert told(await exchange.after(1)) == [("comment.held", "c1"), ("comment.published", "c1")]


async def test_only_the_chosen_events_are_sent(exchange: Exchange) -> None:
    await exchange.db.write(lambda: store.remove("bread", "h1"))
    await exchange.add("h2", events="comment.held")
    await exchange.put("c1")
    await exchange.put("c2", state="pending")
    assert told(await exchange.after(1)) == [("comment.held", "c2")]


async def test_more_than_one_batch_is_told_in_one_look(exchange: Exchange) -> None:
    now = exchange.clock.now()
    await exchange.db.write(lambda: many_comments(store.BATCH + 20, now))
    exchange.clock.advance(minutes=1)
    await exchange.webhooks.look()
    assert len(await exchange.jobs()) == store.BATCH + 20


def many_comments(count: int, now: int) -> Work[None]:
    for number in range(count):
        yield from comment(f"c{number:04}", "bread", "published", "guest", now)


async def test_nothing_is_told_twice_by_two_processes(exchange: Exchange) -> None:
    await exchange.put("c1")
    exchange.clock.advance(minutes=1)
    other = Webhooks(runtime(exchange.db, exchange.clock), None)
    await asyncio.gather(exchange.webhooks.look(), other.look())
    assert len(await exchange.jobs()) == 1


async def test_failed_delivery_comes_again_under_its_id(exchange: Exchange) -> None:
    await exchange.put("c1")
    exchange.receiver.status = 500
    [first] = await exchange.after(1)
    assert await exchange.log() == [("comment.published", "waiting", 500, "")]
    exchange.receiver.status = 200
    [second] = await exchange.after(1)
    assert (first.id, first.body) == (second.id, second.body)
    assert await exchange.log() == [("comment.published", "done", 200, "")]
    assert (await exchange.hook()).failing_since is None
    assert await exchange.after(1) == []


async def test_lost_run_comes_again_under_its_id(exchange: Exchange) -> None:
    await exchange.put("c1")
    exchange.clock.advance(minutes=1)
    await exchange.webhooks.look()
    [row] = await exchange.jobs()
    exchange.receiver.may_answer.clear()
    task = asyncio.create_task(exchange.try_job(row["id"]))
    await asyncio.to_thread(exchange.receiver.has_taken.wait, 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    exchange.receiver.may_answer.set()
    await exchange.try_job(row["id"])
    first, second = exchange.receiver.taken
    assert first.id == second.id


async def test_delivery_that_was_noted_is_not_repeated(exchange: Exchange) -> None:
    await exchange.put("c1")
    exchange.clock.advance(minutes=1)
    await exchange.webhooks.look()
    [row] = await exchange.jobs()
    job = Job(row["id"], DELIVER, "bread", json.loads(row["data"]), 1, row["created_at"])
    deliver = next(kind for kind in exchange.webhooks.kinds() if kind.name == DELIVER)
    await deliver.run(job)
    await deliver.run(job)
    assert len(exchange.receiver.taken) == 1


async def test_redirect_is_not_followed(exchange: Exchange) -> None:
    exchange.receiver.status = 307
    exchange.receiver.headers = {"Location": exchange.receiver.url + "/elsewhere"}
    await exchange.put("c1")
    [only] = await exchange.after(1)
    assert only.path == "/hook"
    assert await exchange.log() == [("comment.published", "waiting", 307, "")]


async def test_huge_answer_is_not_read(exchange: Exchange) -> None:
    exchange.receiver.status, exchange.receiver.huge = 200, True
    await exchange.put("c1")
    await exchange.after(1)
    assert await exchange.log() == [("comment.published", "done", 200, "")]
    assert exchange.receiver.written < HUGE


async def test_slow_receiver_is_left(database: Database) -> None:
    with Receiver.start() as receiver:
        exchange = Exchange(database, receiver, HttpSender(LOOPBACK, seconds=0.1))
        await exchange.furnish()
        receiver.may_answer.clear()
        await exchange.put("c1")
        await exchange.after(1)
        assert await exchange.log() == [("comment.published", "waiting", 0, "slow")]


async def test_private_address_is_not_reached(database: Database) -> None:
    with Receiver.start() as receiver:
        exchange = Exchange(database, receiver, HttpSender(PrivateSites(())))
        await exchange.furnish()
        await exchange.put("c1")
        assert await exchange.after(1) == []
        assert await exchange.log() == [("comment.published", "waiting", 0, "address")]


async def test_a_day_of_failures_pauses_and_tells_the_owner(exchange: Exchange) -> None:
    exchange.receiver.status = 500
    await exchange.put("c1")
    await exchange.after(1)
    await exchange.after(23 * 60)
    assert (await exchange.hook()).active
    await exchange.put("c2")
    await exchange.after(61)
    hook = await exchange.hook()
    assert (hook.active, hook.paused_at) == (False, exchange.clock.now())
    [mail] = exchange.mailer.sent
    assert (mail.to, mail.subject) == ("mina@example.com", "Bread: a webhook has been paused")
    assert "http://127.0.0.1:" in mail.text and "/hook" not in mail.text
    await exchange.put("c3")
    assert await exchange.after(1) == []


async def test_webhook_that_is_gone_is_paused_at_once(exchange: Exchange) -> None:
    exchange.receiver.status = 410
    await exchange.put("c1")
    await exchange.after(1)
    assert not (await exchange.hook()).active
    assert await exchange.log() == [("comment.published", "failed", 410, "")]


async def test_last_try_fails_for_good_and_can_be_replayed(exchange: Exchange) -> None:
    exchange.receiver.status = 500
    await exchange.put("c1")
    for _ in range(TRIES):
        await exchange.after(1)
    assert await exchange.log() == [("comment.published", "failed", 500, "")]
    exchange.receiver.status = 200
    id = exchange.receiver.taken[0].id
    assert await exchange.db.write(lambda: exchange.webhooks.replay("bread", "h1", id))
    [again] = await exchange.after(1)
    assert again.id == id
    assert not await exchange.db.write(lambda: exchange.webhooks.replay("other", "h1", id))


async def test_what_was_deleted_meanwhile_is_not_sent(exchange: Exchange) -> None:
    exchange.receiver.status = 500
    await exchange.put("c1")
    await exchange.after(1)
    await exchange.db.write(deleted)
    assert await exchange.after(1) == []
    assert await exchange.log() == [("comment.published", "gone", 0, "")]


def deleted() -> Work[None]:
    yield run("UPDATE comments SET state = 'deleted'")


async def test_both_secrets_sign_for_a_day_after_rotation(exchange: Exchange) -> None:
    new, now = new_secret(), exchange.clock.now()
    await exchange.db.write(lambda: store.rotate("bread", "h1", new, now))
    await exchange.put("c1")
    [taken] = await exchange.after(1)
    moment = utc(int(taken.headers["webhook-timestamp"]))
    assert taken.headers["webhook-signature"].split() == [
        Verifier(secret).sign(taken.id, moment, taken.body.decode()) for secret in (new, exchange.secret)
    ]
    exchange.clock.advance(minutes=24 * 60)
    await exchange.put("c2")
    [later] = await exchange.after(1)
    assert len(later.headers["webhook-signature"].split()) == 1


async def test_test_delivery_arrives_at_a_paused_webhook_too(exchange: Exchange) -> None:
    await exchange.db.write(lambda: store.switch("bread", "h1", NOON, on=False))
    hook = await exchange.hook()
    await exchange.db.write(lambda: exchange.webhooks.test(hook, exchange.clock.now()))
    await exchange.put("c1")
    assert told(await exchange.after(1)) == [("webhook.test", "")]
