"""The OAuth flow: builds the authorization request and handles the callback."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ....errors import NotFound
from ....i18n.catalogue import texts
from ....runtime import Runtime
from ....web.rendering import language_of
from ....web.views import WebViews
from ...identities.model import Profile
from ...sessions import hash_secret
from ..flow.protocol import SignIn, sign_in_address
from . import store
from .client import ProviderFailed
from .providers import Provider

log = logging.getLogger(__name__)

BROWSER_COOKIE = "__Host-answerback-browser"
SECONDS = 600
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def browser_cookie(secret: str) -> str:
    """The Set-Cookie header that binds sign-ins to a browser; `Lax`, since providers return by a cross-site
    navigation."""
    return f"{BROWSER_COOKIE}={secret}; Path=/; Max-Age={SECONDS * 6}; Secure; HttpOnly; SameSite=Lax"


class OAuthFlow:
    """Sends browsers to providers and handles their callbacks."""

    def __init__(self, runtime: Runtime, views: WebViews, providers: Mapping[str, Provider]) -> None:
        self._public_url = runtime.settings.public_url
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._views = views
        self._providers = providers

    def offered(self, lang: str) -> list[tuple[str, str, str]]:
        """Name, display name in that language, and issuer of each configured provider."""
        t = texts(lang, "sign_in")
        return [(name, t[f"providers.{name}"], provider.issuer) for name, provider in self._providers.items()]

    async def begin(
        self, request: Request, provider: str, *, sign_in: SignIn | None = None, account: str = ""
    ) -> Response:
        """Sends the browser to a provider, for a sign-in or to link another sign-in method to an account."""
        chosen = self.provider(provider)
        known = request.cookies.get(BROWSER_COOKIE, "")
        browser = known if _SECRET.fullmatch(known) else self._ids.secret()
        secret, verifier, nonce = self._ids.secret(), self._ids.secret(), self._ids.secret()
        try:
            address = await chosen.address(self._redirect_uri(chosen), secret, verifier, nonce)
        except ProviderFailed as failed:
            return self.failed(request, failed.reason, sign_in, chosen, failed.detail)
        state = store.State(chosen.name, sign_in.id if sign_in else "", account, verifier, nonce)
        hash, bound, until = hash_secret(secret), hash_secret(browser), self._clock.now() + SECONDS * 1000
        await self._db.write(lambda: store.add_state(hash, bound, state, until))
        response = RedirectResponse(address, 303)
        response.headers["Set-Cookie"] = browser_cookie(browser)
        return response

    async def state(self, request: Request, provider: Provider, secret: str) -> store.State | None:
        """The state that this browser began, once; changes nothing for any other browser."""
        browser = request.cookies.get(BROWSER_COOKIE, "")
        if not secret or not browser:
            return None
        hash, bound, now = hash_secret(secret), hash_secret(browser), self._clock.now()
        return await self._db.write(lambda: store.use_state(hash, provider.name, bound, now))

    async def profile(self, provider: Provider, state: store.State, query: Mapping[str, str]) -> Profile:
        """The user who returned from the provider with this query. Raises ProviderFailed."""
        issuer = query.get("iss")  # RFC 9207: guards against mix-up attacks
        if issuer is not None and issuer not in provider.answers_as:
            raise ProviderFailed("refused", "issuer of the response")
        if "error" in query:
            reason = "cancelled" if query["error"] in ("access_denied", "user_denied") else "refused"
            raise ProviderFailed(reason, "error response")  # type: ignore[arg-type]  # one of its two literals
        if not query.get("code"):
            raise ProviderFailed("refused", "no code")
        try:
            return await provider.profile(self._redirect_uri(provider), query["code"], state.verifier, state.nonce)
        except ValueError:
            raise ProviderFailed("refused", "empty subject") from None

    def _redirect_uri(self, provider: Provider) -> str:
        return f"{self._public_url}/sign-in/{provider.name}/callback"

    def provider(self, name: str) -> Provider:
        """The provider of that name. Raises NotFound."""
        if name not in self._providers:
            raise NotFound(reason="method_not_offered")
        return self._providers[name]

    def failed(self, request: Request, reason: str, sign_in: SignIn | None, of: Provider, detail: str) -> Response:
        """A page with our own error text; the operator's log has the kind of failure, never the provider's text."""
        if reason not in ("cancelled", "lost"):
            log.warning("sign-in by %s failed (%s): %s", of.name, reason, detail)
        lang = language_of(request, sign_in.lang if sign_in else "")
        t = texts(lang, "sign_in")
        name = t[f"providers.{of.name}"]
        problem = texts(lang, "errors")["sign_in_over"] if reason == "lost" else t(reason, provider=name)
        return self._views.render(
            "web/templates/error.html", lang=lang, status={"cancelled": 200, "unavailable": 502}.get(reason, 400),
            title=t["title"], site_name=name, problem=problem,
            again=sign_in_address(self._views.base, sign_in) if sign_in else "", again_text=t["back"],
            hint="" if sign_in else t["close"],
        )  # fmt: skip
