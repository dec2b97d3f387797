"""What is called most takes the shortest way: Starlette's router and middleware cost a tenth of a comment's time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from ..comments.snapshot import ThreadReads
from ..errors import BadRequest
from ..live.bus import Bus
from ..metrics import Metrics
from ..net.http import problem

THREADS = "/api/comments"
NO_TEXT = problem(BadRequest("validation_failed", "The URL contains characters that are not text."))
"""Before anybody looks for what it names: PostgreSQL takes no such text."""


class App:
    """The application: the fast read first, then calls by their whole path, everything else through Starlette."""

    def __init__(
        self, routes: Starlette, calls: Sequence[Route], reads: ThreadReads, bus: Bus, metrics: Metrics
    ) -> None:
        self.routes = routes
        self.bus = bus
        self._calls = {call.path: call.endpoint for call in calls if not call.param_convertors}
        self._reads = reads
        self._requests = metrics.requests

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and ("\x00" in scope["path"] or b"%00" in scope["query_string"]):
            await NO_TEXT(scope, receive, send)
            return
        call = self._calls.get(scope["path"]) if scope["type"] == "http" else None
        if call is None:
            await self._route(scope, receive, send)
            return
        path = scope["path"].rstrip("/")
        if path == THREADS and scope["method"] == "GET":
            status = await self._reads.serve(scope, send)
            if status:
                self._requests[path, status] += 1
                return
        response = await call(Request(scope, receive, send))
        self._requests[path, response.status_code] += 1
        await response(scope, receive, send)

    async def _route(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                route = scope["route"].path.rstrip("/") if "route" in scope else "none"
                self._requests[route or "/", message["status"]] += 1
            await send(message)

        await self.routes(scope, receive, sending)
