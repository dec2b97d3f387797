"""Answers over HTTP: asking under a comment, stopping, feedback, and the ask box."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from ..accounts.sessions import Sessions
from ..comments import store as threads
from ..comments.updates import ThreadUpdates
from ..core import comments as rules
from ..core.events import RETRY, encode
from ..core.model import RUNNING, Comment, Visitor, promised_retry
from ..core.page_addresses import page_address, page_hint
from ..core.provenance import digital_source_type
from ..core.times import iso
from ..db.work import Work
from ..errors import BadRequest, NotFound, Unavailable
from ..live.pushing import HEADERS
from ..net.http import json_response
from ..runtime import Runtime
from ..sites.edge import Call
from . import chat_store, store
from .following import AnswerFollower
from .intake import Asked, Question, QuestionIntake
from .stopping import AnswerStops
from .streaming import AnswerStreams

HISTORY = 50


class AnswerHandlers:
    """Handlers of `/api/comments/{id}/answer/`, `/api/answers/{id}/feedback/` and `/api/chat/gpt/`."""

    def __init__(
        self, runtime: Runtime, sessions: Sessions, intake: QuestionIntake, stops: AnswerStops, streams: AnswerStreams,
        updates: ThreadUpdates,
    ) -> None:  # fmt: skip
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sessions = sessions
        self._intake = intake
        self._stops = stops
        self._follower = AnswerFollower(runtime, streams)
        self._updates = updates

    async def ask(self, call: Call) -> Response:
        """`POST /api/comments/{id}/answer/`."""
        session = await self._sessions.require_writer(call)
        reply = await self._intake.ask_under(call.site, session.visitor, call.address, _id(call))
        return json_response(
            {"answer": reply.public(), "quota": await self._quota(call, session.visitor, reply.page)}, 202
        )

    async def stop(self, call: Call) -> Response:
        """`DELETE /api/comments/{id}/answer/`."""
        session = await self._sessions.require(call)
        job = await self._stops.stop(call.site, session.visitor, _id(call), "thread")

        def work() -> Work[Comment]:
            reply = yield from threads.comment_by_id(call.site.key, job.id)
            if reply is None:
                raise NotFound
            yield from self._updates.changed(reply)
            return reply

        comment = await self._db.write(work)
        return json_response({"answer": comment.public(), "quota": await self._quota(call, session.visitor, job.page)})

    async def feedback(self, call: Call) -> Response:
        """`PUT /api/answers/{id}/feedback/`."""
        session = await self._sessions.require_writer(call)
        helpful = call.body.get("helpful")
        if not isinstance(helpful, bool):
            raise BadRequest("validation_failed", "helpful: must be true or false.")
        reason = rules.clean_text(call.text("reason", rules.REASON_LIMIT))
        site, id, now = call.site.key, _id(call), self._clock.now()

        def work() -> Work[None]:
            job = yield from store.job_by_id(site, id)
            if job is None or job.state in RUNNING or (job.kind == "chat" and job.visitor_id != session.visitor.id):
                raise NotFound
            reply = None if job.kind == "chat" else (yield from threads.comment_by_id(site, id))
            if job.kind != "chat" and (reply is None or reply.state != "published"):
                raise NotFound
            yield from store.add_feedback(id, session.visitor.id, helpful, reason, now)

        await self._db.write(work)
        return Response(status_code=204, headers={"Cache-Control": "no-store", "Vary": "Origin"})

    async def history(self, call: Call) -> Response:
        """`GET /api/chat/gpt/`."""
        session = await self._sessions.current(call)
        visitor = session.visitor if session else None
        entries: list[dict[str, Any]] = []
        page = call.page()
        if visitor is not None:
            pairs = await self._db.read(lambda: chat_store.conversation(call.site.key, page, visitor.id, HISTORY))
            for row, job in pairs:
                entries += _entries(row, job)
        quota = await self._quota(call, visitor, page)
        return json_response(
            {"conversations": entries, "count": quota["used"], "limit": quota["limit"], "left": quota["left"],
             "resets_at": quota["resets_at"]}
        )  # fmt: skip

    async def chat(self, call: Call) -> Response:
        """`POST /api/chat/gpt/`: the finished answer as JSON, or its events as a stream."""
        text = rules.clean_text(call.text("user_input", rules.QUESTION_LIMIT, required=True))
        key = call.text("key", rules.KEY_LIMIT) or self._ids.new()
        if not text:
            raise BadRequest("validation_failed", "user_input: must not be empty.")
        page, sent, own = call.page(), call.text("url"), call.site.pages.rules
        url, hint = page_address(page, sent, own), page_hint(page, sent, own)
        asked = await self._intake.ask_privately(
            call.site, self._sessions.find_visitor(call), call.address, Question(page, url, hint, text, key)
        )
        if "text/event-stream" in call.request.headers.get("accept", ""):
            return StreamingResponse(self._events(call, asked), headers=HEADERS)
        async for _ in self._follower.follow(asked.job):
            pass
        settled = await self._settled(call, asked.visitor, asked.job.id)
        if settled["state"] in ("failed", "withheld"):
            raise Unavailable("answer_failed", settled["response"] or None)
        return json_response(settled)

    async def stop_chat(self, call: Call) -> Response:
        """`DELETE /api/chat/gpt/{id}/answer/`."""
        session = await self._sessions.require(call)
        job = await self._stops.stop(call.site, session.visitor, _id(call), "chat")
        return json_response(await self._settled(call, session.visitor, job.id))

    async def _quota(self, call: Call, visitor: Visitor | None, page: str) -> dict[str, Any]:
        return await self._intake.quota(call.site, visitor, call.address, page)

    async def _events(self, call: Call, asked: Asked) -> AsyncIterator[bytes]:
        data = {"id": asked.job.id, "question_id": asked.job.question_id, **_count(asked.quota)}
        yield RETRY + encode("answer.queued", data)
        async for piece in self._follower.follow(asked.job):
            yield piece
        yield encode("answer.settled", await self._settled(call, asked.visitor, asked.job.id))

    async def _settled(self, call: Call, visitor: Visitor, id: str) -> dict[str, Any]:
        job = await self._db.read(lambda: store.job_by_id(call.site.key, id))
        if job is None:
            raise NotFound
        return {
            "id": job.id,
            "response": job.body,
            "html": job.html,
            "sources": [source.public() for source in job.sources],
            "state": job.state,
            "error": job.error,
            "retry_at": promised_retry(job.error, job.retry_at),
            "supported": job.supported,
            "support_reason": job.support_reason,
            "certainty": job.certainty,
            "model": job.model,
            "provider": job.provider,
            "digital_source_type": _made(job),
            **_count(await self._quota(call, visitor, job.page)),
        }


def _entries(row: dict[str, Any], job: store.QueuedAnswer) -> list[dict[str, Any]]:
    """A question and its answer as two entries of a conversation."""
    asked = {
        "id": job.question_id, "role": "user", "content": row["q_body"], "html": row["q_html"],
        "created_at": iso(row["q_created_at"]), "sources": [], "state": "done", "key": row["q_key"],
    }  # fmt: skip
    answered = {
        "id": job.id, "role": "assistant", "content": job.body, "html": job.html,
        "created_at": iso(job.settled_at or job.queued_at), "sources": [source.public() for source in job.sources],
        "state": job.state, "key": row["q_key"], "model": job.model, "error": job.error,
        "supported": job.supported, "support_reason": job.support_reason, "certainty": job.certainty,
        "provider": job.provider, "digital_source_type": _made(job),
        "retry_at": promised_retry(job.error, job.retry_at),
    }  # fmt: skip
    return [asked, answered]


def _made(job: store.QueuedAnswer) -> str | None:
    return digital_source_type(job.provider, state=job.state, verified=False, revised=False)


def _count(quota: dict[str, Any]) -> dict[str, Any]:
    return {name: quota[name] for name in ("limit", "left", "resets_at")} | {"count": quota["used"]}


def _id(call: Call) -> str:
    return str(call.request.path_params["id"])
