"""The account page over HTTP: rendered on the server, without scripts, on our own origin only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ...core.names import clean_name, shows_something
from ...core.times import iso
from ...db.work import IntegrityConflict, Work
from ...errors import AppError, BadRequest, Forbidden, TooLarge
from ...i18n.catalogue import texts
from ...runtime import Runtime
from ...sites.settings import Site
from ...web.forms import EMPTY, BoundForm, Form
from ...web.rendering import language_of
from ...web.views import METHODS
from .. import identities
from ..credentials_store import end_everything, hold
from ..identities import store as identity_store
from ..identities.model import NewIds
from ..passwords import LENGTHS
from ..pictures.avatars import Avatars
from ..pictures.images import read_picture
from ..pictures.uploads import read_upload
from ..privacy.erasing import Erasure
from ..sessions import writer
from ..sign_in.oauth.handlers import Flow
from ..sign_in.password import PasswordAccounts
from . import store
from .auth import AccountAuth, cookie
from .changing import Profiles
from .store import Account, Device
from .views import notice, show_devices, show_methods

PLACES: Mapping[str, str] = {
    "bad_name": "name", "bad_name_reserved": "name",
    "bad_picture": "picture", "bad_current": "current", "bad_weak": "new", "bad_sure": "sure",
}  # fmt: skip
"""The form field that shows each error."""


class OAuth(Protocol):
    """The part of provider sign-in that the account page uses."""

    def offered(self, lang: str) -> list[tuple[str, str, str]]:
        """Name, display name in that language, and issuer of each configured provider."""
        ...

    async def begin(self, request: Request, provider: str, *, account: str) -> Response:
        """Sends the browser to a provider, to return to this account session."""
        ...


@dataclass(frozen=True, slots=True)
class AccountActions:
    """The changes that the account page offers."""

    profiles: Profiles
    pictures: Avatars
    passwords: PasswordAccounts
    erasure: Erasure


class AccountViews:
    """The views at `/account/…`."""

    def __init__(self, runtime: Runtime, auth: AccountAuth, oauth: OAuth, can: AccountActions) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._auth = auth
        self._oauth = oauth
        self._can = can

    def routes(self) -> list[Route]:
        """All routes of the page."""
        table = {
            "/account/": {"GET": self.read},
            "/account/name/": {"POST": self.rename},
            "/account/picture/": {"POST": self.upload},
            "/account/picture/remove/": {"POST": self.remove_picture},
            "/account/password/": {"POST": self.change_password},
            "/account/sessions/end/": {"POST": self.end_sessions},
            "/account/ways/add/{provider}/": {"GET": self.add_way},
            "/account/ways/remove/": {"POST": self.remove_way},
            "/account/export/": {"GET": self.export},
            "/account/erase/": {"POST": self.erase},
            "/account/sign-out/": {"POST": self.sign_out},
        }
        return [Route(path, self._auth.guarded(calls), methods=METHODS) for path, calls in table.items()]

    async def read(self, request: Request) -> Response:
        """`GET /account/?site=`: the account open in this browser, or the way to sign in."""
        site = await self._sites.get(request.query_params.get("site", ""))
        lang = language_of(request, site.lang, request.query_params.get("lang", ""))
        account = await self._auth.account(request, site.key)
        if account is None:
            return self._sign_in_view(site, lang, request)
        code = request.query_params.get("said", "")
        form = BoundForm({}, {PLACES[code]: texts(lang, "account")[code]}) if code in PLACES else EMPTY
        return await self._account_view(request, site, lang, account, form)

    async def _account_view(
        self, request: Request, site: Site, lang: str, account: Account, form: BoundForm, status: int = 200
    ) -> Response:
        def work() -> Work[tuple[list[identity_store.Identity], list[Device]]]:
            found = yield from identity_store.identities_of(account.visitor.id)
            return found, (yield from store.devices(account.visitor.id, self._clock.now()))

        found, devices = await self._db.read(work)
        return self._show(
            "account.html", site, lang, request, status=status, form=form, site=site.key,
            hidden=self._hidden(site, account, lang), name=account.visitor.name, avatar_url=account.visitor.avatar_url,
            ways=show_methods(site, account, found, self._issuers(lang), texts(lang, "account")),
            addable=self._addable(site, account, lang, {identity.issuer for identity in found}),
            devices=show_devices(devices, site, texts(lang, "account")), account=account, lengths=LENGTHS,
        )  # fmt: skip

    def _hidden(self, site: Site, account: Account, lang: str) -> dict[str, str]:
        return {"site": site.key, "lang": lang, "token": self._auth.token(account)}

    def _issuers(self, lang: str) -> dict[str, str]:
        return {issuer: label for _, label, issuer in self._oauth.offered(lang)}

    def _addable(self, site: Site, account: Account, lang: str, there: set[str]) -> list[dict[str, str]]:
        query = urlencode(self._hidden(site, account, lang))
        return [
            {"label": label, "href": f"{self._auth.base}/account/ways/add/{name}/?{query}"}
            for name, label, issuer in self._oauth.offered(lang)
            if issuer not in there
        ]

    async def rename(self, request: Request) -> Response:
        """`POST /account/name/`: renames the visitor, on existing comments too."""
        fields, site, account = await self._form(request)
        name = clean_name(fields.get("name", ""))
        if not shows_something(name) or len(fields["name"]) > 200:
            return await self._refused(request, site, account, fields, "bad_name")
        try:
            await self._can.profiles.rename(writer(account.visitor, self._clock.now()), name)
        except BadRequest:
            return await self._refused(request, site, account, fields, "bad_name_reserved")
        return self._back(site, fields, "done_name")

    async def upload(self, request: Request) -> Response:
        """`POST /account/picture/` (multipart): uploads a picture; its bytes decide its type."""
        self._auth.check_own(request)
        try:
            fields, data = await read_upload(request)
        except TooLarge:
            asked = dict(request.query_params)
            return self._back(await self._sites.get(asked.get("site", "")), asked, "bad_picture")
        site = await self._sites.get(fields.get("site", ""))
        account = await self._auth.require(request, site.key, fields)
        picture = read_picture(data)
        if picture is None:
            return self._back(site, fields, "bad_picture")
        await self._can.pictures.keep(writer(account.visitor, self._clock.now()), picture)
        return self._back(site, fields, "done_picture")

    async def remove_picture(self, request: Request) -> Response:
        """`POST /account/picture/remove/`: removes the picture; initials are shown instead."""
        fields, site, account = await self._form(request)
        await self._can.profiles.remove_picture(account.visitor)
        return self._back(site, fields, "done_picture")

    async def change_password(self, request: Request) -> Response:
        """`POST /account/password/`: changes the password, given the current one, or sets the first."""
        fields, site, account = await self._form(request)
        if account.email is None or not (account.has_password or account.email_verified):
            return self._back(site, fields, "bad_failed")
        if not account.has_password and not self._auth.fresh(account):
            return self._again(site, fields, request)
        try:
            await self._can.passwords.change(
                account.visitor, account.email, fields.get("current", "") if account.has_password else None,
                fields.get("new", ""), self._auth.caller(request), page=account.session,
            )  # fmt: skip
        except AppError as error:
            codes = {"login_failed": "bad_current", "password_weak": "bad_weak", "too_many_requests": "bad_soon"}
            code = codes.get(error.code, "bad_failed")
            return await self._refused(request, site, account, fields, code, error.status)
        return self._back(site, fields, "done_password")

    async def end_sessions(self, request: Request) -> Response:
        """`POST /account/sessions/end/`: ends one of the visitor's sessions, or all."""
        fields, site, account = await self._form(request)
        visitor, id, now = account.visitor, fields.get("id", ""), self._clock.now()
        if id == "all":

            def work() -> Work[None]:
                yield from hold(visitor)
                yield from end_everything(visitor.id, now, but_page=account.session)

            await self._db.write(work)
        else:
            await self._db.write(lambda: store.end_device(visitor.id, id, now))
        return self._back(site, fields, "done_session")

    async def add_way(self, request: Request) -> Response:
        """`GET /account/ways/add/<provider>/`: redirects to a provider, to link another sign-in method."""
        fields = dict(request.query_params)
        site = await self._sites.get(fields.get("site", ""))
        account = await self._auth.require(request, site.key, fields)
        if not self._auth.fresh(account):
            return self._again(site, fields, request)
        return await self._oauth.begin(
            request, request.path_params["provider"], account=f"{site.key} {account.session}"
        )

    async def linked(self, request: Request, flow: Flow) -> Response:
        """Links the identity that a provider returned to the open account, unless it is taken."""
        key, _, session = flow.account.partition(" ")
        site = await self._sites.get(key)
        account = await self._auth.account(request, key)
        if account is None or account.session != session or not self._auth.fresh(account):
            raise Forbidden("session_invalid", reason="account_closed")
        if flow.profile is None:
            return self._back(site, {}, "bad_failed")
        profile, now = flow.profile, self._clock.now()
        visitor, ids = account.visitor, NewIds(self._ids.new(), self._ids.new())

        def work() -> Work[bool]:
            yield from hold(visitor)
            linked = yield from identities.link(visitor, profile, ids, now)
            if linked:
                yield from self._can.pictures.later(visitor, profile.picture)
            return linked

        try:
            linked = await self._db.write(work)
        except IntegrityConflict:  # somebody else has just linked it
            linked = await self._db.write(work)
        return self._back(site, {}, "done_linked" if linked else "bad_taken")

    async def remove_way(self, request: Request) -> Response:
        """`POST /account/ways/remove/`: removes a sign-in method, never the last one."""
        fields, site, account = await self._form(request)
        if not self._auth.fresh(account):
            return self._again(site, fields, request)

        def work() -> Work[bool]:
            yield from hold(account.visitor)
            return (yield from identities.unlink(account.visitor, fields.get("id", "")))

        removed = await self._db.write(work)
        return self._back(site, fields, "done_method" if removed else "bad_last")

    async def export(self, request: Request) -> Response:
        """`GET /account/export/?site=`: all the visitor's data as JSON."""
        site = await self._sites.get(request.query_params.get("site", ""))
        account = await self._auth.account(request, site.key)
        if account is None:
            return self._sign_in_view(site, language_of(request, site.lang), request)
        data = await self._db.read(lambda: store.own_data(account.visitor))
        shown = {kind: [_with_times(row) for row in rows] for kind, rows in data.items()}
        name = f"{site.key}-{iso(self._clock.now())[:10]}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        body = orjson.dumps({"site": site.key, **shown}, option=orjson.OPT_INDENT_2)
        return Response(body, headers=headers, media_type="application/json")

    async def erase(self, request: Request) -> Response:
        """`POST /account/erase/`: erases the account; `words` says what happens to its comments."""
        fields, site, account = await self._form(request)
        if not self._auth.fresh(account):
            return self._again(site, fields, request)
        if fields.get("sure") != "yes" or fields.get("words") not in ("delete", "keep"):
            return await self._refused(request, site, account, fields, "bad_sure")
        await self._can.erasure.erase(account.visitor, keep_words=fields["words"] == "keep")
        return self._close(site, fields, "done_erased")

    async def sign_out(self, request: Request) -> Response:
        """`POST /account/sign-out/`: signs out of this page; sessions on the site stay."""
        fields, site, account = await self._form(request)
        await self._db.write(lambda: store.end_account_session(account.session))
        return self._close(site, fields, "")

    # ---- parts

    async def _form(self, request: Request) -> tuple[Form, Site, Account]:
        fields = await self._auth.form(request)
        site = await self._sites.get(fields.get("site", ""))
        return fields, site, await self._auth.require(request, site.key, fields)

    async def _refused(
        self, request: Request, site: Site, account: Account, fields: Form, code: str, status: int = 400
    ) -> Response:
        """The page again, with the input and its error."""
        lang = language_of(request, site.lang, fields.get("lang", ""))
        words = texts(lang, "account")[code]
        form = BoundForm(fields, {PLACES[code]: words}) if code in PLACES else BoundForm(fields, problem=words)
        return await self._account_view(request, site, lang, account, form, status)

    def _back(self, site: Site, fields: Mapping[str, str], code: str) -> Response:
        lang = fields.get("lang", "")
        return RedirectResponse(self._auth.address(site.key, lang=lang, said=code), 303)

    def _close(self, site: Site, fields: Mapping[str, str], code: str) -> Response:
        response = self._back(site, fields, code)
        response.headers["Set-Cookie"] = cookie(site.key, "", 0)
        return response

    def _again(self, site: Site, fields: Mapping[str, str], request: Request) -> Response:
        return self._sign_in_view(site, language_of(request, site.lang, fields.get("lang", "")), request, again=True)

    def _sign_in_view(self, site: Site, lang: str, request: Request, *, again: bool = False) -> Response:
        """A link to the sign-in page and back; nonce and challenge are not needed on our own origin."""
        origin = self._auth.origin
        here = f"{origin}{self._auth.address(site.key, lang=lang)}"
        query = urlencode({
            "site": site.key, "origin": origin, "return_to": here, "lang": lang,
            "nonce": secrets.token_urlsafe(16), "challenge": secrets.token_urlsafe(32),
        })  # fmt: skip
        return self._show(
            "signed_out.html",
            site,
            lang,
            request,
            again=again,
            here=here,
            sign_in=f"{self._auth.base}/sign-in/?{query}",
        )

    def _show(self, template: str, of: Site, lang: str, request: Request, **values: Any) -> Response:
        t, code = texts(lang, "account"), request.query_params.get("said", "")
        told, bad = notice(code, t), code.startswith("bad_") and code not in PLACES
        form: BoundForm = values.get("form", EMPTY)
        return self._auth.render(
            f"accounts/profile/templates/{template}", lang=lang, t=t, title=t["title"],
            site_name=of.name or of.key, done=told if code.startswith("done_") else "",
            problem=form.problem or (told if bad else ""), **values,
        )  # fmt: skip


def _with_times(row: Mapping[str, object]) -> dict[str, object]:
    return {
        name: iso(value) if name.endswith("_at") and isinstance(value, int) else value for name, value in row.items()
    }
