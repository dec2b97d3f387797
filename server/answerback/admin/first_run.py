"""First run: the first owner signs in with the link that `serve` printed, and adds a site."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ..accounts import first_run_store as store
from ..accounts.audit_store import Decision, note
from ..accounts.factors.proving import Account
from ..accounts.factors.store import NONE
from ..accounts.owners import FIRST_RUN, LINK_HOURS
from ..accounts.sessions import hash_secret
from ..accounts.store import add_owner
from ..core.emails import EMAIL_LIMIT, read_email
from ..db.work import Work
from ..errors import BadRequest, Conflict, NotFound
from ..i18n.catalogue import error_text, texts
from ..runtime import Runtime
from ..sites.store import add_site
from ..web.forms import BoundForm
from ..web.views import View
from .auth import OwnerAuth
from .pages.new_site import ADDED, faults
from .sign_in import SignInViews


class FirstRunViews:
    """Creates the first owner; usable once, within a day, while there is no owner."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth, sign_in: SignInViews) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._auth = auth
        self._sign_in = sign_in

    def views(self) -> dict[str, dict[str, View]]:
        """Its routes."""
        return {f"{FIRST_RUN}{{secret}}/": {"GET": self.read, "POST": self.begin}}

    async def read(self, request: Request) -> Response:
        """`GET /admin/first-run/<secret>/`. Raises NotFound."""
        hash, after = self._link(request)
        if not await self._db.read(lambda: store.is_first_link(hash, after)):
            raise NotFound("ticket_invalid")
        return self._show(request, BoundForm(), 200)

    async def begin(self, request: Request) -> Response:
        """`POST …` `{email, name, key, origins}`: creates the first site and an owner of all sites, and signs them
        in."""
        fields, (hash, after) = await self._auth.form(request), self._link(request)
        lang, now = self._auth.language(request), self._clock.now()
        form = {name: fields.get(name, "").strip() for name in ("email", "name", "key", "origins")}
        wrong = faults(form, lang)
        try:
            email = read_email(form["email"][: EMAIL_LIMIT + 1])
        except BadRequest as error:
            wrong["email"] = error_text(error, lang)
        if wrong:
            return self._show(request, BoundForm(form, wrong), 400)
        key, settings = form["key"], {"origins": form["origins"], "name": form["name"]}

        def who() -> Work[Account]:
            if not (yield from store.use_first_link(hash, after)):
                raise NotFound("ticket_invalid")
            if not (yield from add_site(key, settings, now)):
                raise Conflict("validation_failed")
            yield from note(Decision(key, now, email, "site_added", "site", key, "", form["origins"], ""))
            owner_id = yield from add_owner(self._ids.new(), email, None, [], now, all_sites=True)
            return Account(owner_id, email, 0, NONE)

        try:
            response = await self._sign_in.enter(request, who, ADDED, {"site": key, "added": "1"})
        except Conflict:
            return self._show(request, BoundForm(form, {"key": texts(lang, "admin.new_site")["taken"]}), 409)
        await self._sites.refresh(force=True)
        return response

    def _link(self, request: Request) -> tuple[str, int]:
        return hash_secret(request.path_params["secret"]), self._clock.now() - LINK_HOURS * 3_600_000

    def _show(self, request: Request, form: BoundForm, status: int) -> Response:
        lang, path = self._auth.language(request), f"{FIRST_RUN}{quote(request.path_params['secret'], safe='')}/"
        t, w = texts(lang, "admin.first_run"), texts(lang, "admin.new_site")
        return self._auth.open(
            request, "admin/first_run.html", status=status, t=t, w=w, title=t["title"], form=form, path=path,
            limit=EMAIL_LIMIT,
        )  # fmt: skip
