"""Who may open the owner's pages: session and form token, on top of what holds for all pages of our own."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from ..accounts.sessions import hash_secret
from ..accounts.store import owner_by_session
from ..clock import Clock
from ..db.database import Database
from ..errors import Forbidden
from ..settings import Settings
from ..web.own_pages import WebPages
from .store import sites_to_see

COOKIE = "__Host-answerback-owner"
SESSION_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Owner:
    """A signed-in owner: the sites that may be seen, the session's hash, the token that forms carry."""

    id: str
    email: str
    sites: tuple[str, ...]
    session: str
    token: str


def session_cookie(value: str, seconds: int) -> str:
    """The Set-Cookie header of the owner's session; browsers take `Secure` on http://localhost too."""
    return f"{COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"


class OwnerAuth(WebPages):
    """Checks requests for the owner's pages."""

    def __init__(self, settings: Settings, db: Database, clock: Clock) -> None:
        super().__init__(settings)
        self._key = settings.secret_key[-1].encode()
        self._db = db
        self._clock = clock

    async def owner(self, request: Request) -> Owner | None:
        """Who is signed in here, if anybody is."""
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None
        hash = hash_secret(secret)
        row = await owner_by_session(self._db, hash, self._clock.now())
        if row is None:
            return None
        sites = await sites_to_see(self._db, row["id"], all_sites=bool(row["all_sites"]))
        return Owner(row["id"], row["email"], tuple(sites), hash, self._token(hash))

    def check_token(self, owner: Owner, fields: Mapping[str, str]) -> None:
        """Raises Forbidden when the form was not made for this session."""
        if not hmac.compare_digest(fields.get("token", "").encode(), owner.token.encode()):
            raise Forbidden("session_invalid", "This form is out of date: go back, reload the page and try again.")

    def _token(self, session: str) -> str:
        return hmac.new(self._key, f"owner-form|{session}".encode(), hashlib.sha256).hexdigest()
