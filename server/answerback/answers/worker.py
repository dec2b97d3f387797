"""The worker: claims queued answers under a lease, gathers what the page says, streams, settles, logs.

An answer belongs to its page, not to a connection: it runs on when the asker leaves. Whatever happens, it ends in a
state, in one transaction with its text and its quota; a worker that was killed loses its lease, and another one (or
the same after a restart) takes the answer up again.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from ..core.answering import Finished, Quotes, Source, TextDelta, Usage
from ..core.markdown import render
from ..db import Database, Work
from ..errors import AppError
from ..live.bus import Bus, answer_channel, page_channel
from ..metrics import Metrics
from ..seams import Clock, Ids
from ..sites.settings import Site
from ..sites.store import SiteDirectory
from ..threads import store as threads
from ..threads.posting import Posting
from . import quota, store
from .answered.asking_again import remember
from .gathering import Gathered, Gatherer
from .live_text import LiveText
from .providers import PROVIDER_ERRORS, Answerer, ProviderError

log = logging.getLogger(__name__)

AT_ONCE = 64
LEASE_MS = 10_000
SAVE_SECONDS = 0.5
SWEEP_SECONDS = 5.0
RETRY_AFTER_MS = (30_000, 120_000, 600_000, 1_800_000, 7_200_000)
"""When an answer that never began is tried again; after the last one it has failed for good."""


@dataclass(slots=True)
class _Run:
    """One answer being written."""

    job: store.Job
    live: LiveText
    task: asyncio.Task[None] | None = None
    stopped: bool = False
    sources: tuple[Source, ...] = ()
    usage: Usage = field(default_factory=lambda: Usage(0, 0, None))
    finished: str = ""
    gathered: Gathered | None = None


class Worker:
    """Runs answers until it is closed."""

    def __init__(
        self, db: Database, bus: Bus, clock: Clock, ids: Ids, sites: SiteDirectory, gatherer: Gatherer,
        answerer: Answerer, posting: Posting, metrics: Metrics,
    ) -> None:  # fmt: skip
        self._db = db
        self._bus = bus
        self._clock = clock
        self._sites = sites
        self._gatherer = gatherer
        self._answerer = answerer
        self._posting = posting
        self._metrics = metrics
        self._name = ids.new()
        self._running: dict[str, _Run] = {}
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; what was left by an earlier process is taken up as its leases run out."""
        self._loop = asyncio.create_task(self._work())

    def wake(self) -> None:
        """There is something in the queue."""
        self._wake.set()

    async def close(self) -> None:
        """Stop; answers in the middle go back to the queue."""
        tasks = [run.task for run in self._running.values() if run.task]
        if self._loop is not None:
            tasks.append(self._loop)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self, id: str) -> bool:
        """Stop an answer that runs here, keeping what has come; False when it does not."""
        run = self._running.get(id)
        if run is None or run.task is None:
            return False
        run.stopped = True
        run.task.cancel()
        return True

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            try:
                pause = await self._take_up()
            except Exception:
                log.exception("the queue could not be read")
                pause = SWEEP_SECONDS
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _take_up(self) -> float:
        """Claim what is due, as far as there is room; how long to wait for more, in seconds."""
        room = AT_ONCE - len(self._running)
        if room <= 0:
            return SWEEP_SECONDS
        now = self._clock.now()

        def work() -> Work[tuple[list[store.Job], int | None]]:
            claimed = yield from store.claim(self._name, now, now + LEASE_MS, room)
            return claimed, (yield from store.next_due())

        jobs, due = await self._db.write(work)
        for job in jobs:
            if job.id in self._running:
                continue
            channel = page_channel(job.site, job.page) if job.kind == "thread" else answer_channel(job.id)
            run = self._running[job.id] = _Run(job, LiveText(self._bus, channel, job.id))
            run.task = asyncio.create_task(self._answer(run))
        return SWEEP_SECONDS if due is None else min(SWEEP_SECONDS, max(0.01, (due - now) / 1000))

    async def _answer(self, run: _Run) -> None:
        job = run.job
        error: ProviderError | None = None
        try:
            await self._announce(run)
            keeper = asyncio.create_task(self._keep(run))
            try:
                await self._stream(run)
            finally:
                keeper.cancel()
        except asyncio.CancelledError:
            if not run.stopped:
                await self._give_back(run)
                self._forget(run)
                raise
        except ProviderError as problem:
            error = problem
        except Exception:
            log.exception("an answer failed", extra={"answer": job.id})
            error = ProviderError("unavailable", retryable=False)
        try:
            run.live.end()
            await asyncio.shield(asyncio.create_task(self._settle(run, error)))
        finally:
            self._forget(run)
            self._wake.set()

    def _forget(self, run: _Run) -> None:
        run.live.end()
        self._running.pop(run.job.id, None)

    async def _announce(self, run: _Run) -> None:
        """When this is not the first try, everyone who watched the last one begins again."""
        if run.job.attempts > 1 and run.job.kind == "thread":
            comment = await self._db.read(lambda: threads.comment_by_id(run.job.site, run.job.id))
            if comment is not None:
                self._posting.tell_changed(comment)
            self._bus.publish(run.live.channel, "answer.delta", {"id": run.job.id, "offset": 0, "text": ""})

    async def _stream(self, run: _Run) -> None:
        site = await self._sites.get(run.job.site)
        run.gathered = await self._gatherer.gather(site, run.job)
        started = False
        events = self._answerer.stream(run.gathered.request)
        try:
            async for event in events:
                if type(event) is TextDelta:
                    run.live.add(event.text)
                    started = True
                elif type(event) is Usage:
                    run.usage = event
                elif type(event) is Quotes:
                    run.sources = event.sources
                elif type(event) is Finished:
                    run.finished = event.reason
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()
        if not run.finished:
            raise ProviderError("cut", retryable=not started, started=started)
        if not started and run.finished != "content_filter":
            raise ProviderError("malformed", retryable=True)

    async def _keep(self, run: _Run) -> None:
        """Save the text about twice a second, which renews the lease too, and hear whether it is to stop."""
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            now, text = self._clock.now(), run.live.text
            kept = await self._db.write(
                lambda: store.keep_text(run.job.id, self._name, text, now, now + LEASE_MS)  # noqa: B023  awaited here
            )
            if not kept and run.task is not None:
                run.stopped = True
                run.task.cancel()
                return

    async def _give_back(self, run: _Run) -> None:
        now = self._clock.now()
        await asyncio.shield(asyncio.create_task(self._db.write(lambda: store.release(run.job.id, self._name, now))))

    async def _settle(self, run: _Run, error: ProviderError | None) -> None:
        job, now = run.job, self._clock.now()
        try:
            site = await self._sites.get(job.site)
        except AppError:
            return  # the site is gone, and everything of it
        outcome = self._outcome(run, error, site, now)
        text_is_kept = outcome.state in ("done", "stopped") and bool(outcome.body)

        def work() -> Work[bool]:
            if not (yield from store.finish(job.id, self._name, outcome, now)):
                return False
            if job.kind == "thread":
                drafts = site.ai == "drafts" and outcome.state == "done"
                yield from store.finish_reply(job.id, outcome.body, outcome.html, pending=drafts)
                if outcome.state == "done" and outcome.sources:
                    question = yield from threads.comment_by_id(job.site, job.question_id)
                    yield from remember(job.site, job.question_id, question.body if question else "", job.id, now)
            tokens = outcome.tokens_in + outcome.tokens_out
            if text_is_kept:
                yield from quota.settle(job.id, site, now, tokens=tokens, microusd=outcome.cost_microusd or 0)
            elif outcome.retry_at is None:
                yield from quota.refund(job.id)
            return True

        if await self._db.write(work):
            self._metrics.answered(outcome.state, outcome.tokens_in, outcome.tokens_out, outcome.cost_microusd)
            await self._tell_settled(job)

    def _outcome(self, run: _Run, error: ProviderError | None, site: Site, now: int) -> store.Outcome:
        text, sources = run.live.text.strip(), run.sources
        state, code, retry_at = "done", None, None
        if run.stopped:
            state = "stopped"
        elif error is not None:
            state, code = "failed", error.code
            if error.retryable and not error.started and run.job.attempts <= len(RETRY_AFTER_MS):
                wait = max(RETRY_AFTER_MS[run.job.attempts - 1], int(1000 * (error.retry_after or 0)))
                retry_at = now + wait
        elif run.finished == "content_filter":
            state = "withheld"
        if run.gathered is not None and text:
            text, sources = run.gathered.cite(text, sources)
        if state == "failed" and not text:
            text = failure_text(code or "unavailable", retry_at is not None, site.lang)
        cost = run.usage.cost_usd
        return store.Outcome(
            state=state, body=text, html=render(text) if text else "", sources=sources if state != "failed" else (),
            provider=self._answerer.name, model=run.gathered.request.model if run.gathered and
            run.gathered.request.model else self._answerer.model,
            prompt_version=run.gathered.prompt_version if run.gathered else "",
            tokens_in=run.usage.tokens_in, tokens_out=run.usage.tokens_out,
            cost_microusd=None if cost is None else round(cost * 1_000_000), error=code, retry_at=retry_at,
        )  # fmt: skip

    async def _tell_settled(self, job: store.Job) -> None:
        if job.kind == "chat":
            self._bus.publish(answer_channel(job.id), "answer.settled", {"id": job.id})
            return
        self._posting.changed(job.site, job.page)
        comment = await self._db.read(lambda: threads.comment_by_id(job.site, job.id))
        if comment is None:
            return
        channel = page_channel(job.site, job.page)
        if comment.state == "published":
            self._bus.publish(channel, "answer.settled", {"id": job.id, "comment": comment.public()})
        else:
            self._bus.publish(channel, "comment.removed", {"id": job.id})


def failure_text(code: str, again: bool, lang: str) -> str:
    """What an answer says that never began."""
    if lang.startswith("ko"):
        return "지금은 답변을 드릴 수 없어요." + (
            " 잠시 후 자동으로 다시 시도할게요." if again else " 다시 질문해 주세요."
        )
    return PROVIDER_ERRORS[code] + (" It will be tried again by itself." if again else " Please ask again later.")
