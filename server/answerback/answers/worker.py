"""The worker: claims queued answers under a lease, gathers context, streams, settles, logs.

An answer belongs to its page, not to a connection: it runs on when the asker leaves. Whatever happens, it ends in a
state, in one transaction with its text and its quota; a worker that was killed loses its lease, and another one (or
the same after a restart) takes the answer up again.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any, Literal

from ..comments import store as threads
from ..comments.updates import ThreadUpdates
from ..core.answering import AnswerRequest, Finished, Quotes, TextDelta, Usage, Writing
from ..core.courtesies import is_courtesy
from ..core.invisible import VisibleText
from ..core.languages import spoken
from ..db.work import Work
from ..errors import AppError, Unavailable
from ..i18n.catalogue import texts
from ..live.bus import TAKE_BACK, answer_channel, page_channel
from ..logs import Fault, bind
from ..metrics import Metrics
from ..runtime import Runtime
from ..sites.settings import Site
from . import quota, store
from .budget_alerts import BudgetAlerts
from .context import asked_for
from .degradation import DegradationLevels
from .edited import end_answers
from .moderation import AnswerModeration
from .providers import Answerer, ProviderError
from .providers.quote import QuoteAnswerer
from .queue import LEASE_MS, AnswerQueue
from .reuse.lookup import remember
from .reuse.store import Answered, Revision, add_revision
from .run import Run
from .streaming import AnswerStream

log = logging.getLogger(__name__)

SAVE_SECONDS, EACH_SAVES_SECONDS, MOST_SAVE_SECONDS = 0.5, 0.005, 2.5
"""How often the text of an answer is saved: less often the more are being written, and well within its lease."""
SETTLE_TRIES = 12
"""How often an answer is tried to be written down which the database takes everything else than: within its lease."""
POLL_SECONDS = 5.0
"""How soon an answer is seen that another process has queued; those of this one are seen at once."""


class Worker:
    """Writes its queue's answers until it is closed."""

    # More than six arguments, because all steps of an answer come together here.
    def __init__(
        self, runtime: Runtime, queue: AnswerQueue, updates: ThreadUpdates, levels: DegradationLevels,
        answerer: Answerer, metrics: Metrics, alerts: BudgetAlerts,
    ) -> None:  # fmt: skip
        self._db = runtime.db
        self._bus = runtime.bus
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._queue = queue
        self._updates = updates
        self._levels = levels
        self._answerer = answerer
        self._moderation = AnswerModeration(answerer)
        self._metrics = metrics
        self._alerts = alerts
        self._running: dict[str, Run] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._reading = Fault(log, "the queue could not be read")
        runtime.bus.observe(self._hear)
        self._saving = Fault(log, "an answer's text could not be saved")

    def start(self) -> None:
        """Starts; answers left by dead processes are taken over as their leases expire."""
        self._tasks = [asyncio.create_task(self._work()), asyncio.create_task(self._begin())]

    @property
    def running(self) -> int:
        """The number of answers running here."""
        return len(self._running)

    async def _begin(self) -> None:
        while True:
            job = await self._queue.next()
            everybody = job.kind == "thread" and not job.draft
            channel = page_channel(job.site, job.page) if everybody else answer_channel(job.id)
            live = AnswerStream(self._bus, channel, job.id, lambda: self.running)
            run = self._running[job.id] = Run(job, live)
            run.task = asyncio.create_task(self._answer(run))
            self._queue.writing(job.id, partial(_stop, run, "asked"))

    def _hear(self, channel: str, event: str, data: dict[str, Any]) -> None:
        """Stops answers whose question or place was hidden, deleted or erased."""
        for run in list(self._running.values()) if event in TAKE_BACK else ():
            if event == "comment.removed" and data["id"] in (run.job.id, run.job.question_id):
                _silence(run)
            elif event == "reload" and channel == run.live.channel and not run.live.silent:
                run.live.silent = True
                run.look = asyncio.create_task(self._look_again(run))

    async def _look_again(self, run: Run) -> None:
        if await self._db.read(lambda: store.is_wanted(run.job.id)):
            run.live.silent = False
        else:
            _silence(run)

    async def close(self) -> None:
        """Stops; unfinished answers return to the queue."""
        tasks = [*self._tasks, *(run.task for run in self._running.values() if run.task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for job in self._queue.unbegun():
            await self._give_back(job)

    async def _work(self) -> None:
        key_tried = False
        while True:
            try:
                if not key_tried:
                    await self._db.write(lambda: store.try_key_again(self._clock.now()))
                    key_tried = True
                pause = await self._take_up()
                self._reading.worked()
            except Exception as error:
                self._reading.raised(error)
                pause = POLL_SECONDS
            await self._queue.woken.wait(pause)

    async def _take_up(self) -> float:
        """Starts due answers as far as there is room; returns the seconds to wait."""
        if self._queue.full:
            return POLL_SECONDS

        def work() -> Work[tuple[list[store.QueuedAnswer], int | None]]:
            claimed = yield from self._queue.claim()
            return claimed, (yield from store.next_due())

        jobs, due = await self._db.write(work)
        self._queue.begin(jobs)
        return POLL_SECONDS if due is None else min(POLL_SECONDS, max(0.01, (due - self._clock.now()) / 1000))

    async def _answer(self, run: Run) -> None:
        job = run.job
        bind(site=job.site, kind="answer", answer=job.id)
        error: ProviderError | None = None
        try:
            if job.lost_leases >= store.LOST_LEASES:
                raise ProviderError("unavailable", retryable=False)
            wanted, question = await self._db.read(lambda: asked_for(job))
            if wanted:
                await self._announce(run)
                keeper = asyncio.create_task(self._keep(run))
                try:
                    await self._stream(run, question)
                finally:
                    keeper.cancel()
            else:
                run.stop, run.live.silent = "asked", True
        except asyncio.CancelledError:
            if not run.stop:
                await self._give_back(run.job)
                self._forget(run)
                raise
        except ProviderError as problem:
            error = problem
        except Exception:
            log.exception("an answer failed")
            error = ProviderError("unavailable", retryable=False)
        try:
            run.over = True
            run.live.end()
            await asyncio.shield(asyncio.create_task(self._settle_at_last(run, error)))
        finally:
            self._forget(run)

    def _forget(self, run: Run) -> None:
        run.live.end()
        self._running.pop(run.job.id, None)
        self._queue.end(run.job.id)

    async def _announce(self, run: Run) -> None:
        """On a retry, makes subscribers of the previous try start over."""
        if (run.job.attempts > 1 or run.job.settled_at is not None) and run.job.kind == "thread":
            await self._db.write(lambda: self._tell_changed(run.job))
            self._bus.publish(run.live.channel, "answer.delta", {"id": run.job.id, "offset": 0, "text": ""})

    def _tell_changed(self, job: store.QueuedAnswer) -> Work[None]:
        comment = yield from threads.comment_by_id(job.site, job.id)
        if comment is not None:
            yield from self._updates.changed(comment)

    async def _stream(self, run: Run, question: str | None) -> None:
        job = run.job
        site = await self._sites.get(job.site)
        if site.ai == "off":
            raise ProviderError("ai_off", retryable=False)
        if question is None:
            run.by = "person"
            return
        if is_courtesy(question):
            run.by, run.reply.finished = "nobody", "stop"
            run.live.add(texts(spoken(question), "answers")["courtesy"])
            return
        run.verdicts["question"] = await self._moderation.check(site, question)
        if run.blocked:
            return
        found = await self._levels.climb(site, job)
        if found is None:
            raise ProviderError("budget_exhausted", retryable=False)
        if isinstance(found, Answered):
            run.by, run.reply.finished = "record", "stop"
            run.live.add(found.body)
            return
        run.context = found
        if found.silent:  # no paid call for what the page does not say
            run.by, run.reply.model = "page", QuoteAnswerer.model
        await self._write(run, site, found.request, QuoteAnswerer() if found.silent else self._answerer)

    async def _write(self, run: Run, site: Site, request: AnswerRequest, answerer: Answerer) -> None:
        """Streams the provider's text until it ends or is blocked."""
        reply, started, held = run.reply, False, list[str]()
        reply.called, visible = True, VisibleText()
        heard = self._moderation.listen(site)
        events = answerer.stream(request)
        try:
            async for event in events:
                if type(event) is TextDelta:
                    if not started:
                        reply.first_token_at, started = self._clock.now(), True
                    if passed := heard.hear(visible.of(event.text)):
                        held.append(passed) if site.unsupported == "withhold" else run.live.add(passed)
                    if heard.blocked:
                        break
                elif type(event) is Writing:
                    reply.model = event.model
                elif type(event) is Usage:
                    reply.usage = event
                elif type(event) is Quotes:
                    reply.sources = event.sources
                elif type(event) is Finished:
                    reply.finished = event.reason
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()
        self._levels.counted(request, reply.model or answerer.model, reply.usage)
        run.verdicts["answer"], reply.unsaid = await heard.end(), heard.unsaid
        if run.blocked:
            return
        said = "".join(held) + reply.unsaid
        if site.unsupported == "withhold" and reply.finished:
            run.silenced = await asyncio.to_thread(run.is_silenced, said, site)
        if run.silenced:
            reply.unsaid = said
            return
        if said:
            run.live.add(said)
        if not reply.finished:
            raise ProviderError("cut", retryable=not started, started=started)
        if not started and reply.finished != "content_filter":
            raise ProviderError("malformed", retryable=True)

    async def _keep(self, run: Run) -> None:
        """Saves the text periodically, which renews the lease, and checks whether to stop."""
        while True:
            await asyncio.sleep(min(MOST_SAVE_SECONDS, SAVE_SECONDS + EACH_SAVES_SECONDS * self.running))
            now, text = self._clock.now(), run.live.text.replace("\x00", "")  # PostgreSQL refuses NUL
            try:
                kept = await self._db.write(
                    lambda: store.keep_text(run.job.id, self._queue.name, text, now, now + LEASE_MS)  # noqa: B023  awaited here
                )
                await self._sites.refresh()
            except Exception as error:
                self._saving.raised(error)
                continue
            site = self._sites.known(run.job.site)
            off = site is not None and site.ai == "off"
            if not kept and not await self._db.read(lambda: store.is_wanted(run.job.id)):
                _silence(run)
                return
            if off or not kept:
                _stop(run, "off" if off else "asked")
                return

    async def _give_back(self, job: store.QueuedAnswer) -> None:
        now, name = self._clock.now(), self._queue.name
        await asyncio.shield(asyncio.create_task(self._db.write(lambda: store.release(job.id, name, now))))

    async def _settle_at_last(self, run: Run, error: ProviderError | None) -> None:
        """Settles a paid answer after database errors; if the database rejects only this answer, it fails for good."""
        tries = 0
        while True:
            try:
                await self._settle(run, error)
                return
            except Unavailable:
                pass
            except Exception:
                tries += 1
                if tries in (1, SETTLE_TRIES):
                    log.exception("an answer could not be written down")
                if tries == SETTLE_TRIES:
                    run.lose_words()
                    error = ProviderError("unavailable", retryable=False)
            await asyncio.sleep(SAVE_SECONDS)

    async def _settle(self, run: Run, error: ProviderError | None) -> None:
        job, now = run.job, self._clock.now()
        try:
            site = await self._sites.get(job.site)
        except AppError:
            return  # the site has been deleted, with all of its rows
        if run.by == "person":
            await self._take_back(job)
            return
        outcome = await asyncio.to_thread(run.outcome, error, site, self._answerer, now)
        written = run.kept(outcome, site, now)

        def work() -> Work[bool]:
            if not (yield from store.finish(job.id, self._queue.name, written, now)):
                return False
            seen = True
            if job.kind == "thread" and not written.outdated:
                seen = yield from self._finish_reply(run, outcome, now)
                yield from end_answers(site, job.question_id)  # if it was edited meanwhile
            yield from self._alerts.put((yield from quota.settle(job.id, site, now, run.bill(outcome, error))))
            yield from self._tell_settled(job, seen=seen)
            return True

        if not await self._db.write(work):
            return
        self._metrics.answered(outcome.state, outcome.tokens_in, outcome.tokens_out, outcome.cost_microusd)
        if not job.outdated and (outcome.retry_at is None):
            first = outcome.first_token_at
            self._metrics.answer_took(
                None if first is None else (first - job.queued_at) / 1000, (now - job.queued_at) / 1000
            )

    def _finish_reply(self, run: Run, outcome: store.Outcome, now: int) -> Work[bool]:
        """Publishes the reply; returns whether readers knew of it, which they do not of a draft."""
        job = run.job
        before = yield from threads.comment_by_id(job.site, job.id)
        if job.outdated:
            renewed = Revision("ai", "renewed", job.body, job.html, "", now)
            yield from add_revision(self._ids.new(), job.site, job.id, renewed)
        yield from store.finish_reply(job.id, pending=run.waits(outcome))
        if outcome.state == "done" and outcome.sources:
            question = yield from threads.comment_by_id(job.site, job.question_id)
            # Never reuse an answer whose question has been edited since.
            if question is not None and (question.edited_at or 0) <= job.queued_at:
                yield from remember(job.site, job.question_id, question.body, job.id, now)
        return not job.draft or (before is not None and before.state == "published")

    async def _take_back(self, job: store.QueuedAnswer) -> None:
        """Removes an answer because someone replied before it started."""
        now = self._clock.now()

        def work() -> Work[None]:
            if (yield from store.finish(job.id, self._queue.name, store.NOTHING, now)):
                yield from store.drop_reply(job.site, job.id)
                yield from quota.refund(job.id)
            yield from self._tell_settled(job, seen=True)

        await self._db.write(work)

    def _tell_settled(self, job: store.QueuedAnswer, *, seen: bool) -> Work[None]:
        if job.kind == "chat":
            yield from self._bus.tell((answer_channel(job.id),), "answer.settled", {"id": job.id}, afresh=True)
            return
        comment = yield from threads.comment_by_id(job.site, job.id)
        if comment is not None and comment.state == "published":
            withheld = comment.answer is not None and comment.answer.state == "withheld"
            data = {"id": job.id, "comment": comment.public()}
            yield from self._updates.publish(job.site, job.page, "answer.settled", data, afresh=withheld)
        elif comment is not None and seen:
            yield from self._updates.removed(comment)
        else:
            yield from self._updates.forget(job.site, [job.page])


def _silence(run: Run) -> None:
    run.live.silent = True
    _stop(run, "asked")


def _stop(run: Run, why: Literal["asked", "off"]) -> None:
    if run.over:
        return
    run.stop = why
    if run.task is not None:
        run.task.cancel()
