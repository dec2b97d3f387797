"""Whose turn it is when more is asked than can be written at once: sites and visitors in turn, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest
from answerback.answers import store
from answerback.answers.store import Outcome
from answerback.db.database import Database
from answerback.db.work import Work
from answerback.knowledge.crawl.store import begin_crawl, make_due
from answerback.sites.store import add_site

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
LEASE = 10_000


class Queue:
    """Answers that are asked for, taken and given, a second after each other. Their ids say whose they are."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = NOW
        self.count = 0

    async def ask(self, *whose: str) -> None:
        """`a1` is a question of visitor 1 on site `a`."""

        def work() -> Work[None]:
            for name in whose:
                self.count += 1
                yield from add_site(name[0], {"origins": "https://a.example"}, NOW)
                row = {
                    "id": f"{name}-{self.count}", "kind": "chat", "site": name[0], "page": "/", "url": "", "title": "",
                    "question_id": f"q{self.count}", "visitor_id": name, "address_key": "x", "provider": "p",
                    "model": "m", "now": self.now + self.count,
                }  # fmt: skip
                yield from store.add_answer(row)

        await self.db.write(work)
        self.now += 1_000

    async def take(self, at_once: int, worker: str = "w") -> list[str]:
        """Whose answers are begun now."""
        self.now += 1_000
        jobs = await self.db.write(partial(store.claim, worker, self.now, self.now + LEASE, at_once))
        return sorted(job.id for job in jobs)

    async def end(self, ids: Sequence[str], *, retry_at: int | None = None) -> None:
        state = "done" if retry_at is None else "failed"
        outcome = Outcome(state, "words", "", (), "p", "m", "1", 1, 1, None, None, retry_at)

        def work() -> Work[None]:
            for id in ids:
                assert (yield from store.finish(id, "w", outcome, self.now))

        await self.db.write(work)

    async def one_by_one(self, times: int) -> str:
        """Whose turn it is, so many times in a row, where one answer is written at a time."""
        order = []
        for _ in range(times):
            taken = await self.take(1)
            order += taken
            await self.end(taken)
        return " ".join(id.partition("-")[0] for id in order)


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


async def test_sites_take_turns_one_at_a_time(queue: Queue) -> None:
    await queue.ask(*["a1", "a2", "a3", "a4", "a5", "a6"])
    await queue.ask("b1", "b2", "c1")
    assert await queue.one_by_one(9) == "a1 b1 c1 a2 b2 a3 a4 a5 a6"


async def test_late_site_does_not_wait_behind_a_hundred(queue: Queue) -> None:
    await queue.ask(*["a1"] * 100)
    assert await queue.one_by_one(3) == "a1 a1 a1"
    await queue.ask("b1", "b1", "b1")
    assert await queue.one_by_one(6) == "b1 a1 b1 a1 b1 a1"


async def test_visitors_of_a_site_take_turns(queue: Queue) -> None:
    await queue.ask(*["a1"] * 5)
    assert await queue.one_by_one(2) == "a1 a1"
    await queue.ask("a2", "a2", "a3")
    assert await queue.one_by_one(6) == "a2 a3 a1 a2 a1 a1"


async def test_fewest_running_goes_next(queue: Queue) -> None:
    await queue.ask(*["a1"] * 10)
    first = await queue.take(4)
    assert len(first) == 4
    await queue.ask("b1", "b1", "a2")
    await queue.end(first[:2])
    assert [id.partition("-")[0] for id in await queue.take(4)] == ["b1", "b1"], "a has two under way, b none"
    await queue.end(first[2:3])
    assert [id.partition("-")[0] for id in await queue.take(4)] == ["a2"], "of a, visitor 1 has one under way"


async def test_retries_take_turns_with_new_answers(queue: Queue) -> None:
    await queue.ask(*["a1"] * 4)
    await queue.end(await queue.take(4), retry_at=queue.now)
    await queue.ask("b1", "b1", "b1")
    assert await queue.one_by_one(6) == "b1 a1 b1 a1 b1 a1"


async def test_claims_never_exceed_capacity(queue: Queue) -> None:
    await queue.ask("a1", "b1", "a2")
    assert len(await queue.take(2)) == 2
    assert await queue.take(2) == []
    assert await queue.take(1) == []
    assert len(await queue.take(3)) == 1


async def test_dead_workers_answers_are_claimed_once(queue: Queue) -> None:
    await queue.ask("a1", "b1")
    assert len(await queue.take(9, "dead")) == 2
    assert await queue.take(9, "other") == []
    queue.now += LEASE
    taken = await asyncio.gather(*(queue.take(9, f"w{number}") for number in range(4)))
    assert sorted(map(len, taken)) == [0, 0, 0, 2]


async def test_clock_put_back_leaves_no_answer_streaming(queue: Queue) -> None:
    await queue.ask("a1", "b1")
    assert len(await queue.take(1, "dead")) == 1
    queue.now -= 3_600_000
    assert len(await queue.take(9, "other")) == 2
    assert await queue.take(9, "third") == []


async def test_clock_put_back_leaves_no_crawl_held(database: Database) -> None:
    def begin(holder: str, now: int) -> Work[bool]:
        return begin_crawl("a", holder, now, now + LEASE)

    await database.write(lambda: add_site("a", {"origins": "https://a.example"}, NOW))
    await database.write(lambda: make_due("a", NOW))
    assert await database.write(lambda: begin("dead", NOW))
    assert not await database.write(lambda: begin("behind by a second", NOW - 1_000))
    assert await database.write(lambda: begin("other", NOW - 3_600_000))


async def test_each_answer_is_claimed_by_one_worker(queue: Queue) -> None:
    await queue.ask(*[f"{site}{number % 5}" for site in "abcd" for number in range(10)])
    taken = await asyncio.gather(*(queue.take(8, f"w{number}") for number in range(5)))
    assert sorted(map(len, taken)) == [8] * 5
    assert len({id for ids in taken for id in ids}) == 40
