"""The event stream of a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from starlette.responses import Response, StreamingResponse

from ..core.events import PING, RETRY
from ..errors import LimitReached
from ..net.addresses import address_key, shares
from ..sites.edge import Call
from .bus import Bus, page_channel

HEARTBEAT_SECONDS = 15.0
STREAMS_OF_ADDRESS = 1_000
"""A whole office may read at once; one machine must not take all connections that a process holds."""
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Vary": "Origin",
}


async def stream(
    bus: Bus, channel: str, after: str | None, opening: Callable[[], bytes], seat: AbstractContextManager[None]
) -> AsyncIterator[bytes]:
    """A channel's events as bytes: what came since `after`, the state of things that `opening` tells, what comes.

    `seat` is held as long as somebody reads.
    """
    with seat:
        async with bus.subscribe(channel, after) as reader:
            missed = reader.take_now() or b""  # anything later follows the opening event
            yield RETRY + PING + missed + opening()
            while (data := await reader.take(HEARTBEAT_SECONDS)) is not None:
                yield data or PING


@contextmanager
def _seat(taken: Counter[str], who: Sequence[str]) -> Iterator[None]:
    taken.update(who)
    try:
        yield
    finally:
        taken.subtract(who)
        for each in who:
            if not taken[each]:
                del taken[each]


def page_events(bus: Bus, running: Callable[[str, str], bytes], secret: str) -> Callable[[Call], Any]:
    """The handler of `GET /api/events/`; `running(site, page)` gives the text so far of answers being written."""
    taken: Counter[str] = Counter()

    async def handler(call: Call) -> Response:
        page, who = call.page(), dict(shares(address_key(call.address, "streams", secret), STREAMS_OF_ADDRESS))
        if any(taken[each] >= most for each, most in who.items()):
            raise LimitReached("too_many_requests", retry_after=60)
        after = call.request.headers.get("last-event-id") or call.query.get("after")
        site = call.site.key
        body = stream(bus, page_channel(site, page), after, lambda: running(site, page), _seat(taken, [*who]))
        return StreamingResponse(body, headers=HEADERS)

    return handler
