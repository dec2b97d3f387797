"""The event stream of a page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.responses import Response, StreamingResponse

from ..core.events import HEARTBEAT, RETRY
from ..http import Call
from .bus import Bus, page_channel

HEARTBEAT_SECONDS = 15.0
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Vary": "Origin",
}


async def stream(bus: Bus, channel: str, after: str | None, opening: Callable[[], bytes]) -> AsyncIterator[bytes]:
    """A channel's events as bytes: what came since `after`, the state of things that `opening` tells, what comes."""
    async with bus.subscribe(channel, after) as reader:
        missed = await reader.take(0) or b""
        yield RETRY + missed + opening()
        while (data := await reader.take(HEARTBEAT_SECONDS)) is not None:
            yield data or HEARTBEAT


def page_events(bus: Bus, running: Callable[[str, str], bytes]) -> Callable[[Call], Any]:
    """The handler of `GET /api/events/`; `running(site, page)` gives the text so far of answers being written."""

    async def handler(call: Call) -> Response:
        page = call.page()
        after = call.request.headers.get("last-event-id") or call.query.get("after")
        site = call.site.key
        body = stream(bus, page_channel(site, page), after, lambda: running(site, page))
        return StreamingResponse(body, headers=HEADERS)

    return handler
