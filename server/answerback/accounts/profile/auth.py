"""Authorizes the account page: a cookie of its own for an hour, and a fresh sign-in for irreversible actions."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request

from ...clock import Clock
from ...core.model import Visitor
from ...db.database import Database
from ...db.work import Work
from ...errors import Forbidden, Unauthorized
from ...i18n.catalogue import texts
from ...ids import Ids
from ...settings import Settings
from ...web.views import HEADERS, WebViews
from ..credentials_store import hold
from ..sessions import hash_secret
from ..sign_in.pace import caller_key
from . import store
from .store import Account

SESSION_SECONDS, FRESH_SECONDS = 3_600, 600

WITH_SCRIPT: Mapping[str, str] = {
    **HEADERS, "Content-Security-Policy": HEADERS["Content-Security-Policy"] + "; script-src 'self'"
}  # fmt: skip


def cookie_name(site: str) -> str:
    """The account page's cookie; neither the API nor the owner's pages accept it."""
    return f"__Host-answerback-account-{site}"


def cookie(site: str, value: str, seconds: int) -> str:
    """Its Set-Cookie header. `Lax`, so that it is sent when a visitor follows a link from the site."""
    return f"{cookie_name(site)}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"


class AccountAuth(WebViews):
    """Opens and checks sessions of the account page; its only script is our own file, and it works without."""

    headers = WITH_SCRIPT

    def __init__(self, settings: Settings, db: Database, clock: Clock, ids: Ids) -> None:
        super().__init__(settings)
        self._settings = settings
        self._key = settings.secret_key[-1].encode()
        self._db = db
        self._clock = clock
        self._ids = ids

    async def open(self, visitor: Visitor) -> str:
        """A session for a visitor who has just proved who they are, as a Set-Cookie header. Raises as `hold` does."""
        secret, now = self._ids.secret(), self._clock.now()
        until = now + SESSION_SECONDS * 1000

        def work() -> Work[None]:
            yield from hold(visitor)
            yield from store.add_account_session(hash_secret(secret), visitor, now, until)

        await self._db.write(work)
        return cookie(visitor.site, secret, SESSION_SECONDS)

    async def account(self, request: Request, site: str) -> Account | None:
        """The account open in this browser, if any."""
        secret = request.cookies.get(cookie_name(site))
        if not secret:
            return None
        return await store.account_by_session(self._db, site, hash_secret(secret), self._clock.now())

    async def visitor(self, request: Request, site: str) -> Visitor | None:
        """Like `account`, but returns the visitor."""
        account = await self.account(request, site)
        return account.visitor if account else None

    async def require(self, request: Request, site: str, fields: Mapping[str, str]) -> Account:
        """The open account, for a form made for it. Raises Unauthorized and Forbidden."""
        account = await self.account(request, site)
        if account is None:
            raise Unauthorized("session_required", reason="account_expired")
        if not hmac.compare_digest(fields.get("token", "").encode(), self.token(account).encode()):
            raise Forbidden("session_invalid", reason="form_expired")
        return account

    def caller(self, request: Request) -> str:
        """The caller's keyed address."""
        return caller_key(request, self._settings)

    def fresh(self, account: Account) -> bool:
        """Whether the proof is at most a few minutes old."""
        return 0 <= self._clock.now() - account.proved_at < FRESH_SECONDS * 1000

    def token(self, account: Account) -> str:
        """The CSRF token of this session's forms."""
        return hmac.new(self._key, f"account-form|{account.session}".encode(), hashlib.sha256).hexdigest()

    def address(self, site: str, **values: str) -> str:
        """The address of a site's account page."""
        query = {"site": site, **{name: text for name, text in values.items() if text}}
        return f"{self.base}/account/?{urlencode(query)}"

    def error_values(self, request: Request, lang: str) -> dict[str, str]:
        """Links back to the account page if the address names its site."""
        site = request.query_params.get("site", "")
        return {"again": self.address(site, lang=lang), "again_text": texts(lang, "account")["back"]} if site else {}
