"""Earlier answers and the history of an answer, over HTTP."""

from __future__ import annotations

from starlette.responses import Response

from ...comments import store as threads
from ...core import comments as rules
from ...db.database import Database
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...net.http import json_response
from ...sites.edge import Call
from . import store
from .lookup import already_answered
from .store import Revision


class AnsweredBefore:
    """Handlers of `/api/answered/` and `/api/comments/{id}/history/`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def look(self, call: Call) -> Response:
        """`GET /api/answered/?site=&q=`: `{answered: {…} | null}`; spends nothing."""
        question = rules.clean_text(call.query.get("q", ""))
        if not question or len(question) > rules.BODY_LIMIT:
            raise BadRequest("validation_failed", f"q: must have 1 to {rules.BODY_LIMIT} characters.")
        found = await self._db.read(lambda: already_answered(call.site.key, question))
        return json_response({"answered": None if found is None else found.public()})

    async def history(self, call: Call) -> Response:
        """`GET /api/comments/{id}/history/`: `{history: […]}`, oldest first; empty if the owner changed nothing."""
        id = str(call.request.path_params["id"])

        def work() -> Work[tuple[list[Revision], bool]]:
            comment = yield from threads.comment_by_id(call.site.key, id)
            if comment is None or comment.state != "published":
                raise NotFound
            withdrawn = comment.answer is not None and comment.answer.state == "withheld"
            return (yield from store.revisions(call.site.key, id)), withdrawn

        found, withdrawn = await self._db.read(work)
        gone = [number for number, revision in enumerate(found) if revision.action == "withdrawn"]
        readable = len(found) if withdrawn else max(gone, default=-1) + 1
        return json_response(
            {"history": [revision.public(with_words=number >= readable) for number, revision in enumerate(found)]}
        )
