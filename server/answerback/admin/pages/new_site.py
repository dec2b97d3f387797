"""A new site: its key, its name and its address."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ...db.work import Work
from ...errors import BadRequest, Forbidden
from ...i18n.catalogue import texts
from ...runtime import Runtime
from ...sites.settings import check, is_key
from ...sites.store import add_site
from ...web.forms import BoundForm
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/settings/new/"
ADDED = "/admin/start/"
"""The page that shows a new site's tag and the next steps."""


class NewSiteViews:
    """The form that adds a site, for owners of all sites."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {PATH: {"GET": self.read, "POST": self.add}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/settings/new/`."""
        _check_right(call)
        return self._show(call, BoundForm(), 200)

    async def add(self, call: OwnerCall) -> Response:
        """`POST /admin/settings/new/` `{name, key, origins}`."""
        _check_right(call)
        now, lang = self._clock.now(), self._auth.language(call.request)
        form = {name: call.form.get(name, "").strip() for name in ("name", "key", "origins")}
        if wrong := faults(form, lang):
            return self._show(call, BoundForm(form, wrong), 400)
        key, settings = form["key"], {"origins": form["origins"], "name": form["name"]}

        def work() -> Work[bool]:
            added = yield from add_site(key, settings, now)
            if added:
                yield from call.note(key, now, "site_added", "site", key, after=form["origins"])
            return added

        if not await self._db.write(work):
            return self._show(call, BoundForm(form, {"key": texts(lang, "admin.new_site")["taken"]}), 409)
        await self._sites.refresh(force=True)
        return self._auth.redirect(ADDED, {"site": key, "added": "1"})

    def _show(self, call: OwnerCall, form: BoundForm, status: int) -> Response:
        return self._auth.show(call, "new_site", status=status, title=lambda t: t["title"], form=form)


def faults(form: Mapping[str, str], lang: str) -> dict[str, str]:
    """The errors in a new site's name, key and origins."""
    t = texts(lang, "admin.new_site")
    return {name: t[f"wrong.{name}"] for name in ("name", "key", "origins") if not _is_good(name, form[name])}


def _check_right(call: OwnerCall) -> None:
    """Raises Forbidden for anybody but an owner of all sites."""
    if not call.owner.all_sites:
        raise Forbidden("not_yours", reason="role_required")


def _is_good(name: str, text: str) -> bool:
    if name == "key":
        return is_key(text)
    try:
        return bool(check(name, text)) or name == "name"
    except BadRequest:
        return False
