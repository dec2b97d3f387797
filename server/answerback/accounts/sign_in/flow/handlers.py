"""The sign-in page on our own origin: passwords and providers never happen inside the site's page."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ....core.buckets import account_failures
from ....core.emails import read_email
from ....core.model import Visitor
from ....core.names import clean_name
from ....errors import AppError, BadRequest, NotFound
from ....i18n.catalogue import error_text, texts
from ....runtime import Runtime
from ....web.forms import EMPTY, BoundForm, refused
from ....web.rendering import language_of
from ....web.views import HEADERS, METHODS, WebViews
from ...passwords import LENGTHS
from ...sessions import hash_secret
from ..pace import AddressPace, caller_key
from ..password import PasswordAccounts
from . import store
from .code_exchange import CodeExchange, OpenOwn
from .protocol import SignIn, sign_in_address
from .return_pages import ReturnPages
from .return_urls import allowed_origin, own_page, token, way_back
from .store import PendingSignIn

BEGUN_A_MINUTE = 60
TITLES = {"register.html": "register", "reset.html": "reset", "handed_over.html": "handed_over"}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# A popup must keep access to its opener; the only script is our own file.
POPUP_HEADERS: Mapping[str, str] = {
    **HEADERS,
    "Content-Security-Policy": HEADERS["Content-Security-Policy"] + "; script-src 'self'",
    "Cross-Origin-Opener-Policy": "unsafe-none",
}


@dataclass(frozen=True, slots=True)
class Ways:
    """The configured sign-in methods besides passwords, and the way back to the page."""

    providers: Callable[[str], list[tuple[str, str, str]]]
    """Name, display name in a language, and issuer of each provider."""
    mail: bool
    """Whether links can be sent by mail."""
    return_pages: ReturnPages
    """Checks a page before a code is passed in its address."""
    opened: Callable[[Request, str], Awaitable[Visitor | None]]
    """The visitor whose account page for a site is open in this browser."""


class PopupViews(WebViews):
    """The views of the sign-in popup."""

    headers = POPUP_HEADERS

    def error_values(self, request: Request, lang: str) -> dict[str, str]:
        """Lets the window close: the page that opened it is still there."""
        return {"hint": texts(lang, "sign_in")["close"]}


def cookie_name(id: str) -> str:
    """The cookie that binds a sign-in to its browser; one for each sign-in, for parallel tabs."""
    return f"__Host-answerback-sign-in-{id}"


class SignInViews:
    """The handlers of `/sign-in/…`; every sign-in method starts and ends here."""

    def __init__(
        self, runtime: Runtime, views: PopupViews, by_password: PasswordAccounts, handover: CodeExchange,
        open_own: OpenOwn, ways: Ways,
    ) -> None:  # fmt: skip
        self._settings = runtime.settings
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._views = views
        self._by_password = by_password
        self._handover = handover
        self._open_own = open_own
        self._ways_in = ways
        self._return_pages = ways.return_pages
        self._pace = AddressPace(runtime, "sign-in", BEGUN_A_MINUTE)

    def routes(self) -> list[Route]:
        """All routes of the page; those of providers and mail come before `/sign-in/{id}/`."""
        table = {
            "/sign-in/": {"GET": self.begin},
            "/sign-in/{id}/": {"GET": self.read},
            "/sign-in/{id}/return/": {"GET": self.go_back},
            "/sign-in/{id}/password/": {"POST": self.sign_in},
            "/sign-in/{id}/continue/": {"POST": self.go_on},
            "/sign-in/{id}/register/": {"GET": self.show_register, "POST": self.register},
            "/sign-in/{id}/reset/": {"GET": self.show_reset},
        }
        return [Route(path, self._views.guarded(calls), methods=METHODS) for path, calls in table.items()]

    # ---- entry

    async def find(self, request: Request, sign_in_id: str) -> PendingSignIn:
        """This browser's sign-in. Raises NotFound if it is over or belongs to another browser."""
        begun = await self._of_this_browser(request, sign_in_id)
        if begun is None or begun.ended_at is not None:
            # No cookies at all: the browser blocks them, since the redirect to here set one.
            raise NotFound(reason="sign_in_over" if request.cookies else "cookies_needed")
        return begun

    async def ended(self, request: Request, sign_in_id: str) -> str:
        """The address where this browser's sign-in ended; empty while it is pending."""
        begun = await self._of_this_browser(request, sign_in_id)
        return begun.return_to if begun is not None and begun.ended_at is not None else ""

    async def _of_this_browser(self, request: Request, sign_in_id: str) -> PendingSignIn | None:
        secret = request.cookies.get(cookie_name(sign_in_id), "") if _ID.fullmatch(sign_in_id) else ""
        if not secret:
            return None
        return await store.sign_in_of(self._db, sign_in_id, hash_secret(secret), self._clock.now())

    async def finish(self, request: Request, sign_in_id: str, visitor: Visitor, *, email: str = "") -> Response:
        """Hands the visitor over to the page where the sign-in began. `email` is the address they signed in with: the
        account knows the browser from now on. Raises NotFound as `find` does, and as `hold` does."""
        begun = await self.find(request, sign_in_id)
        if visitor.site != begun.site:
            raise NotFound
        if begun.origin == self._settings.public_origin:
            opened = await self._open_own(visitor)
            await self._db.write(lambda: store.end_sign_in(begun.id, self._clock.now()))
            response: Response = RedirectResponse(begun.return_to, 303)
            response.headers["Set-Cookie"] = opened
        else:
            code = await self._handover.code_for(begun, visitor)
            response = self._show("handed_over.html", begun, code=code)
        if email:
            device = self._by_password.devices.cookie(request, account_failures(begun.site, email))
            response.headers.append("Set-Cookie", device)
        return response

    async def refuse(
        self, request: Request, sign_in_id: str, problem: AppError, *, email: str, reset: bool
    ) -> Response:
        """The submitted form again, with its error."""
        begun = await self.find(request, sign_in_id)
        form = refused({"email": email}, problem, error_text(problem, begun.lang))
        if reset:
            return self._show("reset.html", begun, form, problem)
        # The page also has an address field for the password.
        errors = {"mail": form.errors["email"]} if form.errors else {}
        return self._ways(begun, BoundForm({"mail": email}, errors, form.problem), problem)

    def again(self, sign_in: SignIn) -> str:
        """The address of this row's sign-in page."""
        return sign_in_address(self._views.base, sign_in)

    # ---- the page

    async def begin(self, request: Request) -> Response:
        """`GET /sign-in/?site=&origin=&return_to=&lang=&nonce=&challenge=`: starts a sign-in for this browser."""
        query = request.query_params
        site = await self._sites.get(query.get("site", ""))
        origin = allowed_origin(site, query.get("origin", ""), self._settings.public_origin)
        back = query.get("return_to", "")
        own = origin == self._settings.public_origin
        begun = PendingSignIn(
            id=self._ids.new(), site=site.key, origin=origin,
            return_to=own_page(back, origin, self._views.base) if own else way_back(back, origin),
            nonce=token("nonce", query.get("nonce", "")), challenge=token("challenge", query.get("challenge", "")),
            lang=language_of(request, site.lang, query.get("lang", "")),
        )  # fmt: skip
        await self._pace.step(caller_key(request, self._settings))
        secret = self._ids.secret()
        await self._db.write(lambda: store.add_sign_in(begun, hash_secret(secret), self._clock.now()))
        response = RedirectResponse(self.again(begun), 303)
        seconds = store.SIGN_IN_MS // 1000
        response.headers["Set-Cookie"] = (
            f"{cookie_name(begun.id)}={secret}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"
        )
        return response

    async def read(self, request: Request) -> Response:
        """`GET /sign-in/<id>/`: all configured methods, first the account that is signed in on our own pages."""
        begun = await self._begun(request)
        visitor = await self._ways_in.opened(request, begun.site)
        return self._ways(begun, opened=visitor.name or begun.site if visitor else "")

    async def go_on(self, request: Request) -> Response:
        """`POST /sign-in/<id>/continue/`: signs in as the account page's visitor, without another proof."""
        await self._views.form(request)
        begun = await self._begun(request)
        visitor = await self._ways_in.opened(request, begun.site)
        if visitor is None:
            return RedirectResponse(self.again(begun), 303)
        return await self.finish(request, begun.id, visitor)

    async def go_back(self, request: Request) -> Response:
        """`GET /sign-in/<id>/return/`: if no window waits for the code, passes it in the page's address, which must be
        a page with our tag."""
        begun = await self._begun(request)
        visitor = await self._db.read(lambda: store.handed_over(begun.id))
        if visitor is None:
            return RedirectResponse(self.again(begun), 303)
        await self._pace.step(caller_key(request, self._settings))
        page = await self._return_pages.address(await self._sites.get(begun.site), begun.origin, begun.return_to)
        if not page:
            error = BadRequest("validation_failed", reason="return_unsafe", values={"page": begun.return_to})
            return self._show("no_return.html", begun, refused({}, error, error_text(error, begun.lang)), error)
        code = await self._handover.code_for(begun, visitor)
        return RedirectResponse(f"{page}#answerback-code={code}&answerback-nonce={begun.nonce}", 303)

    async def sign_in(self, request: Request) -> Response:
        """`POST /sign-in/<id>/password/`: the same response in the same time for unknown addresses and bad
        passwords."""
        fields = await self._views.form(request)
        begun = await self._begun(request)
        email = fields.get("email", "")
        try:
            address = read_email(email)
            device = self._by_password.devices.known(request, account_failures(begun.site, address))
            visitor = await self._by_password.sign_in(
                begun.site, address, fields.get("password", ""), caller_key(request, self._settings), device
            )
            return await self.finish(request, begun.id, visitor, email=address)
        except AppError as error:
            return self._ways(begun, refused({"email": email}, error, error_text(error, begun.lang)), error)

    async def show_register(self, request: Request) -> Response:
        """`GET /sign-in/<id>/register/`: the registration form."""
        return self._show("register.html", await self._begun(request))

    async def register(self, request: Request) -> Response:
        """`POST /sign-in/<id>/register/`: creates an account and signs in."""
        fields = await self._views.form(request)
        begun = await self._begun(request)
        email, name = fields.get("email", ""), clean_name(fields.get("name", ""))
        try:
            caller = caller_key(request, self._settings)
            await self._pace.step(caller)
            visitor = await self._by_password.register(
                begun.site, read_email(email), fields.get("password", ""), name, begun.lang, caller
            )
        except AppError as error:
            form = refused({"email": email, "name": name, "password": ""}, error, error_text(error, begun.lang))
            return self._show("register.html", begun, form, error)
        return await self.finish(request, begun.id, visitor, email=read_email(email))

    async def show_reset(self, request: Request) -> Response:
        """`GET /sign-in/<id>/reset/`: the form that requests a password reset link."""
        return self._show("reset.html", await self._begun(request))

    def _ways(
        self, begun: PendingSignIn, form: BoundForm = EMPTY, error: AppError | None = None, opened: str = ""
    ) -> Response:
        offered = [{"name": name, "label": label} for name, label, _ in self._ways_in.providers(begun.lang)]
        return self._show("ways.html", begun, form, error, providers=offered, opened=opened)

    def _show(
        self, template: str, begun: PendingSignIn, form: BoundForm = EMPTY, error: AppError | None = None, **values: Any
    ) -> Response:
        known = self._sites.known(begun.site)
        t = texts(begun.lang, "sign_in")
        response = self._views.render(
            f"accounts/sign_in/flow/templates/{template}", lang=begun.lang, t=t, form=form, problem=form.problem,
            status=200 if error is None else error.status, title=t[TITLES.get(template, "title")],
            site_name=(known.name or known.key) if known else begun.site, begun=begun, here=f"/sign-in/{begun.id}/",
            mail=self._ways_in.mail, lengths=LENGTHS, **values,
        )  # fmt: skip
        if error is not None and error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    async def _begun(self, request: Request) -> PendingSignIn:
        return await self.find(request, str(request.path_params["id"]))
