"""Owners sign in by password, passkey or one-time link, choose their language, and sign out.

For owners with a second factor, a password or a link is the first of two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ..accounts import store as people
from ..accounts.credentials_store import hold_owner
from ..accounts.factors import store as factors_store
from ..accounts.factors.build import OwnerFactors
from ..accounts.factors.proving import Account, account_of
from ..accounts.owner_sessions_store import add_session, end_session
from ..accounts.sessions import hash_secret
from ..accounts.user_agents import browser_of
from ..core.emails import EMAIL_LIMIT, normal_email
from ..db.work import Row, Work
from ..errors import AppError, LimitReached, NotFound, Unauthorized
from ..i18n.catalogue import error_text, negotiate, texts
from ..runtime import Runtime
from ..web.forms import BoundForm
from ..web.views import View
from .auth import (
    IDLE_SECONDS,
    LANGUAGE_COOKIE,
    LANGUAGE_SECONDS,
    OWN,
    SESSION_SECONDS,
    SIGN_IN,
    OwnerAuth,
    session_cookie,
)

PASSKEY, SECOND = f"{SIGN_IN}passkey/", f"{SIGN_IN}second/"
PENDING_COOKIE, PENDING_SECONDS = "__Host-answerback-owner-pending", 600


class SignInViews:
    """Signing owners in and out."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth, factors: OwnerFactors) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._auth = auth
        self._factors = factors
        self._proofs = factors.proofs

    def views(self) -> dict[str, dict[str, View]]:
        """Its routes."""
        return {
            SIGN_IN: {"GET": self.ask, "POST": self.by_password},
            PASSKEY: {"GET": self.passkey_options, "POST": self.by_passkey},
            SECOND: {"GET": self.ask_again, "POST": self.second_step},
            f"{SIGN_IN}{{secret}}/": {"GET": self.show_link, "POST": self.by_link},
            "/admin/sign-out/": {"POST": self.sign_out},
            "/admin/language/": {"POST": self.choose_language},
        }

    async def ask(self, request: Request) -> Response:
        """`GET /admin/sign-in/`."""
        if await self._auth.owner(request) is not None:
            return self._auth.redirect("/admin/")
        return await self._form(request, 200, "")

    async def by_password(self, request: Request) -> Response:
        """`POST /admin/sign-in/`: the same response, in the same time, for unknown owners and bad passwords."""
        fields, lang = await self._auth.form(request), self._auth.language(request)
        email = normal_email(fields.get("email", "")[:EMAIL_LIMIT])
        caller = self._factors.caller(request, email, lang)
        try:
            account = await self._proofs.by_password(email, fields.get("password", ""), caller)
        except LimitReached as error:
            return await self._refused(request, error, email)
        if account is None:
            return await self._refused(request, Unauthorized("login_failed"), email)
        return await self._enter_as(request, account)

    # ---- passkeys

    async def passkey_options(self, request: Request) -> Response:
        """`GET /admin/sign-in/passkey/`: passkey options for the browser, as JSON; for a second step, limited to the
        owner's keys."""
        pending = await self._pending(request)
        if pending is None:
            options = self._factors.passkeys.to_sign("sign-in")
        else:
            known = await self._db.read(lambda: factors_store.passkeys(pending["id"]))
            options = self._factors.passkeys.to_sign("sign-in", known)
        return Response(options, media_type="application/json")

    async def by_passkey(self, request: Request) -> Response:
        """`POST /admin/sign-in/passkey/` `{passkey}`: signs in by passkey, without a second step: it proves a device
        and a fingerprint, face or PIN."""
        fields = await self._auth.form(request)
        caller = self._factors.caller(request, "", self._auth.language(request))
        try:
            account = await self._proofs.by_passkey("sign-in", fields.get("passkey", ""), caller)
        except LimitReached as error:
            return await self._refused(request, error)
        if account is None:
            return await self._refused(request, Unauthorized("login_failed", reason="passkey_wrong"))
        return await self._enter_as(request, account, whole=True)

    # ---- the second step

    async def ask_again(self, request: Request) -> Response:
        """`GET /admin/sign-in/second/`: asks for a code or a passkey, within ten minutes."""
        pending = await self._pending(request)
        if pending is None:
            return self._auth.redirect(SIGN_IN)
        return await self._second_form(request, str(pending["id"]), 200)

    async def second_step(self, request: Request) -> Response:
        """`POST /admin/sign-in/second/` `{code}`: the app's code, or a recovery code."""
        fields, lang = await self._auth.form(request), self._auth.language(request)
        pending, code = await self._pending(request), fields.get("code", "")[:100]
        if pending is None:
            return self._auth.redirect(SIGN_IN)
        id, email = str(pending["id"]), str(pending["email"])
        try:
            good = await self._proofs.by_code(id, email, code, self._factors.caller(request, email, lang))
        except LimitReached as error:
            return await self._second_form(request, id, 429, error)
        account = await self._proofs.account(id)
        if not good or account is None:
            return await self._second_form(request, id, 403, Unauthorized("login_failed", reason="code_wrong"))
        hash = hash_secret(request.cookies[PENDING_COOKIE])

        def who() -> Work[Account]:
            if not (yield from factors_store.end_pending(hash)):
                raise Unauthorized("login_failed")
            yield from hold_owner(id, pending["credentials"])
            return account

        return self._known(request, email, await self.enter(request, who, whole=True))

    async def _pending(self, request: Request) -> Row | None:
        secret, now = request.cookies.get(PENDING_COOKIE, ""), self._clock.now()
        return await self._db.read(lambda: factors_store.pending(hash_secret(secret), now)) if secret else None

    async def _second_form(self, request: Request, id: str, status: int, error: AppError | None = None) -> Response:
        t = texts(self._auth.language(request), "admin.sign_in")
        factors = await self._db.read(lambda: factors_store.factors_of(id))
        response = self._auth.open(
            request, "admin/sign_in_second.html", status=status, t=t, title=t["second_title"], factors=factors,
            problem=self._words(request, error) if error else "", options=PASSKEY, to=PASSKEY,
        )  # fmt: skip
        return _later(response, error)

    # ---- links

    async def show_link(self, request: Request) -> Response:
        """`GET /admin/sign-in/<secret>/`: only a button, since mail programs open links before people do."""
        path = f"{SIGN_IN}{quote(request.path_params['secret'], safe='')}/"
        t = texts(self._auth.language(request), "admin.sign_in")
        return self._auth.open(request, "admin/sign_in_link.html", t=t, title=t["link_title"], path=path)

    async def by_link(self, request: Request) -> Response:
        """`POST /admin/sign-in/<secret>/`: uses the link, once."""
        await self._auth.form(request)
        hash, now, emails = hash_secret(request.path_params["secret"]), self._clock.now(), list[str]()

        def who() -> Work[Account]:
            owner_id = yield from people.use_owner_link(hash, now)
            account = None if owner_id is None else (yield from account_of(owner_id))
            if account is None:
                raise NotFound("ticket_invalid")
            if not account.factors.any:
                emails.append(account.email)
            return account

        response = await self.enter(request, who)
        return self._known(request, emails[-1], response) if emails else response

    async def sign_out(self, request: Request) -> Response:
        """`POST /admin/sign-out/`: revokes the session and deletes its cookie."""
        fields = await self._auth.form(request)
        owner = await self._auth.owner(request)
        if owner is not None:
            self._auth.check_token(owner, fields)
            session = owner.session
            await self._db.write(lambda: end_session(session))
        response = self._auth.redirect(SIGN_IN)
        response.headers["Set-Cookie"] = session_cookie("", 0)
        return response

    # ---- coming in

    async def _enter_as(self, request: Request, account: Account, *, whole: bool = False) -> Response:
        def who() -> Work[Account]:
            yield from hold_owner(account.id, account.credentials)
            return account

        response = await self.enter(request, who, whole=whole)
        in_now = whole or not account.factors.any
        return self._known(request, account.email, response) if in_now else response

    def _known(self, request: Request, email: str, response: Response) -> Response:
        """The response, with a device cookie for the account."""
        response.headers.append("Set-Cookie", self._factors.device_cookie(request, email))
        return response

    async def enter(
        self, request: Request, who: Callable[[], Work[Account]], path: str = "/admin/",
        query: Mapping[str, str] | None = None, *, whole: bool = False,
    ) -> Response:  # fmt: skip
        """Creates a session and ends this browser's previous one. `who` returns its owner, in the same write. Redirects
        to this path, or to the second step unless the proof is the `whole` of it."""
        before = await self._auth.owner(request)
        secret, id, now = self._ids.secret(), self._ids.new(), self._clock.now()
        lang = self._auth.language(request)
        hash, agent = hash_secret(secret), browser_of(request.headers.get("user-agent", ""))

        def work() -> Work[bool]:
            account = yield from who()
            if account.factors.any and not whole:
                until = now + PENDING_SECONDS * 1000
                yield from factors_store.add_pending(hash, account.id, account.credentials, until)
                return False
            if before is not None:
                yield from end_session(before.session)
            yield from add_session(hash, id, account.id, agent, now, now + IDLE_SECONDS * 1000)
            if not self._factors.knows_browser(request, account.email):
                yield from self._factors.notices.tell(account.id, "new_browser", lang)
            return True

        if not await self._db.write(work):
            response = self._auth.redirect(SECOND)
            response.headers["Set-Cookie"] = _pending_cookie(secret, PENDING_SECONDS)
            return response
        response = self._auth.redirect(path, query)
        response.headers["Set-Cookie"] = session_cookie(secret, SESSION_SECONDS)
        if PENDING_COOKIE in request.cookies:
            response.headers.append("Set-Cookie", _pending_cookie("", 0))
        return response

    async def choose_language(self, request: Request) -> Response:
        """`POST /admin/language/` `{lang, here}`: sets the language of the owner's pages in this browser."""
        fields = await self._auth.form(request)
        here = fields.get("here", "")
        response = self._auth.redirect(here if OWN.fullmatch(here) else "/admin/")
        response.headers["Set-Cookie"] = (
            f"{LANGUAGE_COOKIE}={negotiate(fields.get('lang', ''))}; Path=/; Max-Age={LANGUAGE_SECONDS}; Secure; "
            "HttpOnly; SameSite=Lax"
        )
        return response

    async def _form(self, request: Request, status: int, problem: str, email: str = "") -> Response:
        passkeys = self._factors.passkeys.offered and await self._db.read(factors_store.any_passkey)
        t = texts(self._auth.language(request), "admin.sign_in")
        return self._auth.open(
            request, "admin/sign_in.html", status=status, t=t, title=t["title"], problem=problem,
            form=BoundForm({"email": email}), typed=email, passkeys=passkeys, options=PASSKEY, to=PASSKEY,
        )  # fmt: skip

    async def _refused(self, request: Request, error: AppError, email: str = "") -> Response:
        status = error.status if isinstance(error, LimitReached) else 403
        return _later(await self._form(request, status, self._words(request, error), email), error)

    def _words(self, request: Request, error: AppError) -> str:
        lang = self._auth.language(request)
        if isinstance(error, LimitReached):
            return texts(lang, "admin.sign_in").counted("wait", error.retry_after or 1)
        return error_text(error, lang)


def _later(response: Response, error: AppError | None) -> Response:
    """The response, with the time of the next allowed attempt."""
    if error is not None and error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _pending_cookie(value: str, seconds: int) -> str:
    return f"{PENDING_COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"
