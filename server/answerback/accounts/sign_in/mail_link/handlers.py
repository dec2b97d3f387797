"""Pages for mail links: request one, wait for it, use it. A GET never uses up a link (threat 19)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ....core.buckets import account_failures
from ....core.emails import read_email
from ....errors import AppError, LimitReached, NotFound
from ....i18n.catalogue import error_text, texts
from ....net.addresses import address_key, client_address
from ....runtime import Runtime
from ....web.rendering import language_of
from ....web.views import METHODS, View, WebViews
from ...passwords import LENGTHS
from ...sessions import hash_secret
from ..flow.protocol import SignIn, SignInFlow
from ..pace import caller_key
from ..password import PasswordAccounts
from . import store
from .outbox import MailOutbox
from .redeeming import LinkRedemption
from .store import Link


class MailLinks:
    """The handlers of `/sign-in/mail/…`."""

    def __init__(
        self, runtime: Runtime, views: WebViews, door: SignInFlow, post: MailOutbox, by_password: PasswordAccounts
    ) -> None:
        self._settings = runtime.settings
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._views = views
        self._door = door
        self._post = post
        self._by_password = by_password
        self._using = LinkRedemption(runtime)

    def routes(self) -> list[Route]:
        """All routes of sign-in by mail; none without a mail server."""
        if not self._post.ready:
            return []
        table: Mapping[str, Mapping[str, View]] = {
            "/sign-in/mail/start": {"POST": self.start},
            "/sign-in/mail/reset": {"POST": self.start_reset},
            "/sign-in/mail/wait": {"GET": self.wait},
            "/sign-in/mail/code": {"POST": self.by_code},
            "/sign-in/mail/{secret}/": {"GET": self.show, "POST": self.use},
        }
        return [Route(path, self._views.guarded(calls), methods=METHODS) for path, calls in table.items()]

    # ---- asking

    async def start(self, request: Request) -> Response:
        """`POST /sign-in/mail/start`: sends a sign-in link and code; the same response for every address."""
        return await self._ask(request, "sign_in")

    async def start_reset(self, request: Request) -> Response:
        """`POST /sign-in/mail/reset`: sends a password reset link; the same response for every address."""
        return await self._ask(request, "reset")

    async def _ask(self, request: Request, purpose: str) -> Response:
        fields = await self._views.form(request)
        sign_in = await self._door.find(request, fields.get("sign_in", ""))
        typed, address = fields.get("email", ""), client_address(request, self._settings.trusted_proxies)
        try:
            email = read_email(typed)
            device = self._by_password.devices.known(request, account_failures(sign_in.site, email))
            await self._post.ask(
                purpose, sign_in.site, email, lang=sign_in.lang, sign_in_id=sign_in.id, device=device,
                address=address_key(address, "mail", self._settings.secret_key[-1]),
            )  # fmt: skip
        except AppError as error:
            return await self._door.refuse(request, sign_in.id, error, email=typed, reset=purpose == "reset")
        return RedirectResponse(self._waiting(sign_in.id, purpose), 303)

    def _waiting(self, sign_in: str, purpose: str) -> str:
        return f"{self._views.base}/sign-in/mail/wait?" + urlencode({"sign_in": sign_in, "for": purpose})

    async def wait(self, request: Request) -> Response:
        """`GET /sign-in/mail/wait`: reloads every few seconds, and continues once the link has been used."""
        led_to = await self._door.ended(request, request.query_params.get("sign_in", ""))
        if led_to:  # another window has used it
            return RedirectResponse(led_to, 303)
        sign_in = await self._door.find(request, request.query_params.get("sign_in", ""))
        found = await store.proved(self._db, sign_in.id)
        if found is not None and found[0].site == sign_in.site:
            return await self._door.finish(request, sign_in.id, found[0], email=found[1])
        return await self._waiting_view(request, sign_in, request.query_params.get("for", "sign_in"))

    async def _waiting_view(self, request: Request, sign_in: SignIn, purpose: str, problem: str = "") -> Response:
        purpose = purpose if purpose in ("sign_in", "reset") else "sign_in"
        site = await self._sites.get(sign_in.site)
        lang = language_of(request, sign_in.lang)
        t = texts(lang, "sign_in")
        return self._views.render(
            "accounts/sign_in/mail_link/templates/mail_wait.html", lang=lang, status=403 if problem else 200, t=t,
            title=t["wait"], site_name=site.name or site.key, problem=t[problem] if problem else "",
            hint=t[f"wait_{purpose}"], with_code=purpose == "sign_in", sign_in=sign_in.id,
            again=self._door.again(sign_in), here=self._waiting(sign_in.id, purpose),
        )  # fmt: skip

    async def by_code(self, request: Request) -> Response:
        """`POST /sign-in/mail/code`: the mailed code, entered where the sign-in began; five attempts."""
        fields = await self._views.form(request)
        sign_in = await self._door.find(request, fields.get("sign_in", ""))
        now = self._clock.now()
        found = await self._db.write(lambda: store.guess(sign_in.id, now))
        typed = fields.get("code", "").strip().replace(" ", "")[:20]
        if found is None or not hmac.compare_digest(found[1], self._post.hash_code(found[0], typed)):
            return await self._waiting_view(request, sign_in, "sign_in", "bad_code")
        visitor, email = await self._using.sign_in_by_code(found[0])
        return await self._door.finish(request, sign_in.id, visitor, email=email)

    # ---- using

    async def show(self, request: Request) -> Response:
        """`GET /sign-in/mail/<secret>/`: the link's purpose and a button; does not use the link."""
        link = await self._link(request)
        site = await self._sites.get(link.site)
        t = texts(link.lang, "sign_in")
        values = {"site": site.name or site.key, "email": link.email}
        if link.purpose == "sign_in" and await self._begun_here(request, link) is None:
            return self._show(link, request, hint=t["elsewhere"])
        return self._show(
            link, request, hint=t(f"link_{link.purpose}_hint", **values),
            button=t(f"link_{link.purpose}_button", **values), with_password=link.purpose == "reset",
        )  # fmt: skip

    async def use(self, request: Request) -> Response:
        """`POST /sign-in/mail/<secret>/`: uses the link, once."""
        fields = await self._views.form(request)
        link = await self._link(request)
        secret, t = request.path_params["secret"], texts(link.lang, "sign_in")
        sign_in = await self._begun_here(request, link)
        if link.purpose == "verify":
            await self._using.verify(secret)
            return self._show(link, request, done=t["verified"])
        if link.purpose == "reset":
            caller, password = caller_key(request, self._settings), fields.get("password", "")
            try:
                hash = await self._by_password.hash_for(link.id, link.email, password, caller)
            except AppError as error:
                return self._show(
                    link,
                    request,
                    status=error.status,
                    problem=error_text(error, link.lang),
                    button=t["link_reset_button"],
                    with_password=True,
                )
            await self._using.reset(secret, hash, begun_here=sign_in is not None)
            return self._show(link, request, done=t["reset_done"], go_on=self._go_on(sign_in))
        if sign_in is None:
            return self._show(link, request, status=403, problem=t["elsewhere"])
        await self._using.sign_in(secret)
        return self._show(link, request, done=t["signed_in"], go_on=self._go_on(sign_in))

    def _go_on(self, sign_in: SignIn | None) -> str:
        return "" if sign_in is None else self._waiting(sign_in.id, "sign_in")

    async def _begun_here(self, request: Request, link: Link) -> SignIn | None:
        """The sign-in that requested the message, if it began in this browser."""
        if link.sign_in_id is None:
            return None
        try:
            return await self._door.find(request, link.sign_in_id)
        except LimitReached:
            raise
        except AppError:
            return None

    async def _link(self, request: Request) -> Link:
        link = await store.link_by_hash(self._db, hash_secret(request.path_params["secret"]), self._clock.now())
        if link is None:
            raise NotFound("ticket_invalid")
        return link

    def _show(
        self, link: Link, request: Request, *, status: int = 200, hint: str = "", done: str = "", problem: str = "",
        button: str = "", go_on: str = "", with_password: bool = False,
    ) -> Response:  # fmt: skip
        t = texts(link.lang, "sign_in")
        known = self._sites.known(link.site)
        return self._views.render(
            "accounts/sign_in/mail_link/templates/mail_link.html", lang=link.lang, status=status, t=t,
            title=t[f"link_{link.purpose}"], lengths=LENGTHS,
            site_name=(known.name or known.key) if known else link.site, done=done, problem=problem, hint=hint,
            button=button, go_on=go_on, with_password=with_password, email=link.email,
            path=f"/sign-in/mail/{quote(request.path_params['secret'], safe='')}/",
        )  # fmt: skip
