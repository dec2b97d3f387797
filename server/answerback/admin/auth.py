"""Authorizes the owner's pages: a session and a form token."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..accounts.audit_store import Decision
from ..accounts.audit_store import note as audit
from ..accounts.owner_sessions_store import owner_by_session, see_session
from ..accounts.sessions import hash_secret
from ..clock import Clock
from ..core.roles import Role, covers, sites_with
from ..db.database import Database
from ..db.work import Row, Work
from ..errors import BadRequest, Forbidden
from ..i18n.catalogue import Texts, negotiate, own_name, owner_languages, texts
from ..settings import Settings
from ..web.forms import Form
from ..web.views import HEADERS, View, WebViews
from .rights import needed
from .store import roles_of, waiting_count

COOKIE = "__Host-answerback-owner"
SESSION_SECONDS, IDLE_SECONDS = 30 * 24 * 3600, 24 * 3600
NOTED_SECONDS = 600
"""The interval between updates of a session's last use."""
FRESH_SECONDS = 15 * 60
"""How long a proof allows dangerous actions."""
SIGN_IN = "/admin/sign-in/"
OWN = re.compile(r"/admin/[\w./-]{0,200}(?:\?[\w.~%&=+:-]{0,1000})?", re.ASCII)
"""One of our own addresses, as submitted in a form."""
LANGUAGE_COOKIE = "__Host-answerback-owner-language"
LANGUAGE_SECONDS = 400 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Owner:
    """A signed-in owner: the role on each site, the `sites` where it suffices for the request, whether those are all
    there are, the session's hash and id, and the CSRF token of forms."""

    id: str
    email: str
    roles: Mapping[str, Role]
    sites: tuple[str, ...]
    all_sites: bool
    session: str
    session_id: str
    token: str
    proved_at: int
    """The time of the last proof of identity."""
    waiting: int = 0
    """The number of open inbox items, counted up to 100."""

    def may(self, role: Role, site: str = "") -> bool:
        """Whether the owner may do what requires this role, on that site or on any."""
        roles = [self.roles[site]] if site in self.roles else [] if site else self.roles.values()
        return any(covers(each, role) for each in roles)


@dataclass(frozen=True, slots=True)
class OwnerCall:
    """A signed-in owner's request, with its form."""

    request: Request
    owner: Owner
    form: Form

    @property
    def id(self) -> str:
        """The `{id}` in the path."""
        return str(self.request.path_params["id"])

    @property
    def seen(self) -> str:
        """The version that the form was made for. Raises BadRequest if there is none."""
        seen = self.form.get("version", "")
        if not seen:
            raise BadRequest("validation_failed", "version: must be that of the form.")
        return seen

    def note(
        self, site: str, now: int, action: str, kind: str, subject: str, *, before: str = "", after: str = "",
        reason: str = "",
    ) -> Work[None]:  # fmt: skip
        """Within the write of a decision: records it in the audit trail, as this owner's."""
        yield from audit(Decision(site, now, self.owner.email, action, kind, subject, before, after, reason))

    def query(self, *names: str) -> dict[str, str]:
        """These query parameters; missing ones are empty."""
        return {name: self.request.query_params.get(name, "").replace("\x00", "").strip() for name in names}


OwnerView = Callable[[OwnerCall], Awaitable[Response]]


class OwnerViews(Protocol):
    """The views of one page and its forms."""

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """The views by path and method."""
        ...


def session_cookie(value: str, seconds: int) -> str:
    """The Set-Cookie header of the owner's session; browsers accept `Secure` on http://localhost too."""
    return f"{COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"


class OwnerAuth(WebViews):
    """Authenticates owners. `navigation` holds the links of the navigation bar: paths, and the names of their texts."""

    headers: Mapping[str, str] = {
        **HEADERS,
        "Content-Security-Policy": HEADERS["Content-Security-Policy"] + "; script-src 'self'; connect-src 'self'",
    }

    def __init__(
        self, settings: Settings, db: Database, clock: Clock, navigation: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(settings)
        self._key = settings.secret_key[-1].encode()
        self._url = settings.public_url
        self._db = db
        self._clock = clock
        self._navigation = navigation

    async def owner(self, request: Request, role: Role = "reader") -> Owner | None:
        """The signed-in owner, if any, with the sites where they have that role."""
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None
        hash = hash_secret(secret)
        row = await owner_by_session(self._db, hash, self._clock.now())
        if row is None:
            return None
        await self._keep(hash, row)
        on_all = row["role"] if row["all_sites"] else None
        roles = await roles_of(self._db, row["id"], on_all)
        all_sites = on_all is not None and covers(on_all, role)
        sites = sites_with(roles, role)
        waits = await self._db.read(lambda: waiting_count(sites)) if request.method in ("GET", "HEAD") else 0
        session = row["session_id"]
        return Owner(
            row["id"], row["email"], roles, sites, all_sites, hash, session, self._token(session), row["proved_at"],
            waits,
        )  # fmt: skip

    async def _keep(self, hash: str, row: Row) -> None:
        """Extends the session: it expires after a day without use, and at the latest a month after its start."""
        now = self._clock.now()
        if now - row["seen_at"] > NOTED_SECONDS * 1000:
            until = min(row["began_at"] + SESSION_SECONDS * 1000, now + IDLE_SECONDS * 1000)
            await self._db.write(lambda: see_session(hash, now, until))

    def owned(self, view: OwnerView, role: Role) -> View:
        """Decorates each of the owner's views: requires that role on a site, or redirects to the sign-in. Forms must
        come from our own pages and be made for this session. The view gets only those sites; for any other site it
        responds as not found."""

        async def serve(request: Request) -> Response:
            form = await self.form(request) if request.method == "POST" else Form()
            owner = await self.owner(request, role)
            if owner is None:
                return self.redirect(SIGN_IN)
            if request.method == "POST":
                self.check_token(owner, form)
            if owner.roles and not owner.sites:
                raise Forbidden("not_yours", reason="role_required")
            return await view(OwnerCall(request, owner, form))

        return serve

    def is_fresh(self, owner: Owner) -> bool:
        """Whether the owner has recently proved who they are."""
        return self._clock.now() - owner.proved_at < FRESH_SECONDS * 1000

    def check_token(self, owner: Owner, form: Form) -> None:
        """Raises Forbidden if the form was not made for this session."""
        if not hmac.compare_digest(form.get("token", "").encode(), owner.token.encode()):
            raise Forbidden("session_invalid", reason="form_expired")

    def show(
        self, call: OwnerCall, page: str, *, title: Callable[[Texts], str], status: int = 200, **values: Any
    ) -> Response:
        """Renders the template with this page's texts, in the owner's layout."""
        lang = self.language(call.request)
        t = texts(lang, f"admin.{page}")
        return self.open(
            call.request, f"admin/pages/{page}.html", t=t, status=status, title=title(t), owner=call.owner,
            hidden={"token": call.owner.token}, navigation=self._open_to(call.owner), **values,
        )  # fmt: skip

    def _open_to(self, owner: Owner) -> list[tuple[str, str]]:
        return [link for link in self._navigation if not owner.roles or owner.may(needed("GET", link[0]))]

    def open(self, request: Request, template: str, **values: Any) -> Response:
        """Renders this template in the owner's language, with links to the others."""
        lang, path = self.language(request), request.url.path.removeprefix(self.base)
        back = f"{path}?{request.url.query}" if request.url.query else path
        return self.render(
            template, lang=lang, bar=texts(lang, "admin"), site_name="Answerback", here=path, back=back,
            other_languages={tag: own_name(tag) for tag in owner_languages() if tag != lang}, **values,
        )  # fmt: skip

    def language(self, request: Request, asked: str = "") -> str:
        """The language that the owner chose in this browser, else the browser's."""
        chosen, accepted = request.cookies.get(LANGUAGE_COOKIE, "")[:35], request.headers.get("accept-language", "")
        return negotiate(asked, chosen, accepted, among=owner_languages())

    def redirect(self, path: str, query: Mapping[str, str] | None = None, fragment: str = "") -> Response:
        """Redirects to one of our own addresses."""
        return RedirectResponse(self.address(path, query) + (f"#{fragment}" if fragment else ""), 303)

    def address(self, path: str, query: Mapping[str, str | None] | None = None) -> str:
        """One of our own addresses, with the non-empty query parameters."""
        values = {name: text for name, text in (query or {}).items() if text}
        return f"{self.base}{path}" + (f"?{urlencode(values)}" if values else "")

    def public_address(self, path: str) -> str:
        """One of our own addresses, absolute, to be passed on."""
        return self._url + path

    def error_values(self, request: Request, lang: str) -> dict[str, str]:
        """Links error pages to the log."""
        return {"again": f"{self.base}/admin/", "again_text": texts(lang, "admin")["to_log"]}

    def _token(self, session: str) -> str:
        return hmac.new(self._key, f"owner-form|{session}".encode(), hashlib.sha256).hexdigest()
