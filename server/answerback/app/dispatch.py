"""A short path for the busiest calls; Starlette's router and middleware cost a tenth of a comment's time."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from ..comments.snapshot import ThreadReads
from ..errors import BadRequest
from ..live.bus import Bus
from ..logs import Fault, bind
from ..metrics import Metrics
from ..net.http import problem
from .request_ids import HEADER, RequestIds

log = logging.getLogger(__name__)

THREADS = ("/api/comments/", "/api/comments")
NO_TEXT = BadRequest("validation_failed", "The URL contains characters that are not text.")
"""Checked before the path is looked up: PostgreSQL rejects such text."""
TWO_HOSTS = BadRequest("validation_failed", "A request has one Host header.")
SLOW_SECONDS = 2.0


class App:
    """The application: tries the fast read first, then calls by their full path; Starlette handles everything else."""

    def __init__(
        self, routes: Starlette, calls: Sequence[Route], reads: ThreadReads, bus: Bus, metrics: Metrics,
        ids: RequestIds,
    ) -> None:  # fmt: skip
        self.routes = routes
        self.bus = bus
        self._calls = {call.path: call.endpoint for call in calls if not call.param_convertors}
        self._reads = reads
        self._metrics = metrics
        self._ids = ids
        self._slow = Fault(log, "slow request", level=logging.WARNING)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI: answers one request, and counts and times it."""
        if scope["type"] != "http":
            await self.routes(scope, receive, send)
            return
        begun, id, path = time.perf_counter(), self._ids.of(scope), scope["path"]
        header = (HEADER, id)
        if path in THREADS and scope["method"] == "GET":
            status = await self._reads.serve(scope, send, header)
            if status:
                self._served(THREADS[-1], status, time.perf_counter() - begun)
                return

        if [name for name, _ in scope["headers"]].count(b"host") > 1:
            # A proxy may have checked the other one (RFC 9112, 3.2).
            await problem(TWO_HOSTS)(scope, receive, send)
            return

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], header]}
                self._served(self._route(scope), message["status"], time.perf_counter() - begun)
            await send(message)

        bind(request=str(id, "ascii"), kind="request")
        call = self._calls.get(path)
        if "\x00" in path or b"%00" in scope["query_string"]:
            await problem(NO_TEXT)(scope, receive, sending)
        elif call is None:
            await self.routes(scope, receive, sending)
        else:
            response = await call(Request(scope, receive, sending))
            await response(scope, receive, sending)

    def _route(self, scope: Any) -> str:
        """The route template of a request's path; all unknown paths count as one route."""
        path: str = scope["path"]
        if path not in self._calls:
            path = scope["route"].path if "route" in scope else "none"
        return path.rstrip("/") or "/"

    def _served(self, route: str, status: int, seconds: float) -> None:
        self._metrics.served(route, status, seconds)
        if seconds > SLOW_SECONDS:
            self._slow.failed(route, status=status, seconds=seconds)
