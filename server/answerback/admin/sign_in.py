"""Owners sign in by password or one-time link, choose a language, and sign out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ..accounts import store as people
from ..accounts.credentials_store import hold_owner
from ..accounts.passwords import LONGEST, verify_password
from ..accounts.sessions import hash_secret
from ..accounts.sign_in.attempts import Attempts
from ..accounts.sign_in.devices import Devices
from ..core.buckets import address_failures, owner_failures
from ..core.emails import EMAIL_LIMIT, normal_email
from ..db.work import Row, Work
from ..errors import LimitReached, NotFound, Unauthorized
from ..i18n.catalogue import error_text, negotiate, texts
from ..net.addresses import address_key, client_address
from ..runtime import Runtime
from ..web.forms import BoundForm
from ..web.views import View
from .auth import IDLE_SECONDS, LANGUAGE_COOKIE, LANGUAGE_SECONDS, SESSION_SECONDS, SIGN_IN, OwnerAuth, session_cookie

_OWN = re.compile(r"/admin/[\w./-]{0,200}(?:\?[\w.~%&=+:-]{0,1000})?", re.ASCII)
"""One of our own addresses, as it stands in the form."""


class SignInViews:
    """How owners come in, and out."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._settings = runtime.settings
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._auth = auth
        self._attempts = Attempts(runtime.db, runtime.clock)
        self._devices = Devices(runtime.settings.secret_key, runtime.ids)

    def views(self) -> dict[str, dict[str, View]]:
        """Where each is found."""
        return {
            SIGN_IN: {"GET": self.ask, "POST": self.by_password},
            f"{SIGN_IN}{{secret}}/": {"GET": self.show_link, "POST": self.by_link},
            "/admin/sign-out/": {"POST": self.sign_out},
            "/admin/language/": {"POST": self.choose_language},
        }

    async def ask(self, request: Request) -> Response:
        """`GET /admin/sign-in/`."""
        if await self._auth.owner(request) is not None:
            return self._auth.redirect("/admin/")
        return self._form(request, 200, "")

    async def by_password(self, request: Request) -> Response:
        """`POST /admin/sign-in/`: the same answer, in the same time, for unknown owners and bad passwords."""
        fields = await self._auth.form(request)
        email = normal_email(fields.get("email", "")[:EMAIL_LIMIT])
        password = fields.get("password", "")
        address = client_address(request, self._settings.trusted_proxies)
        hashed = address_key(address, "sign-in", self._settings.secret_key[-1])

        async def check() -> Row | None:
            row = await people.owner_by_email(self._db, email)
            good = len(password) <= LONGEST and await verify_password(password, row["password_hash"] if row else None)
            return row if row is not None and good else None

        account = owner_failures(email)
        try:
            owner = await self._attempts.attempt(
                account, address_failures(hashed), check, device=self._devices.known(request, account)
            )
        except LimitReached as error:
            t = texts(self._auth.language(request), "admin.sign_in")
            response = self._form(request, 429, t.counted("wait", error.retry_after or 1), email)
            response.headers["Retry-After"] = str(error.retry_after)
            return response
        if owner is None:
            failed = error_text(Unauthorized("login_failed"), self._auth.language(request))
            return self._form(request, 403, failed, email)

        def enter() -> Work[str]:
            yield from hold_owner(owner["id"], owner["credentials"])
            return str(owner["id"])

        response = await self.enter(request, enter)
        response.headers.append("Set-Cookie", self._devices.cookie(request, account))
        return response

    async def show_link(self, request: Request) -> Response:
        """`GET /admin/sign-in/<secret>/`: a button only, since mail programs look at links before people do."""
        path = f"{SIGN_IN}{quote(request.path_params['secret'], safe='')}/"
        t = texts(self._auth.language(request), "admin.sign_in")
        return self._auth.open(request, "admin/sign_in_link.html", t=t, title=t["link_title"], path=path)

    async def by_link(self, request: Request) -> Response:
        """`POST /admin/sign-in/<secret>/`: uses the link, once."""
        await self._auth.form(request)
        hash, now = hash_secret(request.path_params["secret"]), self._clock.now()

        def enter() -> Work[str]:
            owner_id = yield from people.use_owner_link(hash, now)
            if owner_id is None:
                raise NotFound("ticket_invalid")
            return owner_id

        return await self.enter(request, enter)

    async def sign_out(self, request: Request) -> Response:
        """`POST /admin/sign-out/`: the session is dead on the server, and its cookie goes."""
        fields = await self._auth.form(request)
        owner = await self._auth.owner(request)
        if owner is not None:
            self._auth.check_token(owner, fields)
            session = owner.session
            await self._db.write(lambda: people.end_owner_session(session))
        response = self._auth.redirect(SIGN_IN)
        response.headers["Set-Cookie"] = session_cookie("", 0)
        return response

    async def enter(
        self, request: Request, enter: Callable[[], Work[str]], path: str = "/admin/",
        query: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """A session of its own for each sign-in; the one that this browser had before ends. `enter` says whose it is,
        in the same write. Leads to this path."""
        before = await self._auth.owner(request)
        secret, now = self._ids.secret(), self._clock.now()

        def work() -> Work[None]:
            if before is not None:
                yield from people.end_owner_session(before.session)
            owner_id = yield from enter()
            yield from people.add_owner_session(hash_secret(secret), owner_id, now, now + IDLE_SECONDS * 1000)

        await self._db.write(work)
        response = self._auth.redirect(path, query)
        response.headers["Set-Cookie"] = session_cookie(secret, SESSION_SECONDS)
        return response

    async def choose_language(self, request: Request) -> Response:
        """`POST /admin/language/` `{lang, here}`: what the owner's pages are read in from now on, in this browser."""
        fields = await self._auth.form(request)
        here = fields.get("here", "")
        response = self._auth.redirect(here if _OWN.fullmatch(here) else "/admin/")
        response.headers["Set-Cookie"] = (
            f"{LANGUAGE_COOKIE}={negotiate(fields.get('lang', ''))}; Path=/; Max-Age={LANGUAGE_SECONDS}; Secure; "
            "HttpOnly; SameSite=Lax"
        )
        return response

    def _form(self, request: Request, status: int, problem: str, email: str = "") -> Response:
        t = texts(self._auth.language(request), "admin.sign_in")
        return self._auth.open(
            request, "admin/sign_in.html", status=status, t=t, title=t["title"], problem=problem,
            form=BoundForm({"email": email}), typed=email,
        )  # fmt: skip
