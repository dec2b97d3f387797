"""One-time codes for the hand-over: bound to the exact return page, valid once within a minute.

The code alone is worth nothing: exchanging it requires the verifier, which never leaves the page (as in PKCE, RFC
7636), and the same origin. The page makes the exchange itself, so that the session cookie lands in its partition.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from ....clock import Clock
from ....core.model import Visitor
from ....db.database import Database
from ....db.work import Work
from ....errors import BadRequest
from ....ids import Ids
from ....net.http import json_response
from ....sites.edge import Call
from ...credentials_store import hold
from ...sessions import (
    LIFETIME_SECONDS,
    NewSession,
    Sessions,
    cookie_name,
    hash_secret,
    set_cookie,
)
from ..guest_merging import Merging
from . import store
from .store import PendingSignIn

OpenOwn = Callable[[Visitor], Awaitable[str]]
"""Opens the account page for a visitor; returns the Set-Cookie header."""


class CodeExchange:
    """Issues and exchanges codes."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, sessions: Sessions, merging: Merging) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._sessions = sessions
        self._merging = merging

    async def code_for(self, begun: PendingSignIn, visitor: Visitor) -> str:
        """A code for this visitor. Raises as `hold` does."""
        code, now = self._ids.secret(), self._clock.now()

        def work() -> Work[None]:
            yield from hold(visitor)
            yield from store.add_code(hash_secret(code), begun.id, visitor.id, now)

        await self._db.write(work)
        return code

    async def exchange(self, call: Call) -> Response:
        """`POST /api/session/exchange/` `{site, code, verifier}`: a new session for the code's visitor. A wrong
        verifier, origin or site uses the code up as well: its sender has seen a code that was not theirs."""
        code = call.text("code", 128, required=True)
        verifier = call.text("verifier", 128, required=True)
        current = await self._sessions.before(call)
        guest = current.visitor if current is not None and current.visitor.kind == "guest" else None
        hash, now, rise = hash_secret(code), self._clock.now(), self._sessions.rising(call, current)

        def work() -> Work[NewSession | None]:
            used = yield from store.use_code(hash, now)
            if used is None or not _fits(used[0], call, verifier):
                return None
            if guest is not None:
                yield from self._merging.merge(guest, used[1], now)
            # In the same write, so that nothing is added for a guest who has been merged.
            return (yield from rise(used[1]))

        new = await self._db.write(work)
        if new is None:
            raise BadRequest("code_invalid")
        cookie = set_cookie(cookie_name(call.site.key), new.secret, LIFETIME_SECONDS)
        return json_response({"visitor": new.visitor.public(), "ticket": new.ticket}, 201, {"Set-Cookie": cookie})


def challenge_of(verifier: str) -> str:
    """The challenge of a verifier: base64url of its SHA-256, without padding (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _fits(begun: PendingSignIn, call: Call, verifier: str) -> bool:
    return (
        begun.site == call.site.key
        and begun.origin == call.origin
        and hmac.compare_digest(challenge_of(verifier), begun.challenge)
    )
