"""The event stream of a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from starlette.responses import Response

from ..errors import LimitReached
from ..net.addresses import address_key, shares
from ..sites.edge import Call
from .bus import Bus, page_channel
from .pushing import EventStream

STREAMS_OF_ADDRESS = 1_000
"""Enough for a whole office, without letting one machine take all of a process's connections."""


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
        return EventStream(bus, page_channel(site, page), after, lambda: running(site, page), _seat(taken, [*who]))

    return handler
