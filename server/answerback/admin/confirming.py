"""Requires a fresh proof for dangerous actions: a password, a passkey or a code, within the last minutes.

The response to a form without one asks for it and carries the input; sent with the proof, the form takes effect. The
session continues with a new secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from ..accounts.factors.build import OwnerFactors
from ..accounts.factors.proving import Account
from ..accounts.factors.store import passkeys
from ..accounts.owner_sessions_store import prove_session
from ..accounts.sessions import hash_secret
from ..errors import LimitReached, Unauthorized
from ..i18n.catalogue import texts
from ..runtime import Runtime
from ..web.forms import BoundForm, Form
from .auth import OWN, SESSION_SECONDS, OwnerAuth, OwnerCall, OwnerView, session_cookie
from .rights import needs_proof

PATH = "/admin/confirm/"
PROOFS = ("proof_password", "proof_code", "proof_passkey")


class Confirming:
    """Asks for a fresh proof before a view that requires it."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth, factors: OwnerFactors) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._auth = auth
        self._factors = factors

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """The routes for a page's proof and for passkey options."""
        return {PATH: {"POST": self.go_on}, f"{PATH}passkey/": {"GET": self.passkey_options}}

    def proved(self, view: OwnerView, method: str, path: str) -> OwnerView:
        """Wraps the view: it is called only after a fresh proof, if it requires one."""

        async def serve(call: OwnerCall) -> Response:
            if not needs_proof(method, path, call.form) or self._auth.is_fresh(call.owner):
                return await view(call)
            return await self._after_proof(call, view)

        return serve

    async def go_on(self, call: OwnerCall) -> Response:
        """`POST /admin/confirm/` `{next, proof_…}`: redirects to a page that requires a fresh proof."""
        to = call.form.get("next", "")

        async def on(_: OwnerCall) -> Response:
            return self._auth.redirect(to if OWN.fullmatch(to) else "/admin/")

        return await self._after_proof(call, on)

    async def passkey_options(self, call: OwnerCall) -> Response:
        """`GET /admin/confirm/passkey/`: passkey options for the browser, as JSON."""
        known = await self._db.read(lambda: passkeys(call.owner.id))
        options = self._factors.passkeys.to_sign(_purpose(call), known)
        return Response(options, media_type="application/json")

    async def _after_proof(self, call: OwnerCall, view: OwnerView) -> Response:
        account = await self._factors.proofs.account(call.owner.id)
        if account is None:
            raise Unauthorized("session_invalid")
        if not any(call.form.get(name) for name in PROOFS):
            return self._ask(call, account, 401)
        t = texts(self._auth.language(call.request), "admin.confirm")
        try:
            good = await self._prove(call, account)
        except LimitReached as error:
            response = self._ask(call, account, 429, t.counted("wait", error.retry_after or 1))
            response.headers["Retry-After"] = str(error.retry_after or 1)
            return response
        if not good:
            return self._ask(call, account, 401, t["wrong"])
        secret, now, session = self._ids.secret(), self._clock.now(), call.owner.session
        form = Form({name: call.form.all(name) for name in call.form if name not in PROOFS})
        # The view runs first: if it raised, the new cookie would not reach the browser.
        response = await view(OwnerCall(call.request, replace(call.owner, proved_at=now), form))
        if await self._db.write(lambda: prove_session(session, hash_secret(secret), now)):
            response.headers.append("Set-Cookie", session_cookie(secret, SESSION_SECONDS))
        return response

    async def _prove(self, call: OwnerCall, account: Account) -> bool:
        proofs, form = self._factors.proofs, call.form
        caller = self._factors.caller(call.request, account.email, self._auth.language(call.request))
        if answer := form.get("proof_passkey"):
            return await proofs.by_passkey(_purpose(call), answer, caller, account.id) is not None
        if code := form.get("proof_code"):
            return await proofs.by_code(account.id, account.email, code, caller)
        return await proofs.by_password(account.email, form["proof_password"], caller, whole=True) is not None

    def _ask(self, call: OwnerCall, account: Account, status: int, problem: str = "") -> Response:
        request = call.request
        if request.method == "POST":
            path = request.url.path.removeprefix(self._auth.base)
            kept = [
                (name, value) for name in call.form if name not in (*PROOFS, "token") for value in call.form.all(name)
            ]
        else:
            path, query = PATH, request.url.query
            kept = [("next", request.url.path.removeprefix(self._auth.base) + (f"?{query}" if query else ""))]
        return self._auth.show(
            call, "confirm", status=status, title=lambda t: t["title"], form=BoundForm({}), path=path, kept=kept,
            problem=problem, account=account, passkey=f"{PATH}passkey/",
        )  # fmt: skip


def _purpose(call: OwnerCall) -> str:
    return f"confirm|{call.owner.session_id}"
