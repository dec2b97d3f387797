"""The HTTP API of visitors' subscriptions: an address is only ever shown masked, and only to the visitor who gave
it."""

from __future__ import annotations

from typing import cast

from starlette.responses import Response

from ..accounts.sessions import Sessions
from ..core import comments as rules
from ..core.emails import EMAIL_LIMIT
from ..core.subscriptions import CHANNELS, KINDS, Channel, SubscriptionKind, masked
from ..core.times import iso
from ..db.work import Work
from ..errors import BadRequest, NotFound
from ..net.addresses import address_key
from ..net.http import json_response
from ..runtime import Runtime
from ..sites.edge import Call
from . import subscriptions_store as store
from .subscribing import Subscribing, Wish
from .subscriptions_store import Subscription

LANG_LIMIT = 35


class SubscriptionHandlers:
    """The handlers of `/api/subscriptions/…`."""

    def __init__(self, runtime: Runtime, sessions: Sessions, subscribing: Subscribing) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._secret = runtime.secret
        self._sessions = sessions
        self._subscribing = subscribing

    async def read(self, call: Call) -> Response:
        """`GET /api/subscriptions/`: the visitor's subscriptions and known address."""
        session, now = await self._sessions.current(call), self._clock.now()
        found: list[Subscription] = []
        address = ""
        if session is not None:
            site, visitor = call.site.key, session.visitor.id

            def work() -> Work[tuple[list[Subscription], str]]:
                known = (yield from store.own_address(site, visitor)) or (yield from store.known(site, visitor))
                return (yield from store.of_visitor(site, visitor, now)), known

            found, address = await self._db.read(work)
        return json_response(
            {
                "email": self._subscribing.mails,
                "address": masked(address) if address else None,
                "subscriptions": [self._public(each) for each in found],
            }
        )

    async def subscribe(self, call: Call) -> Response:
        """`POST /api/subscriptions/`: 201 if active at once, 202 if the address still has to confirm."""
        wish = Wish(
            kind=cast("SubscriptionKind", _one_of("topic", call.text("topic", required=True), KINDS)),
            channel=cast("Channel", _one_of("channel", call.text("channel", default="email"), CHANNELS)),
            page=call.page() if call.body.get("page") is not None else "",
            email=call.text("email", EMAIL_LIMIT),
            lang=call.text("lang", LANG_LIMIT),
            caller=address_key(call.address, "subscribe", self._secret),
        )
        if wish.kind == "thread" and (not wish.page or wish.channel == "feed"):
            raise BadRequest("validation_failed", "page: must name the thread to follow by email.")
        made = await self._subscribing.subscribe(call.site, self._sessions.find_visitor(call), wish)
        return json_response({"subscription": self._public(made)}, 202 if made.confirmed_at is None else 201)

    async def end(self, call: Call) -> Response:
        """`DELETE /api/subscriptions/{id}/`. Raises NotFound."""
        session = await self._sessions.require(call)
        site, visitor = call.site.key, session.visitor.id
        id = str(call.request.path_params["id"])[: rules.ID_LIMIT]
        if not await self._db.write(lambda: store.remove(site, visitor, id)):
            raise NotFound
        return Response(status_code=204, headers={"Cache-Control": "no-store", "Vary": "Origin"})

    def _public(self, made: Subscription) -> dict[str, str | None]:
        feed = made.channel == "feed"
        return {
            "id": made.id, "topic": made.kind, "page": made.page or None, "channel": made.channel,
            "address": None if feed else masked(made.address),
            "url": self._subscribing.feed_url(made.subscriber_id) if feed else None,
            "state": "pending" if made.confirmed_at is None else "active", "created_at": iso(made.created_at),
        }  # fmt: skip


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadRequest("validation_failed", f"{name}: must be one of {', '.join(known)}.")
    return value
