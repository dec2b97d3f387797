"""Accepts questions: with a comment, under a comment, or in the ask box."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..comments import store as threads
from ..comments.events import CommentEvent
from ..comments.posting import place_below
from ..comments.updates import ThreadUpdates
from ..core import comments as rules
from ..core.markdown import render
from ..core.model import RUNNING, Comment, Visitor, answerer
from ..core.times import day_of
from ..db.space import FULL_BYTES
from ..db.work import IntegrityConflict, Work, after
from ..errors import CODES, Conflict, Forbidden, LimitReached, NotFound, Unavailable
from ..net.addresses import address_key
from ..runtime import Runtime
from ..sites.settings import Site
from . import chat_store, quota, store
from .queue import AnswerQueue

AI_OFF = {"code": "ai_off", "detail": "Answers are switched off here.", "resets_at": None}
"""Why there is no answer where nobody answers."""
DISK_FULL = {"code": "insufficient_storage", "detail": CODES["insufficient_storage"], "resets_at": None}
"""Why there is no answer where the disk's last bytes are for comments."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, where, and whether explicitly."""

    site: Site
    visitor: Visitor
    address_key: str
    page: str
    url: str
    question_id: str
    now: int
    hint: str = ""
    on_request: bool = True
    """Whether somebody wants this answer, not only the site's rule."""
    draft: bool = False
    """Whether the owner reads it before anybody else does."""
    via: str = ""
    """By which way a program asks."""


@dataclass(frozen=True, slots=True)
class Queued:
    """The result of a question: its queued reply, a refusal, or neither; and the answers to start."""

    reply: Comment | None = None
    refused: dict[str, Any] | None = None
    jobs: Sequence[store.QueuedAnswer] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A private question as submitted to the ask box."""

    page: str
    url: str
    hint: str
    text: str
    key: str
    via: str = ""
    """By which way a program asks: `mcp`, `nlweb`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An accepted private question: its answer, the asker, and the remaining quota."""

    job: store.QueuedAnswer
    visitor: Visitor
    quota: dict[str, Any]
    jobs: Sequence[store.QueuedAnswer] = ()
    """What is to be begun with, this one included when it is new."""


class QuestionIntake:
    """Accepts questions: listens to comments, and takes requests under comments and in the ask box."""

    def __init__(self, runtime: Runtime, queue: AnswerQueue, updates: ThreadUpdates, model: str) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._secret = runtime.secret
        self._provider = runtime.settings.provider_in_use
        self._free_bytes = runtime.free_bytes
        self._queue = queue
        self._updates = updates
        self._model = model

    @property
    def off(self) -> bool:
        """Whether answers are off on this server."""
        return self._provider == "off"

    def hear(self, event: CommentEvent) -> Work[Mapping[str, Any]]:
        """Within a comment's transaction: queues a reply or gives the refusal, with the remaining quota."""
        if event.kind == "edited":
            return {}
        queued = yield from self._asked_with(event)
        if event.kind != "repeated":
            yield from self._begin(queued)
        if event.kind == "approved" or event.visitor is None:
            return {}
        left = yield from self.left(event.site, event.visitor, event.address_key, event.comment.page, event.now)
        answer = None if queued.reply is None else queued.reply.public()
        return {"answer": answer, "quota": left, "refused": queued.refused}

    def _asked_with(self, event: CommentEvent) -> Work[Queued]:
        site, comment = event.site, event.comment
        if event.kind != "posted":
            reply = yield from threads.reply_to(site.key, comment.id)
            if event.kind == "repeated":
                return Queued(reply)
            if reply is not None:
                return Queued()
        rule = rules.answer_rule(site.ai, event.thread.rule)
        wanted = rules.wants_answer(rule, event.ask, comment.body)
        if rule == "off" and event.ask and event.kind == "posted":
            return Queued(None, AI_OFF)
        if event.visitor is None or comment.state != "published" or wanted == "no":
            return Queued()
        asking = Asking(
            site, event.visitor, event.address_key, comment.page, event.thread.url, comment.id, event.now,
            hint=event.thread.hint, on_request=wanted == "on_request", draft=rule == "drafts",
        )  # fmt: skip
        return (yield from self._queue_reply(asking, comment))

    def _queue_reply(self, asking: Asking, question: Comment) -> Work[Queued]:
        if self.off:
            return Queued(None, AI_OFF)
        site = asking.site
        if not asking.on_request and (yield from self._better_silent(site, question)):
            return Queued()
        id = self._ids.new()
        refused = yield from self._reserve(id, site, asking.visitor, asking.address_key, question.page, asking.now)
        row = self._row(id, "thread", asking)
        if refused is not None:
            if refused["code"] == "budget_exhausted":
                yield from store.add_refused(row)
            return Queued(None, refused)
        parent_id, root_id, depth = place_below(question)
        reply = Comment(
            id=id, site=site.key, page=question.page, parent_id=parent_id, root_id=root_id, depth=depth,
            author_id=None, author_name=answerer(self._provider), author_kind="ai", avatar_url=None, body="", html="",
            state="pending" if asking.draft else "published", created_at=asking.now + 1,
        )  # fmt: skip
        yield from threads.add_comment(reply, key=None, address_key=None)
        yield from store.add_answer(row)
        queued = yield from threads.comment_by_id(site.key, id)
        return Queued(queued, None, (yield from self._queue.claim()))

    def _reserve(
        self, id: str, site: Site, visitor: Visitor, hashed: str, page: str, now: int
    ) -> Work[dict[str, Any] | None]:
        """Reserves an answer in the daily limits; returns the refusal, or None."""
        free = self._free_bytes()
        if free is not None and free < FULL_BYTES:
            return DISK_FULL
        return (yield from quota.reserve(id, site, visitor, hashed, page, now))

    def _begin(self, queued: Queued) -> Work[None]:
        """Announces the answer on the page, and starts it after the commit."""
        if queued.reply is not None:
            yield from tell_queued(self._updates, queued.reply)
            yield after(lambda: self._queue.begin(queued.jobs))

    def _better_silent(self, site: Site, question: Comment) -> Work[bool]:
        """Whether an unrequested answer would interrupt people or prolong the thread."""
        if question.parent_id is not None:
            above = yield from threads.comment_by_id(site.key, question.parent_id)
            if above is not None and above.answer is None and above.author_id != question.author_id:
                return True
        return (
            site.max_answers_per_thread is not None
            and (yield from store.rounds(site.key, question.root_id)) >= site.max_answers_per_thread
        )

    def _row(self, id: str, kind: str, asking: Asking) -> dict[str, Any]:
        return {
            "id": id, "kind": kind, "site": asking.site.key, "page": asking.page, "url": asking.url,
            "hint": asking.hint, "question_id": asking.question_id, "visitor_id": asking.visitor.id,
            "address_key": asking.address_key, "on_request": int(asking.on_request), "draft": int(asking.draft),
            "via": asking.via, "provider": self._provider, "model": asking.site.model or self._model, "now": asking.now,
        }  # fmt: skip

    def _hashed(self, site: Site, address: str, now: int) -> str:
        return address_key(address, day_of(now, site.timezone), self._secret)

    async def quota(self, site: Site, visitor: Visitor | None, address: str, page: str) -> dict[str, Any]:
        """The remaining quota on a page: `{limit, used, left, resets_at}`."""
        now = self._clock.now()
        return await self._db.read(lambda: self.left(site, visitor, self._hashed(site, address, now), page, now))

    def left(self, site: Site, visitor: Visitor | None, address_key: str, page: str, now: int) -> Work[dict[str, Any]]:
        """The remaining quota, within the caller's transaction."""
        return quota.view(site, visitor, address_key, page, now)

    async def ask_under(self, site: Site, visitor: Visitor, address: str, id: str) -> Comment:
        """Requests an answer, or another try, under a comment (or its AI reply); returns the reply, queued or running.
        Raises NotFound, Conflict (`already_answered`, `thread_locked`), Forbidden (`ai_off`, `not_yours`), LimitReached
        or Unavailable (`insufficient_storage`)."""
        if self.off or site.ai == "off":
            raise Forbidden("ai_off")
        now = self._clock.now()
        hashed = self._hashed(site, address, now)

        def work() -> Work[Comment]:
            reply, queued = yield from self._ask_under(site, visitor, hashed, id, now)
            if queued is not None:
                yield from self._begin(queued)
            return reply

        return await self._db.write(work)

    def _ask_under(
        self, site: Site, visitor: Visitor, hashed: str, id: str, now: int
    ) -> Work[tuple[Comment, Queued | None]]:
        """The reply, and what to queue if it is new."""
        comment = yield from threads.comment_by_id(site.key, id)
        if comment is not None and comment.answer is not None:
            if comment.state != "published":
                raise NotFound
            comment = yield from threads.comment_by_id(site.key, comment.answer.question_id)
        if comment is None or comment.state != "published":
            raise NotFound
        rule = yield from self._rule(site, visitor, comment.page)
        reply = yield from threads.reply_to(site.key, comment.id)
        if (reply is None or reply.answer is None or reply.answer.state not in RUNNING) and (
            yield from threads.is_locked(site.key, comment.page)
        ):
            raise Conflict("thread_locked")
        if reply is None:
            yield from self._pace(site, visitor, hashed, now)
            url = yield from threads.url_of(site.key, comment.page)
            asking = Asking(site, visitor, hashed, comment.page, url, comment.id, now, draft=rule == "drafts")
            queued = yield from self._queue_reply(asking, comment)
            if queued.reply is None:
                raise refusal(queued.refused or {}, now)
            return queued.reply, queued
        assert reply.answer is not None
        if reply.answer.state in RUNNING:
            return reply, None
        if reply.answer.state == "done" or reply.state == "hidden":
            raise Conflict("already_answered")
        yield from self._pace(site, visitor, hashed, now)
        yield from self._hold_again(site, visitor, hashed, reply.id, reply.page, now, draft=rule == "drafts")
        yield from store.open_reply(reply.id, pending=rule == "drafts")
        again = yield from threads.comment_by_id(site.key, reply.id)
        assert again is not None
        return again, Queued(again, None, (yield from self._queue.claim()))

    def _rule(self, site: Site, visitor: Visitor, page: str) -> Work[str]:
        """The page's rule for explicit requests. Raises Forbidden if nobody, or not this visitor, may ask."""
        if visitor.kind == "guest" and not site.guests:
            raise Forbidden("sign_in_required")
        rule = rules.answer_rule(site.ai, (yield from threads.rule_of(site.key, page)))
        if rule == "off":
            raise Forbidden("ai_off")
        return rule

    def _hold_again(
        self, site: Site, visitor: Visitor, hashed: str, id: str, page: str, now: int, *, draft: bool = False
    ) -> Work[None]:
        held = yield from quota.is_held(id)
        if not held:
            refused = yield from self._reserve(id, site, visitor, hashed, page, now)
            if refused is not None:
                raise refusal(refused, now)
        if not (yield from store.requeue(id, visitor.id, hashed, now, draft=draft, held=held)):
            raise Conflict("already_answered")

    def _pace(self, site: Site, visitor: Visitor, hashed: str, now: int) -> Work[None]:
        if not (yield from quota.may_ask(site, visitor, hashed, now)):
            raise LimitReached("rate_limited", retry_after=60)

    async def ask_privately(
        self, site: Site, find: Callable[[], Work[Visitor]], address: str, question: Question
    ) -> Asked:
        """Asks in the ask box, in one transaction; `find` finds the asker. Repeating a key returns the same answer.
        Raises Unauthorized, Forbidden, LimitReached or Unavailable (`insufficient_storage`)."""
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
            return Asked(job, visitor, left, (yield from self._queue.claim()) if new else ())

        try:
            asked = await self._db.write(work)
        except IntegrityConflict:  # the same key twice at once, on PostgreSQL
            asked = await self._db.write(work)
        self._queue.begin(asked.jobs)
        return asked

    def _ask_privately(
        self, site: Site, visitor: Visitor, hashed: str, question: Question, html: str, now: int
    ) -> Work[tuple[store.QueuedAnswer, bool]]:
        before = yield from chat_store.job_by_key(site.key, visitor.id, question.key)
        if before is not None:
            again = before.state in ("failed", "withheld")
            if again:
                yield from self._pace(site, visitor, hashed, now)
                yield from self._hold_again(site, visitor, hashed, before.id, before.page, now)
                before = yield from store.job_known(site.key, before.id)
            return before, again
        yield from self._pace(site, visitor, hashed, now)
        answer_id, question_id = self._ids.new(), self._ids.new()
        refused = yield from self._reserve(answer_id, site, visitor, hashed, question.page, now)
        if refused is not None:
            raise refusal(refused, now)
        yield from chat_store.add_question(
            question_id, site.key, question.page, visitor.id, question.text, html, question.key, now
        )
        url = yield from threads.owners_url(site.key, question.page)
        read_at = (url, "") if url else (question.url, question.hint)
        asking = Asking(
            site, visitor, hashed, question.page, read_at[0], question_id, now, read_at[1], via=question.via
        )
        yield from store.add_answer(self._row(answer_id, "chat", asking))
        return (yield from store.job_known(site.key, answer_id)), True


def tell_queued(updates: ThreadUpdates, reply: Comment) -> Work[None]:
    """Announces a queued answer on the page, unless it is a draft."""
    assert reply.answer is not None
    if reply.state == "published":
        data = {"id": reply.id, "question_id": reply.answer.question_id, "comment": reply.public()}
        yield from updates.publish(reply.site, reply.page, "answer.queued", data)
    else:
        yield from updates.forget(reply.site, [reply.page])


def refusal(refused: dict[str, Any], now: int) -> Exception:
    """A quota refusal as an error that states when to ask again."""
    if refused is DISK_FULL:
        return Unavailable("insufficient_storage", retry_after=3600)
    resets_at = refused.get("resets_at")
    if not resets_at:
        return Forbidden(refused.get("code", "ai_off"))
    seconds = int(datetime.fromisoformat(resets_at).timestamp() - now / 1000) + 1
    return LimitReached(refused["code"], refused["detail"], retry_after=seconds, extra={"resets_at": resets_at})
