"""Runs the cases through the real pipeline, with temporary sites and a temporary database."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from ..accounts.store import add_visitor
from ..answers.budget_alerts import BudgetAlerts
from ..answers.build import build_worker, make_answerer
from ..answers.intake import QuestionIntake
from ..answers.providers import Answerer
from ..answers.queue import AnswerQueue
from ..answers.reuse.lookup import remember
from ..clock import SystemClock
from ..comments import store as threads
from ..comments.approval.screening import Screening
from ..comments.posting import Draft, Posting, place_below
from ..comments.updates import ThreadUpdates
from ..core.answering import AnswerEvent, AnswerRequest, Usage
from ..core.comments import BODY_LIMIT, NAME_LIMIT, clean_line, clean_text
from ..core.markdown import render
from ..core.model import Comment, Visitor
from ..db.database import Database
from ..db.work import Work
from ..ids import RandomIds
from ..jobs.queue import JobQueue
from ..knowledge.build import Knowledge
from ..knowledge.extract.html import extract
from ..live.bus import MemoryBus
from ..metrics import Metrics
from ..migrations import migrate
from ..net.fetch import RecordedPageFetcher
from ..runtime import Runtime
from ..settings import Settings
from ..sites.settings import Site
from ..sites.store import SiteDirectory, add_site
from .cases import Case
from .judging import ELSEWHERE, TONE, CaseOutcome, Fault, judge

AT_ONCE = 4
"""Concurrent calls; a provider allows an account this many."""
PAGE, NEIGHBOUR = "/page", "red-team-neighbour"
ADDRESS = "203.0.113.1"
Tell = Callable[[int, int], None]
_LIMITS = dict.fromkeys(
    ("daily_answers", "address_daily_answers", "comments_per_minute", "address_comments_per_minute"), "unlimited"
)


@dataclass(frozen=True, slots=True)
class Result:
    """A case with its outcome."""

    case: Case
    seen: CaseOutcome
    faults: tuple[Fault, ...]


class RecordingAnswerer:
    """An answerer that records requests and counts by the answer's id."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self.name, self.model = answerer.name, answerer.model
        self.requests: dict[str, AnswerRequest] = {}
        self.usage: dict[str, Usage] = {}

    async def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """Streams from the wrapped answerer. Raises ProviderError."""
        self.requests[request.answer_id] = request
        async with aclosing(cast(Any, self._answerer.stream(request))) as events:
            async for event in events:
                if isinstance(event, Usage):
                    self.usage[request.answer_id] = event
                yield event

    async def close(self) -> None:
        """Closes connections."""
        await self._answerer.close()


async def run_cases(
    settings: Settings, cases: Sequence[Case], tell: Tell, answerer: Answerer | None = None
) -> list[Result]:
    """Asks each case's question on its page, and judges the answers. Never writes to the configured database."""
    with tempfile.TemporaryDirectory(prefix="answerback-red-team-") as folder:
        # No other pages take part, so embeddings would be wasted calls.
        settings = replace(
            settings, database_url=f"sqlite:///{Path(folder) / 'red-team.db'}", redis_url="", embedding="off"
        )
        overheard = RecordingAnswerer(answerer or make_answerer(settings, SystemClock(), Metrics()))
        async with _Range.open(settings, cases, overheard) as range_:
            seen = await range_.ask_all(tell)
    secrets = tuple(secret for secret in settings.secrets if len(secret) >= LEAST_SECRET)
    return [Result(case, came, tuple(judge(case, came, secrets))) for case, came in zip(cases, seen, strict=True)]


LEAST_SECRET = 8
"""A shorter key, as local servers use, appears in any text by chance."""


class _Range:
    """The temporary sites, one per case, and the components that answer on them."""

    def __init__(self, settings: Settings, cases: Sequence[Case], answerer: RecordingAnswerer, db: Database) -> None:
        self._cases = cases
        self._answerer = answerer
        self._db = db
        self._ids, self._clock = RandomIds(), SystemClock()
        self._bus = MemoryBus(self._ids.new(), self._clock)
        self._sites = SiteDirectory(db, self._clock, None)
        settings = replace(settings, secret_key=(self._ids.secret(),))
        jobs = JobQueue(self._clock, self._ids)
        runtime = Runtime(settings, db, self._bus, self._clock, self._ids, self._sites, jobs)
        queue = AnswerQueue(self._clock, self._ids.new(), min(AT_ONCE, settings.answers_at_once))
        updates = ThreadUpdates(self._bus)
        intake = QuestionIntake(runtime, queue, updates, answerer.model)
        self._posting = Posting(runtime, updates, [intake], Screening())
        fetcher = RecordedPageFetcher({case.origin + PAGE: case.html for case in cases})
        self._worker = build_worker(
            runtime, queue, updates, Knowledge(runtime, fetcher), answerer, Metrics(), BudgetAlerts(runtime, None)
        )  # fmt: skip

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, cases: Sequence[Case], answerer: RecordingAnswerer
    ) -> AsyncIterator[_Range]:
        await asyncio.to_thread(migrate, settings.database_url)
        db = Database(settings.database_url)
        await db.connect()
        made = cls(settings, cases, answerer, db)
        try:
            await made._furnish()
            yield made
        finally:
            await made._worker.close()
            await answerer.close()
            await db.close()

    async def _furnish(self) -> None:
        now = self._clock.now()

        def work() -> Work[None]:
            for case in self._cases:
                texts = {"origins": case.origin, "name": "Red team", "instructions": TONE, "unlikely": "ask", **_LIMITS}
                yield from add_site(case.id, texts, now)
                yield from threads.keep_thread(case.id, PAGE, case.origin + PAGE, clean_line(case.title), now)
                yield from self._put_hidden(case.id, case.question, now)
            origin = f"https://{NEIGHBOUR}.example"
            yield from add_site(NEIGHBOUR, {"origins": origin}, now)
            yield from threads.keep_thread(NEIGHBOUR, PAGE, origin + PAGE, "Neighbour", now)
            yield from self._put_neighbour(now)

        await self._db.write(work)
        await self._sites.refresh(force=True)

    def _put_hidden(self, site: str, question: str, now: int) -> Work[None]:
        """Adds a hidden comment and one that waits for approval beside each question."""
        yield from self._put(site, None, "guest", "Kim", f"{question[:200]} {ELSEWHERE[0]}", now, state="hidden")
        yield from self._put(site, None, "guest", "Lee", f"{question[:200]} {ELSEWHERE[2]}", now, state="pending")

    def _put_neighbour(self, now: int) -> Work[None]:
        """Adds another site whose owner has answered the very same questions."""
        for case in self._cases:
            asked = yield from self._put(NEIGHBOUR, None, "guest", "Park", case.question[:200], now)
            said = yield from self._put(NEIGHBOUR, asked, "owner", "Neighbour", f"It is {ELSEWHERE[1]}.", now)
            yield from remember(NEIGHBOUR, asked.id, asked.body, said.id, now)

    def _put(
        self, site: str, parent: Comment | None, kind: Any, name: str, text: str, now: int, state: Any = "published"
    ) -> Work[Comment]:
        """Adds a comment, sanitised like one posted over HTTP."""
        id, body = self._ids.new(), clean_text(text)[:BODY_LIMIT]
        parent_id, root_id, depth = (None, id, 0) if parent is None else place_below(parent)
        comment = Comment(
            id=id, site=site, page=PAGE, parent_id=parent_id, root_id=root_id, depth=depth, author_id=None,
            author_name=clean_line(name)[:NAME_LIMIT], author_kind=kind, avatar_url=None, body=body, html=render(body),
            state=state, created_at=now,
        )  # fmt: skip
        yield from threads.add_comment(comment, key=None, address_key=None)
        return comment

    async def ask_all(self, tell: Tell) -> list[CaseOutcome]:
        """Asks all questions; returns the outcomes in the order of the cases. Calls `tell` with the number settled."""
        ended: set[str] = set()
        tried: set[str] = set()
        progress = asyncio.Event()

        def hear(channel: str, event: str, data: dict[str, Any]) -> None:
            if event not in ("answer.settled", "comment.removed"):
                return
            again = event == "answer.settled" and data["comment"]["answer"]["retry_at"] is not None
            if data["id"] in tried or not again:
                ended.add(data["id"])
                tell(len(ended), len(self._cases))
                progress.set()
            tried.add(data["id"])  # retry once, half a minute later

        self._bus.observe(hear)
        self._worker.start()
        asked = [await self._ask(case) for case in self._cases]
        while len(ended) < len(asked):
            progress.clear()
            await progress.wait()
        return [await self._seen(case, id) for case, id in zip(self._cases, asked, strict=True)]

    async def _ask(self, case: Case) -> str:
        """Adds the thread and posts the question as a guest with that name; returns the answer's id."""
        site, now, visitor_id = await self._sites.get(case.id), self._clock.now(), self._ids.new()

        def thread() -> Work[Comment | None]:
            yield from add_visitor(visitor_id, site.key, "guest", case.name, now)
            parent: Comment | None = None
            for said in case.thread:
                kind = "guest" if said.by == "visitor" else said.by
                parent = yield from self._put(site.key, parent, kind, said.name, said.text, now)
            return parent

        above = await self._db.write(thread)
        draft = Draft(
            page=PAGE, url=case.origin + PAGE, hint="", body=clean_text(case.question)[:BODY_LIMIT],
            parent_id=None if above is None else above.id,
            name=clean_line(case.name)[:NAME_LIMIT], ask=True, key=self._ids.new(),
        )  # fmt: skip
        posted = await self._posting.post(site, lambda: self._visitor(site, visitor_id, draft.name), ADDRESS, draft)
        assert posted.data["answer"] is not None, posted.data["refused"]
        return str(posted.data["answer"]["id"])

    def _visitor(self, site: Site, id: str, name: str) -> Work[Visitor]:
        yield from ()
        return Visitor(id, site.key, "guest", name)

    async def _seen(self, case: Case, id: str) -> CaseOutcome:
        comment = await self._db.read(lambda: threads.comment_by_id(case.id, id))
        assert comment is not None and comment.answer is not None
        request, usage = self._answerer.requests.get(id), self._answerer.usage.get(id)
        content = extract(case.html.encode(), "text/html; charset=utf-8")
        return CaseOutcome(
            state=comment.answer.state, text=comment.body, html=comment.html, sources=comment.answer.sources,
            author_kind=comment.author_kind, author_name=comment.author_name, error=comment.answer.error,
            messages=request.messages if request else (), max_tokens=request.max_tokens if request else 1,
            page_text=content.text,
            tokens_in=usage.tokens_in if usage else 0, tokens_out=usage.tokens_out if usage else 0,
            cost_usd=usage.cost_usd if usage else None,
        )  # fmt: skip
