"""Handing questions in: with a comment, under a comment, or in the ask box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ..clock import Clock
from ..comments import store as threads
from ..comments.posting import AI_OFF, Asking, Posting, Queued, place_below, rule_here, tell_queued
from ..core.markdown import render
from ..core.model import RUNNING, Comment, Visitor
from ..core.times import day_of
from ..db.database import Database, IntegrityConflict, Work
from ..errors import Conflict, Forbidden, LimitReached, NotFound
from ..ids import Ids
from ..live.bus import Bus, answer_channel, page_channel
from ..net.addresses import address_key
from ..sites.settings import Site
from . import quota, store

AI_NAME = "AI"


@dataclass(frozen=True, slots=True)
class Question:
    """A private question as it was sent to the ask box."""

    page: str
    url: str
    title: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A private question that was taken: its answer, who asked, and what is left for today."""

    job: store.QueuedAnswer
    visitor: Visitor
    quota: dict[str, Any]
    jobs: Sequence[store.QueuedAnswer] = ()
    """What is to be begun with, this one included when it is new."""


class Writer(Protocol):
    """Who writes the answers: the worker."""

    def claim(self) -> Work[list[store.QueuedAnswer]]:
        """Within the transaction that queues an answer: what is due, and there is room for."""
        ...

    def begin(self, jobs: Sequence[store.QueuedAnswer]) -> None:
        """After it: write these."""
        ...

    def stop(self, id: str) -> bool:
        """Stop one that is written here; False when it is not."""
        ...


class QuestionIntake:
    """Where questions are handed in; knows who answers, and hands what is queued to `writer` at once."""

    def __init__(self, db: Database, bus: Bus, clock: Clock, ids: Ids, provider: str, model: str, secret: str) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._ids = ids
        self._provider = provider
        self._model = model
        self._secret = secret
        self.writer: Writer

    @property
    def off(self) -> bool:
        """Whether nobody answers on this server."""
        return self._provider == "off"

    def queue(self, asking: Asking) -> Work[Queued]:
        """Within the comment's own transaction: its queued reply, or why there is none."""
        if self.off:
            return Queued(None, AI_OFF)
        site, question = asking.site, asking.question
        if not asking.on_request and (yield from self._better_silent(asking)):
            return Queued()
        id = self._ids.new()
        refused = yield from quota.reserve(id, site, asking.visitor, asking.address_key, question.page, asking.now)
        row = self._row(id, "thread", site, question.page, asking.url, asking.title, question.id, asking.visitor,
                        asking.address_key, asking.now, on_request=asking.on_request, draft=asking.draft)  # fmt: skip
        if refused is not None:
            if refused["code"] == "budget_exhausted":
                yield from store.add_refused(row)
            return Queued(None, refused)
        parent_id, root_id, depth = place_below(question)
        reply = Comment(
            id=id, site=site.key, page=question.page, parent_id=parent_id, root_id=root_id, depth=depth,
            author_id=None, author_name=AI_NAME, author_kind="ai", avatar_url=None, body="", html="",
            state="pending" if asking.draft else "published", created_at=asking.now + 1,
        )  # fmt: skip
        yield from threads.add_comment(reply, key=None, address_key=None)
        yield from store.add_answer(row)
        queued = yield from threads.comment_by_id(site.key, id)
        return Queued(queued, None, (yield from self.writer.claim()))

    def begin(self, queued: Queued) -> None:
        """After that transaction: it is on its way."""
        self.writer.begin(queued.jobs)

    def _better_silent(self, asking: Asking) -> Work[bool]:
        """Whether nobody has asked for this answer, and it would only come between people or go on and on."""
        site, question = asking.site, asking.question
        if question.parent_id is not None:
            above = yield from threads.comment_by_id(site.key, question.parent_id)
            if above is not None and above.answer is None and above.author_id != question.author_id:
                return True
        return site.ai_rounds is not None and (yield from store.rounds(site.key, question.root_id)) >= site.ai_rounds

    def _row(
        self, id: str, kind: str, site: Site, page: str, url: str, title: str, question_id: str, visitor: Visitor,
        hashed: str, now: int, *, on_request: bool = True, draft: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        return {
            "id": id, "kind": kind, "site": site.key, "page": page, "url": url, "title": title,
            "question_id": question_id, "visitor_id": visitor.id, "address_key": hashed, "on_request": int(on_request),
            "draft": int(draft), "provider": self._provider, "model": site.model or self._model, "now": now,
        }  # fmt: skip

    def _hashed(self, site: Site, address: str, now: int) -> str:
        return address_key(address, day_of(now, site.timezone), self._secret)

    async def quota(self, site: Site, visitor: Visitor | None, address: str, page: str) -> dict[str, Any]:
        """What is left for today on a page: `{limit, used, left, resets_at}`."""
        now = self._clock.now()
        return await self._db.read(lambda: self.left(site, visitor, self._hashed(site, address, now), page, now))

    def left(self, site: Site, visitor: Visitor | None, address_key: str, page: str, now: int) -> Work[dict[str, Any]]:
        """Within a transaction of the caller's: what is left for today."""
        return quota.view(site, visitor, address_key, page, now)

    async def ask_under(self, site: Site, visitor: Visitor, address: str, id: str, posting: Posting) -> Comment:
        """Ask, or ask again, under a comment (or its AI reply); the reply, queued or still running.

        Raises NotFound, Conflict (`already_answered`), Forbidden (`ai_off`, `not_yours`) or LimitReached.
        """
        if self.off or site.ai == "off":
            raise Forbidden("ai_off")
        now = self._clock.now()
        hashed = self._hashed(site, address, now)

        def work() -> Work[tuple[Comment, Queued | None]]:
            return (yield from self._ask_under(site, visitor, hashed, id, now))

        reply, queued = await self._db.write(work)
        if queued is not None:
            posting.changed(site.key, reply.page)
            tell_queued(self._bus, reply)
            self.begin(queued)
        return reply

    def _ask_under(
        self, site: Site, visitor: Visitor, hashed: str, id: str, now: int
    ) -> Work[tuple[Comment, Queued | None]]:
        """The reply, and what is queued when it is not there already."""
        comment = yield from threads.comment_by_id(site.key, id)
        if comment is not None and comment.answer is not None:
            if comment.state != "published":
                raise NotFound
            comment = yield from threads.comment_by_id(site.key, comment.answer.question_id)
        if comment is None or comment.state != "published":
            raise NotFound
        rule = yield from self._rule(site, visitor, comment.page)
        reply = yield from threads.reply_to(site.key, comment.id)
        if reply is None:
            thread = yield from threads.place_of(site.key, comment.page)
            asking = Asking(site, visitor, hashed, comment, thread[0], thread[1], now, draft=rule == "drafts")
            queued = yield from self.queue(asking)
            if queued.reply is None:
                raise refusal(queued.refused or {}, now)
            return queued.reply, queued
        assert reply.answer is not None
        if reply.answer.state in RUNNING:
            return reply, None
        if reply.answer.state == "done" or reply.state == "hidden":
            raise Conflict("already_answered")
        yield from self._hold_again(site, visitor, hashed, reply.id, reply.page, now, draft=rule == "drafts")
        yield from store.open_reply(reply.id, pending=rule == "drafts")
        again = yield from threads.comment_by_id(site.key, reply.id)
        assert again is not None
        return again, Queued(again, None, (yield from self.writer.claim()))

    def _rule(self, site: Site, visitor: Visitor, page: str) -> Work[str]:
        """The page's rule, for a visitor who asks on purpose. Raises Forbidden where nobody, or not this one, may."""
        if visitor.kind == "guest" and not site.guests:
            raise Forbidden("sign_in_required")
        rule = rule_here(site, (yield from threads.rule_of(site.key, page)))
        if rule == "off":
            raise Forbidden("ai_off")
        return rule

    def _hold_again(
        self, site: Site, visitor: Visitor, hashed: str, id: str, page: str, now: int, *, draft: bool = False
    ) -> Work[None]:
        if not (yield from quota.is_held(id)):
            refused = yield from quota.reserve(id, site, visitor, hashed, page, now)
            if refused is not None:
                raise refusal(refused, now)
        if not (yield from store.requeue(id, visitor.id, hashed, now, draft=draft)):
            raise Conflict("already_answered")

    async def stop(self, site: Site, visitor: Visitor, id: str, kind: str) -> store.QueuedAnswer:
        """Stop one's own running answer, keeping what has come. Raises NotFound or Forbidden (`not_yours`)."""
        now = self._clock.now()

        def work() -> Work[tuple[store.QueuedAnswer, bool]]:
            job = yield from store.job_by_id(site.key, id)
            if job is None:
                job = yield from store.job_of_question(site.key, id)
            if job is None or job.kind != kind or (kind == "chat" and job.visitor_id != visitor.id):
                raise NotFound
            if job.visitor_id != visitor.id:
                reply = yield from threads.comment_by_id(site.key, job.id)
                raise Forbidden("not_yours") if reply is not None and reply.state == "published" else NotFound
            if (yield from store.stop_queued(job.id, now)):
                yield from quota.refund(job.id)
                return job, True
            yield from store.request_stop(job.id)
            return job, False

        job, ended = await self._db.write(work)
        if not ended and job.state == "streaming":
            channel = page_channel(site.key, job.page) if kind == "thread" else answer_channel(job.id)
            async with self._bus.subscribe(channel, None) as reader:
                self.writer.stop(job.id)
                while (await self._job(site, job.id)).state in RUNNING:
                    if await reader.take(1.0) is None:  # the server stops
                        break
        return await self._job(site, job.id)

    def _same(self, site: Site, id: str) -> Work[store.QueuedAnswer]:
        """A job that is known to be there."""
        job = yield from store.job_by_id(site.key, id)
        assert job is not None
        return job

    async def _job(self, site: Site, id: str) -> store.QueuedAnswer:
        return await self._db.read(lambda: self._same(site, id))

    async def ask_privately(
        self, site: Site, find: Callable[[], Work[Visitor]], address: str, question: Question
    ) -> Asked:
        """Ask in the ask box, all in one transaction; `find` finds who asks. The same key again gives the same answer.

        Raises Unauthorized, Forbidden or LimitReached.
        """
        if self.off or site.ai == "off":
            raise Forbidden("ai_off")
        now = self._clock.now()
        hashed = self._hashed(site, address, now)
        html = render(question.text)

        def work() -> Work[Asked]:
            visitor = yield from find()
            yield from self._rule(site, visitor, question.page)
            job, new = yield from self._ask_privately(site, visitor, hashed, question, html, now)
            left = yield from self.left(site, visitor, hashed, question.page, now)
            return Asked(job, visitor, left, (yield from self.writer.claim()) if new else ())

        try:
            asked = await self._db.write(work)
        except IntegrityConflict:  # the same key twice at the same moment, on PostgreSQL
            asked = await self._db.write(work)
        self.writer.begin(asked.jobs)
        return asked

    def _ask_privately(
        self, site: Site, visitor: Visitor, hashed: str, question: Question, html: str, now: int
    ) -> Work[tuple[store.QueuedAnswer, bool]]:
        before = yield from store.job_by_key(site.key, visitor.id, question.key)
        if before is not None:
            again = before.state in ("failed", "withheld")
            if again:
                yield from self._hold_again(site, visitor, hashed, before.id, before.page, now)
                before = yield from self._same(site, before.id)
            return before, again
        answer_id, question_id = self._ids.new(), self._ids.new()
        refused = yield from quota.reserve(answer_id, site, visitor, hashed, question.page, now)
        if refused is not None:
            raise refusal(refused, now)
        yield from store.add_question(
            question_id, site.key, question.page, visitor.id, question.text, html, question.key, now
        )
        yield from store.add_answer(
            self._row(answer_id, "chat", site, question.page, question.url, question.title, question_id, visitor,
                      hashed, now)
        )  # fmt: skip
        return (yield from self._same(site, answer_id)), True


def refusal(refused: dict[str, Any], now: int) -> Exception:
    """A refusal of the quota as the error that says when it is worth asking again."""
    resets_at = refused.get("resets_at")
    if not resets_at:
        return Forbidden(refused.get("code", "ai_off"))
    seconds = int(datetime.fromisoformat(resets_at).timestamp() - now / 1000) + 1
    return LimitReached(refused["code"], refused["detail"], retry_after=seconds, extra={"resets_at": resets_at})
