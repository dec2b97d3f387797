"""Who may open the owner's pages: host, origin, session, form token, and the headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request

from ..db import Database
from ..errors import BadRequest, Forbidden, WrongMediaType
from ..http import read_body
from ..people.sessions import hash_secret
from ..people.store import owner_by_session
from ..seams import Clock
from ..settings import Settings
from .store import sites_to_see

COOKIE = "__Host-answerback-owner"
SESSION_SECONDS = 30 * 24 * 3600
FIELDS_LIMIT = 20
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


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


class Gate:
    """Checks requests for the owner's pages."""

    def __init__(self, settings: Settings, db: Database, clock: Clock) -> None:
        parts = urlsplit(settings.public_url)
        self.base = parts.path.rstrip("/")
        """What stands before `/admin/` where the server is reached below a path."""
        self._origin = _plain(settings.public_origin)
        self._host = self._origin.partition("://")[2]
        self._scheme = parts.scheme
        self._key = settings.secret_key[-1].encode()
        self._db = db
        self._clock = clock

    def check_host(self, request: Request) -> None:
        """Raises BadRequest for another host than our own: a name pointed at us from outside sees nothing."""
        if _plain(f"{self._scheme}://{request.headers.get('host', '').lower()}") != self._origin:
            raise BadRequest("validation_failed", "This address is not the one that the owner's pages are read at.")

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form that one of our own pages has sent. Raises an AppError for anything else."""
        origin = request.headers.get("origin")
        if origin is None:
            own = request.headers.get("sec-fetch-site") == "same-origin"
        else:
            own = _plain(origin.lower()) == self._origin
        if not own:
            raise Forbidden("origin_not_allowed", "This form was not sent by one of our own pages.")
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            raise WrongMediaType("unsupported_media_type", "Forms are sent URL-encoded.")
        try:
            text = (await read_body(request)).decode("utf-8")
            fields = parse_qs(text, keep_blank_values=True, max_num_fields=FIELDS_LIMIT, errors="strict")
        except ValueError:
            raise BadRequest("validation_failed", "The form cannot be read.") from None
        return {name: values[0].replace("\x00", "") for name, values in fields.items()}

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


def _plain(origin: str) -> str:
    """An origin without the port that its scheme means anyway."""
    scheme, _, host = origin.partition("://")
    usual = {"http": ":80", "https": ":443"}.get(scheme, "")
    return f"{scheme}://{host.removesuffix(usual) if usual else host}"
