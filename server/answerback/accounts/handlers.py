"""Sessions and accounts over HTTP."""

from __future__ import annotations

from starlette.responses import Response

from ..core.comments import NAME_LIMIT
from ..core.emails import EMAIL_LIMIT, read_email
from ..core.model import Visitor
from ..core.names import clean_name
from ..net.addresses import address_key
from ..net.http import json_response
from ..runtime import Runtime
from ..sites.edge import Call
from .sessions import LIFETIME_SECONDS, Sessions, cookie_name, set_cookie
from .sign_in.guest_merging import Merging
from .sign_in.pace import AddressPace
from .sign_in.password import PasswordAccounts

SESSIONS_A_MINUTE = 60


class SessionHandlers:
    """The handlers of `/api/session/…` and `/api/user/…`."""

    def __init__(self, runtime: Runtime, sessions: Sessions, by_password: PasswordAccounts, merging: Merging) -> None:
        self._sessions = sessions
        self._by_password = by_password
        self._merging = merging
        self._secret = runtime.secret
        self._pace = AddressPace(runtime, "sessions", SESSIONS_A_MINUTE)

    async def begin(self, call: Call) -> Response:
        """`POST /api/session/`: the existing session, or a new guest's."""
        current = await self._sessions.current(call)
        if current is not None:
            return json_response({"visitor": current.visitor.public(), "ticket": None}, 200)
        await self._pace.step(self._address(call))
        new = await self._sessions.begin_guest(call)
        cookie = set_cookie(cookie_name(call.site.key), new.secret, LIFETIME_SECONDS)
        return json_response({"visitor": new.visitor.public(), "ticket": new.ticket}, 201, {"Set-Cookie": cookie})

    async def bearer(self, call: Call) -> Response:
        """`POST /api/session/bearer/`: a token, for browsers that do not send the cookie back."""
        token = await self._sessions.redeem(call, call.text("ticket", 1_000, required=True))
        return json_response({"token": token})

    async def register(self, call: Call) -> Response:
        """`POST /api/user/register/`."""
        email = self._email(call)
        password = call.text("password", 1_000, required=True)
        name = clean_name(call.text("name", NAME_LIMIT))
        address = self._address(call)
        await self._pace.step(address)
        visitor = await self._by_password.register(call.site.key, email, password, name, call.site.lang, address)
        return await self._signed_in(call, visitor, 201)

    async def login(self, call: Call) -> Response:
        """`POST /api/user/login/`."""
        email = self._email(call)
        password = call.text("password", 1_000, required=True)
        visitor = await self._by_password.sign_in(call.site.key, email, password, self._address(call))
        return await self._signed_in(call, visitor, 200)

    async def logout(self, call: Call) -> Response:
        """`POST /api/user/logout/`: revokes the session and deletes its cookie."""
        await self._sessions.leave(call)
        response = Response(status_code=204, headers={"Cache-Control": "no-store"})
        response.headers["Set-Cookie"] = set_cookie(cookie_name(call.site.key), "", 0)
        return response

    async def _signed_in(self, call: Call, visitor: Visitor, status: int) -> Response:
        token = await self._sessions.begin_user(call, visitor, self._merging)
        return json_response({"user": visitor.public(), "token": token}, status)

    def _email(self, call: Call) -> str:
        return read_email(call.text("email", EMAIL_LIMIT, required=True))

    def _address(self, call: Call) -> str:
        return address_key(call.address, "sign-in", self._secret)
