"""Answers whose page has changed, on both databases: marked once, due when they should be, taken by one process."""

from __future__ import annotations

from functools import partial

import pytest
from answerback.answers import store
from answerback.answers.reuse import store as answered
from answerback.answers.store import Outcome, QueuedAnswer
from answerback.core.answering import Source
from answerback.db.database import Database
from answerback.db.work import Work, run

from tests.store.test_turns import LEASE, NOW, Queue

pytestmark = pytest.mark.anyio
QUOTED = Outcome(
    "done", "words", "<p>words</p>", (Source("q", "u", "t"),), "p", "m", "1", 5, 5, 7, None, None, supported=True
)


async def begun(queue: Queue) -> QueuedAnswer:
    jobs = await queue.db.write(partial(store.claim, "w", queue.now, queue.now + LEASE, 1))
    return jobs[0]


async def given(queue: Queue) -> str:
    await queue.ask("a1")
    job = await begun(queue)
    assert not job.outdated
    assert await queue.db.write(partial(store.finish, job.id, "w", QUOTED, queue.now))
    return job.id


async def test_due_answer_is_marked_and_taken_once(database: Database) -> None:
    queue = Queue(database)
    id = await given(queue)
    assert await database.write(partial(answered.mark_outdated, "a", id))
    assert not await database.write(partial(answered.mark_outdated, "a", id))
    await database.write(partial(answered.renew_later, "a", id, NOW + 5))
    assert await database.read(partial(answered.renewals_due, NOW + 4, 9)) == []
    assert await database.read(partial(answered.renewals_due, NOW + 5, 9)) == [("a", id)]
    assert await database.write(partial(answered.take_renewal, "a", id, NOW + 5))
    assert not await database.write(partial(answered.take_renewal, "a", id, NOW + 5))


async def test_failed_renewal_keeps_the_text(database: Database) -> None:
    queue = Queue(database)
    id = await given(queue)
    await database.write(partial(answered.mark_outdated, "a", id))
    for first in (True, False):
        again = partial(answered.requeue_outdated, "a", id, queue.now, draft=False, first=first)
        assert await database.write(again)
        job = await begun(queue)
        assert (job.outdated, job.body, job.attempts) == (True, "words", 1 if first else 2)
        await database.write(partial(store.keep_text, id, "w", "other", queue.now, queue.now + LEASE))
        kept = Outcome(
            "done", job.body, job.html, job.sources, "p", "m", "2", 1, 1, 1, None, None, supported=True,
            passages=({"url": "other", "hash": "0"},), verdicts={"answer": "blocked"}, outdated=True, renew_at=NOW,
        )  # fmt: skip
        assert await database.write(partial(store.finish, id, "w", kept, queue.now))
    row = await database.fetch_one("SELECT * FROM answers WHERE id = :id", id=id)
    assert row is not None
    assert (row["state"], row["body"], row["outdated"], row["renew_at"]) == ("done", "words", 1, NOW)
    assert (row["prompt_version"], row["passages"], row["verdicts"]) == ("1", "[]", "{}"), "of the words that stand"
    assert (row["tokens_in"], row["cost_microusd"]) == (7, 9), "all that was paid"


async def test_stopped_renewal_keeps_the_answer(database: Database) -> None:
    queue = Queue(database)
    id = await given(queue)
    await database.write(partial(answered.mark_outdated, "a", id))
    assert await database.write(partial(answered.requeue_outdated, "a", id, queue.now, draft=False, first=True))
    assert await database.write(partial(store.stop_queued, id, queue.now))
    job = await database.read(partial(store.job_by_id, "a", id))
    assert job is not None
    assert (job.state, job.body, job.outdated) == ("done", "words", True)


async def test_verified_answer_is_not_renewed(database: Database) -> None:
    queue = Queue(database)
    id = await given(queue)
    await database.write(partial(answered.mark_outdated, "a", id))

    def vouch() -> Work[None]:
        yield run("UPDATE answers SET verified_by_owner = 1 WHERE id = :id", id=id)

    await database.write(vouch)
    assert not await database.write(partial(answered.requeue_outdated, "a", id, queue.now, draft=False, first=True))
