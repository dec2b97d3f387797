"""Sessions: bound to one site, carried by a partitioned cookie or a bearer token, revocable on the server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from ..clock import Clock
from ..core.bans import ban_of
from ..core.model import Visitor
from ..core.times import CLOCKS_DIFFER_MS
from ..db.database import Database
from ..db.work import Work
from ..errors import BadRequest, Forbidden, Unauthorized
from ..ids import Ids
from ..sites.edge import Call, bearer_token
from . import store
from .credentials_store import hold
from .sign_in.guest_merging import Merging
from .user_agents import browser_of

LIFETIME_SECONDS = 365 * 24 * 3600
TICKET_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Session:
    """An active session and its visitor."""

    id: str
    visitor: Visitor


@dataclass(frozen=True, slots=True)
class NewSession:
    """A new session: its secret goes into the cookie, its ticket into the response."""

    id: str
    visitor: Visitor
    secret: str
    ticket: str


def hash_secret(secret: str) -> str:
    """The stored hash of a secret; SHA-256 suffices for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def cookie_name(site: str) -> str:
    """The session cookie's name on a site; `__Host-` binds it to our host, Secure and the path `/`."""
    return f"__Host-answerback-session-{site}"


def set_cookie(name: str, value: str, seconds: int) -> str:
    """The Set-Cookie header, built by hand since Python before 3.14 does not support `Partitioned`."""
    return f"{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=None; Partitioned"


def writer(visitor: Visitor, now: int) -> Visitor:
    """The visitor, who may write. Raises Forbidden (`visitor_blocked`) if the owner has blocked them."""
    if visitor.is_blocked(now) and not visitor.shadow:
        raise Forbidden("visitor_blocked")
    return visitor


def admitted(call: Call, visitor: Visitor, now: int) -> Visitor:
    """Like `writer`, but also checks address bans; a shadow-banned address shadow-bans the visitor."""
    ban = ban_of(call.site.bans, call.address, now) if call.site.bans else None
    if ban is not None and not ban.shadow:
        raise Forbidden("visitor_blocked")
    if ban is not None and not (visitor.is_blocked(now) and not visitor.shadow):
        visitor = replace(visitor, blocked=True, blocked_until=None, shadow=True)
    return writer(visitor, now)


class _Signer(TimestampSigner):
    """A signer that takes the time from our clock."""

    def __init__(self, *args: Any, clock: Clock, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Seconds since 1970-01-01 UTC."""
        return self._clock.now() // 1000


class Sessions:
    """Creates, finds and ends sessions."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, keys: tuple[str, ...]) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._tickets = URLSafeTimedSerializer(
            list(keys),
            salt="session-ticket",
            signer=_Signer,
            signer_kwargs={"digest_method": hashlib.sha256, "clock": clock},
        )

    def find(self, call: Call) -> Callable[[], Work[Session | None]]:
        """The work that finds the call's active session, within the caller's transaction. A bearer token counts from
        any allowed origin; a cookie only with a checked `Origin`. Raises Unauthorized (`session_invalid`) for an
        invalid bearer token."""
        now = self._clock.now()
        bearer_hash, cookie_hash = _secrets(call)

        def work() -> Work[Session | None]:
            if bearer_hash is None:
                return (yield from _session(call, None, cookie_hash, now))
            found = yield from _session(call, bearer_hash, None, now)
            if found is None:
                raise Unauthorized("session_invalid")
            return found

        return work

    def find_visitor(self, call: Call) -> Callable[[], Work[Visitor]]:
        """Like `find`, but for a visitor about to write. Raises as `require_writer` does."""
        find, now = self.find(call), self._clock.now()

        def work() -> Work[Visitor]:
            session = yield from find()
            if session is None:
                raise Unauthorized("session_required")
            return admitted(call, session.visitor, now)

        return work

    async def current(self, call: Call) -> Session | None:
        """The call's active session, or None; see `find`."""
        return await self._db.read(self.find(call))

    async def require(self, call: Call) -> Session:
        """Like `current`. Raises Unauthorized (`session_required`)."""
        session = await self.current(call)
        if session is None:
            raise Unauthorized("session_required")
        return session

    async def require_writer(self, call: Call) -> Session:
        """Like `require`, for a visitor about to write. Also raises Forbidden (`visitor_blocked`)."""
        session = await self.require(call)
        return replace(session, visitor=admitted(call, session.visitor, self._clock.now()))

    async def before(self, call: Call) -> Session | None:
        """Like `current`, for a caller about to get a new session: ignores an invalid token."""
        try:
            return await self.current(call)
        except Unauthorized:
            return None

    async def begin_guest(self, call: Call) -> NewSession:
        """Creates a guest with a session."""
        visitor = Visitor(self._ids.new(), call.site.key, "guest", "")
        now = self._clock.now()
        values, secret = self._values(call, visitor, now)

        def work() -> Any:
            yield from store.add_visitor(visitor.id, visitor.site, visitor.kind, visitor.name, now)
            yield from store.add_session(values)

        await self._db.write(work)
        return NewSession(values["id"], visitor, secret, self._ticket(call, values["id"]))

    def rising(self, call: Call, before: Session | None) -> Callable[[Visitor], Work[NewSession]]:
        """The work that replaces a session, within the caller's transaction. Every gain in rights makes a new session,
        so that nobody who knows the old one profits."""
        now = self._clock.now()

        def work(visitor: Visitor) -> Work[NewSession]:
            if before is not None:
                yield from store.revoke_session(before.id, now)
            values, secret = self._values(call, visitor, now)
            yield from store.add_session(values)
            return NewSession(values["id"], visitor, secret, self._ticket(call, values["id"]))

        return work

    async def begin_user(self, call: Call, visitor: Visitor, merging: Merging) -> str:
        """Creates a session for a visitor who has just signed in, and merges the guest into the account; returns the
        bearer token. Raises as `hold` does."""
        before, now = await self.before(call), self._clock.now()
        guest = before if before is not None and before.visitor.kind == "guest" else None
        values, _ = self._values(call, visitor, now)
        token = f"{call.site.key}.{self._ids.secret()}"
        values |= {"cookie_hash": None, "bearer_hash": hash_secret(token)}

        def work() -> Work[None]:
            yield from hold(visitor)
            if guest is not None:
                yield from merging.merge(guest.visitor, visitor, now)
                yield from store.revoke_session(guest.id, now)
            yield from store.add_session(values)

        await self._db.write(work)
        return token

    async def redeem(self, call: Call, ticket: str) -> str:
        """Exchanges a session's ticket for a bearer token, once. Raises BadRequest (`ticket_invalid`)."""
        try:
            data, made_at = self._tickets.loads(ticket, return_timestamp=True)
        except BadSignature:
            raise BadRequest("ticket_invalid") from None
        age = self._clock.now() / 1000 - made_at.timestamp()
        skew = 0 if self._db.is_sqlite else CLOCKS_DIFFER_MS / 1000  # its processes run on one machine
        if not -skew <= age <= TICKET_SECONDS + skew:
            raise BadRequest("ticket_invalid")
        if not isinstance(data, list) or data[1:] != [call.site.key, call.origin or ""]:
            raise BadRequest("ticket_invalid")
        token = f"{call.site.key}.{self._ids.secret()}"
        given = await self._db.write(
            lambda: store.give_bearer(data[0], call.site.key, hash_secret(token), self._clock.now())
        )
        if not given:
            raise BadRequest("ticket_invalid")
        return token

    async def leave(self, call: Call) -> None:
        """Revokes the sessions of the call's bearer token and of its cookie."""
        now = self._clock.now()
        bearer_hash, cookie_hash = _secrets(call)

        def work() -> Work[None]:
            by_token = yield from _session(call, bearer_hash, None, now)
            by_cookie = yield from _session(call, None, cookie_hash, now)
            for session in (by_token, by_cookie):
                if session is not None:
                    yield from store.revoke_session(session.id, now)

        await self._db.write(work)

    def _values(self, call: Call, visitor: Visitor, now: int) -> tuple[dict[str, Any], str]:
        secret = self._ids.secret()
        return {
            "id": self._ids.new(),
            "site": call.site.key,
            "visitor_id": visitor.id,
            "origin": call.origin or "",
            "agent": browser_of(call.request.headers.get("user-agent", "")),
            "cookie_hash": hash_secret(secret),
            "bearer_hash": None,
            "now": now,
            "expires_at": now + LIFETIME_SECONDS * 1000,
        }, secret

    def _ticket(self, call: Call, session_id: str) -> str:
        return self._tickets.dumps([session_id, call.site.key, call.origin or ""])


def _secrets(call: Call) -> tuple[str | None, str | None]:
    """The hashes of the call's bearer token and cookie; the cookie counts only with a checked `Origin`."""
    bearer = bearer_token(call.request)
    cookie = call.request.cookies.get(cookie_name(call.site.key)) if call.origin is not None else None
    return (hash_secret(bearer) if bearer is not None else None), (hash_secret(cookie) if cookie else None)


def _session(call: Call, bearer_hash: str | None, cookie_hash: str | None, now: int) -> Work[Session | None]:
    """The active session behind one of the two, if it belongs to the call's site and origin."""
    if bearer_hash is None and cookie_hash is None:
        return None
    found = yield from store.session_by_secret(call.site.key, cookie_hash=cookie_hash, bearer_hash=bearer_hash, now=now)
    if found is None:
        return None
    id, origin, visitor = found
    from_anywhere = bearer_hash is not None and (not call.origin or not origin)
    return Session(id, visitor) if origin == call.origin or from_anywhere else None
