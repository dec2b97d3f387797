"""An answer's life, whatever happens in whatever order: nothing lost, nothing paid twice, one owner at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from answerback.answers import quota, store
from answerback.answers.store import Outcome
from answerback.core.model import RUNNING, Visitor
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.sites.settings import read_site
from answerback.sites.store import add_site
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from tests import services

NOW = 1_790_000_000_000
LEASE, RETRY, LIMIT = 10_000, 30_000, 3
SITE = read_site("demo", {"origins": "https://a.example", "address_daily_answers": "unlimited"}, daily_answers=LIMIT)
VISITOR = Visitor("v", "demo", "guest", "")
WORKERS = st.sampled_from(["w1", "w2"])


@dataclass
class Expected:
    """What an answer should be by what has happened to it."""

    state: str = "queued"
    worker: str | None = None
    lease: int = 0
    retry_at: int | None = None
    stop: bool = False
    held: bool = True


class AnswersLife(RuleBasedStateMachine):
    """Two workers, one visitor with three answers a day, and a clock."""

    portal: ClassVar[BlockingPortal]
    db: ClassVar[Database]
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.spent = 0
        self.expected: dict[str, Expected] = {}

    def write(self, work: Callable[[], Work[Any]]) -> Any:
        return self.portal.call(self.db.write, work)

    def used(self) -> int:
        return self.spent + sum(answer.held for answer in self.expected.values())

    @rule(target=ids)
    def ask(self) -> Any:
        id = f"a{len(self.expected)}"
        row = {
            "id": id, "kind": "chat", "site": "demo", "page": "/", "url": "", "title": "", "question_id": f"q{id}",
            "visitor_id": "v", "address_key": "x", "provider": "p", "model": "m", "now": self.now,
        }  # fmt: skip

        def work() -> Work[bool]:
            refused = yield from quota.reserve(id, SITE, VISITOR, "x", "/p", self.now)
            if refused is None:
                yield from store.add_answer(row)
            return refused is None

        full = self.used() >= LIMIT
        assert self.write(work) is not full
        if full:
            return multiple()
        self.expected[id] = Expected()
        return id

    @rule(worker=WORKERS)
    def claim(self, worker: str) -> None:
        jobs = self.write(partial(store.claim, worker, self.now, self.now + LEASE, 100))
        due = {
            id for id, a in self.expected.items()
            if a.state == "queued" or (a.state == "failed" and a.retry_at is not None and a.retry_at <= self.now)
            or (a.state == "streaming" and a.lease < self.now)
        }  # fmt: skip
        assert {job.id for job in jobs} == due
        for id in due:
            answer = self.expected[id]
            answer.state, answer.worker, answer.lease, answer.retry_at = "streaming", worker, self.now + LEASE, None

    def owns(self, id: str, worker: str) -> bool:
        return self.expected[id].state == "streaming" and self.expected[id].worker == worker

    @rule(id=ids, worker=WORKERS)
    def keep(self, id: str, worker: str) -> None:
        kept = self.write(partial(store.keep_text, id, worker, "so far", self.now, self.now + LEASE))
        assert kept is (self.owns(id, worker) and not self.expected[id].stop)
        if kept:
            self.expected[id].lease = self.now + LEASE

    @rule(id=ids, worker=WORKERS)
    def release(self, id: str, worker: str) -> None:
        owned = self.owns(id, worker)
        self.write(partial(store.release, id, worker, self.now))
        if owned:
            self.expected[id].state, self.expected[id].worker = "queued", None

    @rule(id=ids, worker=WORKERS, how=st.sampled_from(["done", "stopped", "withheld", "failed", "again"]))
    def end(self, id: str, worker: str, how: str) -> None:
        state = "failed" if how == "again" else how
        retry_at = self.now + RETRY if how == "again" else None
        outcome = Outcome(state, "words", "<p>words</p>", (), "p", "m", "1", 10, 5, 7, None, retry_at)

        def work() -> Work[bool]:
            if not (yield from store.finish(id, worker, outcome, self.now)):
                return False
            if state in ("done", "stopped"):
                yield from quota.settle(id, SITE, self.now, quota.Charge(15, 7))
            elif retry_at is None:
                yield from quota.refund(id)
            return True

        owned = self.owns(id, worker)
        assert self.write(work) is owned
        if owned:
            before = self.expected[id]
            self.spent += before.held and state in ("done", "stopped")
            self.expected[id] = Expected(state, retry_at=retry_at, held=before.held and how == "again")

    @rule(id=ids)
    def stop(self, id: str) -> None:
        def work() -> Work[bool]:
            if (yield from store.stop_queued(id, self.now)):
                yield from quota.refund(id)
                return True
            yield from store.request_stop(id)
            return False

        queued = self.expected[id].state == "queued"
        assert self.write(work) is queued
        if queued:
            self.expected[id] = Expected("stopped", held=False)
        elif self.expected[id].state == "streaming":
            self.expected[id].stop = True

    @rule(id=ids)
    def ask_again(self, id: str) -> None:
        def work() -> Work[bool]:
            held = yield from quota.is_held(id)
            if not held and (yield from quota.reserve(id, SITE, VISITOR, "x", "/p", self.now)) is not None:
                return False
            if not (yield from store.requeue(id, "v", "x", self.now)):
                raise LookupError(id)
            return True

        before = self.expected[id]
        may = before.held or self.used() < LIMIT
        if may and before.state in (*RUNNING, "done"):
            with pytest.raises(LookupError):
                self.write(work)
            return
        assert self.write(work) is may
        if may:
            self.expected[id] = Expected()

    @rule(seconds=st.sampled_from([1, 11, 31]))
    def wait(self, seconds: int) -> None:
        self.now += seconds * 1_000

    @invariant()
    def everything_is_as_expected(self) -> None:
        rows = self.portal.call(self.db.fetch_all, "SELECT id, state, worker FROM answers")
        assert {row["id"]: (row["state"], row["worker"]) for row in rows} == {
            id: (answer.state, answer.worker) for id, answer in self.expected.items()
        }
        view = self.portal.call(self.db.read, partial(quota.view, SITE, VISITOR, "x", "/p", self.now))
        assert view["used"] == self.used() <= LIMIT

    def teardown(self) -> None:
        """Whatever was going on: some time later a worker can take up all that has not ended."""
        self.now += 60_000
        waiting = {id for id, a in self.expected.items() if a.state in RUNNING or a.retry_at is not None}
        jobs = self.write(partial(store.claim, "later", self.now, self.now + LEASE, 100))
        assert {job.id for job in jobs} == waiting

        def forget() -> Work[None]:
            for table in ("answers", "quota_usage", "quota_holds"):
                yield run(f"DELETE FROM {table}")

        self.write(forget)


@pytest.fixture(params=["sqlite", "postgresql"])
def life(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[type[AnswersLife]]:
    if request.param == "sqlite":
        shutil.copy(services.migrated_sqlite(), tmp_path / "answerback.db")
        url = f"sqlite:///{tmp_path / 'answerback.db'}"
    else:
        url = request.getfixturevalue("postgres").fresh()
    with start_blocking_portal() as portal:
        db = Database(url)
        portal.call(db.connect)
        portal.call(db.write, partial(add_site, "demo", {"origins": "https://a.example"}, NOW))
        yield type("Life", (AnswersLife,), {"portal": portal, "db": db})
        portal.call(db.close)


def test_answer_states_hold_in_any_order(life: type[AnswersLife]) -> None:
    fast = settings(max_examples=60, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(life, settings=fast)
