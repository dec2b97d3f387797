"""The session endpoint: who the visitor is, and their quota."""

from __future__ import annotations

from starlette.responses import Response

from ..accounts.sessions import Sessions
from ..comments import store as threads
from ..comments.posting import shown_to_author
from ..comments.snapshot import page_settings
from ..core.model import Comment
from ..net.http import json_response
from ..runtime import Runtime
from ..sites.edge import Call
from .intake import QuestionIntake
from .providers.names import provider_name


class VisitorSession:
    """The handler of `GET /api/session/`."""

    def __init__(self, runtime: Runtime, sessions: Sessions, intake: QuestionIntake) -> None:
        self._db = runtime.db
        self._provider = runtime.settings.provider_in_use
        self._provider_name = provider_name(runtime.settings)
        self._sessions = sessions
        self._intake = intake

    async def read(self, call: Call) -> Response:
        """`GET /api/session/`: the visitor, their remaining quota, and what is theirs on the page."""
        current = await self._sessions.current(call)
        visitor = current.visitor if current else None
        votes: dict[str, int] = {}
        pending: list[Comment] = []
        page = call.page() if call.query.get("page") else ""
        rule = await self._db.read(lambda: threads.rule_of(call.site.key, page)) if page else None
        if visitor is not None and page:
            votes, pending = await self._db.read(lambda: threads.mine(call.site.key, page, visitor))
            pending = [shown_to_author(visitor, comment) for comment in pending]
        return json_response(
            {
                "visitor": visitor.public() if visitor else None,
                "quota": await self._intake.quota(call.site, visitor, call.address, page),
                "mine": {"votes": votes, "pending": [comment.public() for comment in pending]},
                "settings": page_settings(call.site, rule),
                "provider": self._provider,
                "provider_name": self._provider_name,
            }
        )
