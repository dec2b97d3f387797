"""One comment with its answer: what the owner says to it, and what has been said so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...answers.corrections.correcting import NOTE_LIMIT, AnswerCorrections
from ...answers.record_store import record_of
from ...answers.reuse import store as answered
from ...clock import Clock
from ...comments.store import comment_by_id, reply_to, rule_of, set_rule
from ...core.comments import BODY_LIMIT
from ...core.model import RUNNING, Comment
from ...db.database import Database
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...sites.settings import AI_RULES, Site
from ...sites.store import SiteDirectory
from .. import store
from ..auth import Owner, OwnerAuth
from ..views import local_time, render

RULES: Mapping[str, str] = {
    "always": "Every comment",
    "questions": "Questions",
    "mention": "Only where the AI is called by name",
    "drafts": "Questions, once I have approved the answer",
    "off": "Nothing",
}
"""What each of `AI_RULES` means, in the owner's words."""
Change = Callable[[Site, str, dict[str, str]], Awaitable[Comment]]


class CommentPage:
    """The handlers of `/admin/comments/<id>/` and what its forms send."""

    def __init__(
        self, db: Database, clock: Clock, sites: SiteDirectory, gate: OwnerAuth, correcting: AnswerCorrections
    ) -> None:
        self._db = db
        self._clock = clock
        self._sites = sites
        self._gate = gate
        self._correcting = correcting

    async def read(self, request: Request) -> Response:
        """`GET /admin/comments/<id>/`: a comment, or an answer with its question, sources and versions."""
        owner = await self._gate.owner(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        site = await self._site(owner, request)
        id = str(request.path_params["id"])

        def work() -> Work[dict[str, Any]]:
            comment = yield from comment_by_id(site.key, id)
            if comment is None:
                raise NotFound
            question = None
            if comment.answer is not None:
                question = yield from comment_by_id(site.key, comment.answer.question_id)
            reply = yield from reply_to(site.key, id)
            rule = yield from rule_of(site.key, comment.page)
            versions = yield from answered.revisions(site.key, id)
            record = (yield from record_of(site.key, id)) if comment.answer is not None else None
            return {"comment": comment, "question": question, "reply": reply, "rule": rule, "versions": versions,
                    "record": record}  # fmt: skip

        found = await self._db.read(work)
        answer = found["comment"].answer
        page = render(
            "comment.html", base=self._gate.base, owner=owner, **found,
            rules=RULES, site_rule=site.ai, body_limit=BODY_LIMIT, note_limit=NOTE_LIMIT,
            settled=answer is not None and answer.state not in RUNNING,
            at=lambda moment: local_time(moment, site.timezone),
        )  # fmt: skip
        return Response(page, media_type="text/html")

    async def correct(self, request: Request) -> Response:
        """`POST …/correct/`: the owner's words in place of the answer's."""
        return await self._change(
            request,
            lambda site, id, fields: self._correcting.correct(
                site, id, fields.get("body", ""), fields.get("note", ""), keep_sources="keep_sources" in fields
            ),
        )

    async def verify(self, request: Request) -> Response:
        """`POST …/verify/`: the owner vouches for the answer as it stands."""
        return await self._change(request, lambda site, id, fields: self._correcting.verify(site, id))

    async def withdraw(self, request: Request) -> Response:
        """`POST …/withdraw/`: the answer's words go."""
        return await self._change(
            request, lambda site, id, fields: self._correcting.withdraw(site, id, fields.get("note", ""))
        )

    async def pin(self, request: Request) -> Response:
        """`POST …/pin/`: `pinned` is `1` or `0`."""
        return await self._change(
            request, lambda site, id, fields: self._correcting.pin(site, id, pinned=fields.get("pinned") == "1")
        )

    async def answer(self, request: Request) -> Response:
        """`POST …/reply/`: the owner answers in person."""
        return await self._change(
            request, lambda site, id, fields: self._correcting.answer(site, id, fields.get("body", ""))
        )

    async def rule(self, request: Request) -> Response:
        """`POST …/rule/`: `ai` is what is answered on the comment's page, `default` as on the whole site."""

        async def change(site: Site, id: str, fields: dict[str, str]) -> Comment:
            rule = fields.get("ai", "")
            if rule not in (*AI_RULES, "default"):
                raise BadRequest("validation_failed", "There is no such rule.")
            now = self._clock.now()

            def work() -> Work[Comment]:
                comment = yield from comment_by_id(site.key, id)
                if comment is None:
                    raise NotFound
                yield from set_rule(site.key, comment.page, None if rule == "default" else rule, now)
                return comment

            return await self._db.write(work)

        return await self._change(request, change)

    async def _change(self, request: Request, change: Change) -> Response:
        fields = await self._gate.form(request)
        owner = await self._gate.owner(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        self._gate.check_token(owner, fields)
        site = await self._site(owner, request)
        comment = await change(site, str(request.path_params["id"]), fields)
        return RedirectResponse(f"{self._gate.base}/admin/comments/{comment.id}/", 303)

    async def _site(self, owner: Owner, request: Request) -> Site:
        key = await self._db.read(lambda: store.site_of(owner.sites, str(request.path_params["id"])))
        if key is None:
            raise NotFound
        return await self._sites.get(key)
