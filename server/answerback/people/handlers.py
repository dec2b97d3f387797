"""Sessions and accounts over HTTP."""

from __future__ import annotations

from starlette.responses import Response

from ..core.comments import NAME_LIMIT, clean_line
from ..core.model import Visitor
from ..db import Database
from ..errors import Conflict, LimitReached, Unauthorized
from ..http import Call, address_key, json_response
from ..seams import Clock, Ids
from . import store
from .attempts import Attempts
from .emails import LIMIT, read_email
from .passwords import check_password, hash_password, verify_password
from .sessions import LIFETIME_SECONDS, Sessions, cookie_name, set_cookie

SESSIONS_A_MINUTE = 60


class People:
    """The handlers of `/api/session/…` and `/api/user/…`."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, sessions: Sessions, secret: str) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._sessions = sessions
        self._secret = secret
        self._attempts = Attempts(db, clock)
        self._begun: dict[str, list[int]] = {}

    async def begin(self, call: Call) -> Response:
        """`POST /api/session/`: the session that is there, or a guest's."""
        current = await self._sessions.current(call)
        if current is not None:
            return json_response({"visitor": current.visitor.public(), "ticket": None}, 200)
        self._count_begin(call)
        new = await self._sessions.begin_guest(call)
        cookie = set_cookie(cookie_name(call.site.key), new.secret, LIFETIME_SECONDS)
        return json_response({"visitor": new.visitor.public(), "ticket": new.ticket}, 201, {"Set-Cookie": cookie})

    async def bearer(self, call: Call) -> Response:
        """`POST /api/session/bearer/`: a token in place of a cookie that does not come back."""
        token = await self._sessions.redeem(call, call.text("ticket", 1_000, required=True))
        return json_response({"token": token})

    async def register(self, call: Call) -> Response:
        """`POST /api/user/register/`."""
        email = self._email(call)
        password = call.text("password", 1_000, required=True)
        name = clean_line(call.text("name", NAME_LIMIT)) or email.partition("@")[0][:NAME_LIMIT]
        check_password(password, email=email)
        self._count_begin(call)
        visitor = Visitor(self._ids.new(), call.site.key, "user", name)
        hash = await hash_password(password)
        added = await self._db.write(
            lambda: store.add_user(visitor.id, visitor.site, name, email, hash, self._clock.now())
        )
        if not added:
            raise Conflict("email_taken")
        return await self._signed_in(call, visitor, 201)

    async def login(self, call: Call) -> Response:
        """`POST /api/user/login/`: the same answer, in the same time, for unknown addresses and bad passwords."""
        email = self._email(call)
        password = call.text("password", 1_000, required=True)
        account, address = f"email:{call.site.key}:{email}", f"address:{self._address(call)}"

        async def check() -> Visitor | None:
            found = await store.user_by_email(self._db, call.site.key, email)
            good = await verify_password(password, found[1] if found else None)
            return found[0] if found is not None and good else None

        visitor = await self._attempts.attempt(account, address, check)
        if visitor is None:
            raise Unauthorized("login_failed")
        return await self._signed_in(call, visitor, 200)

    async def logout(self, call: Call) -> Response:
        """`POST /api/user/logout/`: the session is dead on the server, and its cookie goes."""
        session = await self._sessions.current(call)
        if session is not None:
            await self._sessions.end(session)
        response = Response(status_code=204, headers={"Cache-Control": "no-store"})
        response.headers["Set-Cookie"] = set_cookie(cookie_name(call.site.key), "", 0)
        return response

    async def _signed_in(self, call: Call, visitor: Visitor, status: int) -> Response:
        token = await self._sessions.begin_user(call, visitor)
        return json_response({"user": visitor.public(), "token": token}, status)

    def _email(self, call: Call) -> str:
        return read_email(call.text("email", LIMIT, required=True))

    def _address(self, call: Call) -> str:
        return address_key(call.address, "sign-in", self._secret)

    def _count_begin(self, call: Call) -> None:
        """A few new sessions a minute from one address are people; hundreds are a program."""
        key, now = self._address(call), self._clock.now()
        recent = [moment for moment in self._begun.get(key, []) if now - moment < 60_000]
        if len(recent) >= SESSIONS_A_MINUTE:
            raise LimitReached("too_many_requests", retry_after=60 - (now - recent[0]) // 1000)
        if len(self._begun) > 10_000:
            self._begun = {k: v for k, v in self._begun.items() if now - v[-1] < 60_000}
        self._begun[key] = [*recent, now]
