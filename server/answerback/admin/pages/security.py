"""An owner's factors (password, passkeys, app codes, recovery codes) and sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from starlette.responses import Response

from ...accounts.audit_store import note_about_owner
from ...accounts.factors import store
from ...accounts.factors.build import OwnerFactors
from ...accounts.factors.changing import Changer
from ...accounts.factors.passkeys import NAME_LIMIT
from ...accounts.factors.totp import app_address, qr_code
from ...accounts.owner_sessions_store import OwnerSession, end_others, end_session_of, sessions_of
from ...accounts.passwords import LONGEST, SHORTEST, check_password, hash_password
from ...db.work import Work
from ...errors import BadRequest, NotFound, Unauthorized
from ...i18n.catalogue import error_text, texts
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ...web.forms import EMPTY, BoundForm, refused
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/security/"
DONE = (
    "password_changed", "passkey_added", "passkey_removed", "app_added", "app_removed", "session_ended",
    "sessions_ended",
)  # fmt: skip
"""The actions that the page can confirm."""


class SecurityViews:
    """An owner's account security."""

    LINK = (PATH, "security")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, factors: OwnerFactors) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._auth = auth
        self._factors = factors
        self._changes = factors.changes

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        posts = {
            "password": self.set_password, "app/begin": self.begin_app, "app/add": self.add_app,
            "app/remove": self.remove_app, "codes": self.make_codes, "passkeys/add": self.add_passkey,
            "passkeys/remove": self.remove_passkey, "sessions/end": self.end_session,
            "sessions/end-others": self.end_others,
        }  # fmt: skip
        return {
            PATH: {"GET": self.read},
            f"{PATH}passkeys/options/": {"GET": self.passkey_options},
            **{f"{PATH}{name}/": {"POST": view} for name, view in posts.items()},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/security/`."""
        return await self._show(call)

    async def _show(
        self, call: OwnerCall, form: BoundForm = EMPTY, status: int = 200, codes: Sequence[str] = ()
    ) -> Response:
        owner, now, lang = call.owner, self._clock.now(), self._auth.language(call.request)

        def work() -> Work[tuple[list[store.Passkey], list[OwnerSession]]]:
            return (yield from store.passkeys(owner.id)), (yield from sessions_of(owner.id, now))

        passkeys, sessions = await self._db.read(work)
        account = await self._factors.proofs.account(owner.id)
        if account is None:
            raise Unauthorized("session_invalid")
        zone, done = self._zone(owner.sites), call.query("done")["done"]
        return self._auth.show(
            call, "security", status=status, title=lambda t: t["title"], form=form, problem=form.problem,
            account=account, passkeys=passkeys, sessions=sessions, codes=codes, offered=self._factors.passkeys.offered,
            options=f"{PATH}passkeys/options/", name_limit=NAME_LIMIT, shortest=SHORTEST, longest=LONGEST,
            done_of=done if done in DONE else "", at=lambda moment: date_and_time(lang, moment, zone),
        )  # fmt: skip

    # ---- the password

    async def set_password(self, call: OwnerCall) -> Response:
        """`POST /admin/security/password/` `{password}`."""
        by, password = self._by(call), call.form.get("password", "")
        try:
            check_password(password, email=by.email)
        except BadRequest as error:
            wrong = error_text(error, by.lang)
            return await self._show(call, BoundForm({}, {"password": wrong}), error.status)
        address = self._factors.caller(call.request, by.email, by.lang).address
        hash = await self._factors.attempts.work(f"new-password:{by.id}", address, lambda: hash_password(password))
        await self._changes.set_password(by, hash)
        return self._done("password_changed")

    # ---- the app

    async def begin_app(self, call: OwnerCall) -> Response:
        """`POST /admin/security/app/begin/`: a new app secret, shown once."""
        secret, sealed = self._changes.begin_app(self._by(call))
        return self._setup(call, secret, sealed)

    async def add_app(self, call: OwnerCall) -> Response:
        """`POST /admin/security/app/add/` `{sealed, code}`."""
        by, sealed = self._by(call), call.form.get("sealed", "")
        secret = self._changes.begun_app(by, sealed)
        try:
            codes = await self._changes.add_app(by, secret, call.form.get("code", ""))
        except BadRequest as error:
            return self._setup(call, secret, sealed, refused(call.form, error, error_text(error, by.lang)), 400)
        return await self._show(call, codes=codes) if codes else self._done("app_added")

    def _setup(self, call: OwnerCall, secret: str, sealed: str, form: BoundForm = EMPTY, status: int = 200) -> Response:
        address = app_address(secret, call.owner.email, self._factors.passkeys.host)
        return self._auth.show(
            call, "security_app", status=status, title=lambda t: t["title"], form=form, address=address, sealed=sealed,
            qr=Markup(qr_code(address)), secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        )  # fmt: skip

    async def remove_app(self, call: OwnerCall) -> Response:
        """`POST /admin/security/app/remove/`."""
        await self._changes.remove_app(self._by(call))
        return self._done("app_removed")

    async def make_codes(self, call: OwnerCall) -> Response:
        """`POST /admin/security/codes/`: replaces the recovery codes and shows the new ones once."""
        return await self._show(call, codes=await self._changes.make_codes(self._by(call)))

    # ---- passkeys

    async def passkey_options(self, call: OwnerCall) -> Response:
        """`GET /admin/security/passkeys/options/`: options for a new passkey, as JSON."""
        owner = call.owner
        known = await self._db.read(lambda: store.passkeys(owner.id))
        options = self._factors.passkeys.to_add(_purpose(call), owner.id, owner.email, known)
        return Response(options, media_type="application/json")

    async def add_passkey(self, call: OwnerCall) -> Response:
        """`POST /admin/security/passkeys/add/` `{passkey, name}`."""
        by, t = self._by(call), texts(self._auth.language(call.request), "admin.security")
        name = " ".join(call.form.get("name", "").split())[:NAME_LIMIT] or t["unnamed"]
        shown = self._factors.passkeys.added(_purpose(call), by.id, call.form.get("passkey", ""), name)
        try:
            if shown is None:
                raise BadRequest("validation_failed", reason="passkey_wrong")
            codes = await self._changes.add_passkey(by, shown)
        except BadRequest as error:
            return await self._show(call, BoundForm({"name": name}, problem=error_text(error, by.lang)), 400)
        return await self._show(call, codes=codes) if codes else self._done("passkey_added")

    async def remove_passkey(self, call: OwnerCall) -> Response:
        """`POST /admin/security/passkeys/remove/` `{passkey}`."""
        await self._changes.remove_passkey(self._by(call), call.form.get("passkey", ""))
        return self._done("passkey_removed")

    # ---- sessions

    async def end_session(self, call: OwnerCall) -> Response:
        """`POST /admin/security/sessions/end/` `{session}`: signs that session out at once."""
        owner, now, id = call.owner, self._clock.now(), call.form.get("session", "")

        def work() -> Work[None]:
            agent = yield from end_session_of(owner.id, id)
            if agent is None:
                raise NotFound
            yield from note_about_owner(owner.id, now, owner.email, "session_ended", owner.email, agent)

        await self._db.write(work)
        return self._done("session_ended")

    async def end_others(self, call: OwnerCall) -> Response:
        """`POST /admin/security/sessions/end-others/`: signs all other sessions out."""
        owner, now = call.owner, self._clock.now()

        def work() -> Work[None]:
            yield from end_others(owner.id, owner.session)
            yield from note_about_owner(owner.id, now, owner.email, "sessions_ended", owner.email)

        await self._db.write(work)
        return self._done("sessions_ended")

    def _by(self, call: OwnerCall) -> Changer:
        return Changer(call.owner.id, call.owner.email, call.owner.session, self._auth.language(call.request))

    def _done(self, what: str) -> Response:
        return self._auth.redirect(PATH, {"done": what})

    def _zone(self, sites: Sequence[str]) -> str:
        known = self._sites.known(sites[0]) if sites else None
        return known.timezone if known else "UTC"


def _purpose(call: OwnerCall) -> str:
    return f"add|{call.owner.session_id}"
