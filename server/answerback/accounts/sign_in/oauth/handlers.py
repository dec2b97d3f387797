"""Signing in by Kakao and GitHub over HTTP: off to the provider, and back from it."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ....clock import Clock
from ....core.model import Visitor
from ....db.database import Database, IntegrityConflict
from ....errors import AppError, NotFound
from ....ids import Ids
from ....settings import Settings
from ....web.error_texts import said
from ....web.own_pages import METHODS, WebPages
from ....web.pages import language_of, render
from ... import identities
from ...identities.model import NewIds, Profile
from ...sessions import hash_secret
from ..flow.protocol import SignIn, SignInFlow
from ..pace import Pace, caller_key
from . import store
from .client import ProviderFailed
from .providers import Provider, configured
from .texts import texts_in

log = logging.getLogger(__name__)

BROWSER_COOKIE = "__Host-answerback-browser"
SECONDS, STARTED_A_MINUTE = 600, 60
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class PictureKeeper(Protocol):
    """Takes pictures of visitors in."""

    def later(self, visitor: Visitor, url: str) -> None:
        """Fetch a picture without keeping anybody waiting."""
        ...


@dataclass(frozen=True, slots=True)
class Flow:
    """What came back for an account that wants one more way in; no profile when it failed."""

    account: str
    profile: Profile | None


Linked = Callable[[Request, Flow], Awaitable[Response]]


def browser_cookie(secret: str) -> str:
    """The Set-Cookie header that binds sign-ins to a browser; `Lax`, since providers send it back from outside."""
    return f"{BROWSER_COOKIE}={secret}; Path=/; Max-Age={SECONDS * 6}; Secure; HttpOnly; SameSite=Lax"


class OAuth:
    """The handlers of `/sign-in/<provider>/…`; `linked` is called for an account that wants one more way in."""

    def __init__(
        self, settings: Settings, db: Database, clock: Clock, ids: Ids, pages: WebPages, door: SignInFlow,
        pictures: PictureKeeper, providers: Mapping[str, Provider] | None = None,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._db = db
        self._clock = clock
        self._ids = ids
        self._pages = pages
        self._door = door
        self._pictures = pictures
        self._providers = configured(settings, clock) if providers is None else providers
        self._pace = Pace(clock, STARTED_A_MINUTE)
        self.linked: Linked | None = None

    def routes(self) -> list[Route]:
        """All addresses of signing in elsewhere."""
        table = {"/sign-in/{provider}/start": self.start, "/sign-in/{provider}/callback": self.callback}
        return [
            Route(path, self._pages.guarded({"GET": call}, self._error), methods=METHODS)
            for path, call in table.items()
        ]

    def offered(self, lang: str) -> list[tuple[str, str, str]]:
        """Name, what it is called in that language, and issuer of each provider that is set up."""
        texts = texts_in(lang)
        return [(provider.name, texts[provider.name], provider.issuer) for provider in self._providers.values()]

    async def start(self, request: Request) -> Response:
        """`GET /sign-in/<provider>/start?sign_in=`: off to the provider."""
        sign_in = await self._door.find(request, request.query_params.get("sign_in", ""))
        self._pace.step(caller_key(request, self._settings))
        return await self.begin(request, request.path_params["provider"], sign_in=sign_in)

    async def begin(
        self, request: Request, provider: str, *, sign_in: SignIn | None = None, account: str = ""
    ) -> Response:
        """Send the browser to a provider, for a sign-in or for an account that wants one more way in."""
        chosen = self._provider(provider)
        known = request.cookies.get(BROWSER_COOKIE, "")
        browser = known if _SECRET.fullmatch(known) else self._ids.secret()
        secret, verifier, nonce = self._ids.secret(), self._ids.secret(), self._ids.secret()
        try:
            address = await chosen.address(self._redirect_uri(chosen), secret, verifier, nonce)
        except ProviderFailed as failed:
            return self._failed(request, failed.reason, sign_in, chosen, failed.detail)
        state = store.State(chosen.name, sign_in.id if sign_in else "", account, verifier, nonce)
        now = self._clock.now()
        hash, bound, until = hash_secret(secret), hash_secret(browser), now + SECONDS * 1000
        await self._db.write(lambda: store.add_state(hash, bound, state, now, until))
        response = RedirectResponse(address, 303)
        response.headers["Set-Cookie"] = browser_cookie(browser)
        return response

    async def callback(self, request: Request) -> Response:
        """`GET /sign-in/<provider>/callback`: whatever comes, the state is looked at first."""
        provider = self._provider(request.path_params["provider"])
        query = request.query_params
        state = await self._state(request, provider, query.get("state", ""))
        if state is None:
            return self._failed(request, "lost", None, provider, "state")
        sign_in = None if state.account else await self._door.find(request, state.sign_in_id)
        try:
            profile = await self._profile(provider, state, query)
        except ProviderFailed as failed:
            if sign_in is None and self.linked is not None:
                return await self.linked(request, Flow(state.account, None))
            return self._failed(request, failed.reason, sign_in, provider, failed.detail)
        if sign_in is None:
            assert self.linked is not None
            return await self.linked(request, Flow(state.account, profile))
        visitor = await self._sign_in(sign_in.site, profile)
        if visitor.avatar_url is None:
            self._pictures.later(visitor, profile.picture)
        return await self._door.finish(request, sign_in.id, visitor)

    async def _state(self, request: Request, provider: Provider, secret: str) -> store.State | None:
        """The state that this browser began, once; nothing is touched for any other browser."""
        browser = request.cookies.get(BROWSER_COOKIE, "")
        if not secret or not browser:
            return None
        hash, bound, now = hash_secret(secret), hash_secret(browser), self._clock.now()
        return await self._db.write(lambda: store.use_state(hash, provider.name, bound, now))

    async def _profile(self, provider: Provider, state: store.State, query: Mapping[str, str]) -> Profile:
        issuer = query.get("iss")  # RFC 9207: an answer of somebody else, mixed up with this one
        if issuer is not None and issuer not in provider.answers_as:
            raise ProviderFailed("refused", "issuer of the response")
        if "error" in query:
            reason = "cancelled" if query["error"] in ("access_denied", "user_denied") else "refused"
            raise ProviderFailed(reason, "error response")  # type: ignore[arg-type]  # one of two that it knows
        if not query.get("code"):
            raise ProviderFailed("refused", "no code")
        try:
            return await provider.profile(self._redirect_uri(provider), query["code"], state.verifier, state.nonce)
        except ValueError:
            raise ProviderFailed("refused", "empty subject") from None

    async def _sign_in(self, site: str, profile: Profile) -> Visitor:
        ids, now = NewIds(self._ids.new(), self._ids.new()), self._clock.now()
        try:
            return await self._db.write(lambda: identities.sign_in(site, profile, ids, now))
        except IntegrityConflict:  # the same person came in twice at this moment: there is an account now
            return await self._db.write(lambda: identities.sign_in(site, profile, ids, now))

    def _redirect_uri(self, provider: Provider) -> str:
        return f"{self._settings.public_url}/sign-in/{provider.name}/callback"

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            raise NotFound("not_found", "This way in is not set up here.")
        return self._providers[name]

    def _failed(self, request: Request, reason: str, sign_in: SignIn | None, of: Provider, detail: str) -> Response:
        """A page with a sentence of ours; the operator's log has the kind of failure, never the provider's words."""
        if reason not in ("cancelled", "lost"):
            log.warning("sign-in by %s failed (%s): %s", of.name, reason, detail)
        lang = language_of(request, sign_in.lang if sign_in else "")
        texts = texts_in(lang)
        page = render(
            "failed.html", base=self._pages.base, lang=lang, title=texts["title"], site_name=texts[of.name], done="",
            problem=texts[reason].format(provider=texts[of.name]), again=self._door.again(sign_in) if sign_in else "",
            again_text=texts["again"], close_text=texts["close"],
        )  # fmt: skip
        status = {"cancelled": 200, "unavailable": 502}.get(reason, 400)
        return Response(page, status, media_type="text/html")

    def _error(self, request: Request, error: AppError) -> Response:
        lang = language_of(request, "")
        texts = texts_in(lang)
        page = render(
            "failed.html", base=self._pages.base, lang=lang, title=texts["title"], site_name="Answerback", done="",
            problem=said(error, lang), again="", again_text=texts["again"], close_text=texts["close"],
        )  # fmt: skip
        return Response(page, error.status, media_type="text/html")
