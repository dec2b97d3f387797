"""All settings of a site, and the tag to paste."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from starlette.responses import Response

from ...answers.budget_prices import priced
from ...db.work import Work
from ...errors import BadRequest, Conflict, NotFound, changed_meanwhile
from ...i18n.catalogue import Texts, error_text, own_name, texts
from ...net.deny_list import PrivateSites
from ...runtime import Runtime
from ...sites import refused_store
from ...sites.settings import BY_NAME, check
from ...sites.snippet import snippet
from ...sites.store import change_site, settings_of
from ...web.forms import BoundForm
from .. import setting_fields as fields
from ..auth import OwnerAuth, OwnerCall, OwnerView
from ..origins import may_name
from .new_site import PATH as NEW
from .preview import PATH as PREVIEW

PATH = "/admin/settings/"


class SiteSettingsViews:
    """The settings of an owner's sites."""

    LINK = (PATH, "settings")

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._settings = runtime.settings
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._private = PrivateSites(runtime.settings.private_sites)
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {PATH: {"GET": self.read}, f"{PATH}{{site}}/save/": {"POST": self.save}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/settings/?site=`."""
        wanted, sites = call.query("site")["site"], call.owner.sites
        if wanted and wanted not in sites:
            raise NotFound
        if not sites and call.owner.all_sites:
            return self._auth.redirect(NEW)
        site = wanted or (sites[0] if sites else "")
        found = await self._db.read(lambda: settings_of(site)) if site else {}
        return await self._show(call, site, found, 200)

    async def save(self, call: OwnerCall) -> Response:
        """`POST /admin/settings/<site>/save/` `{version, <name>: text, …}`: saves the settings changed in the form."""
        site, now, seen = self._site(call), self._clock.now(), call.seen
        lang = self._auth.language(call.request)
        t = texts(lang, "admin.site_settings")
        found = await self._db.read(lambda: settings_of(site))
        changes = self._changes(call, found)
        if self._version(found) != seen:
            return await self._meanwhile(call, site, t)
        faults = {name: t[f"wrong.{fields.fault(name)}"] for name, text in changes.items() if not _is_good(name, text)}
        if "origins" in changes and "origins" not in faults:
            wanted, known = check("origins", changes["origins"]).split(","), _text(found, "origins").split(",")
            if not may_name(call.owner, self._private, wanted, known):
                faults["origins"] = t["wrong.private"]
        if faults:
            return await self._show(call, site, found, 400, changes, faults, t.counted("faults", len(faults)))

        def work() -> Work[None]:
            if self._version((yield from settings_of(site))) != seen:
                raise changed_meanwhile()
            yield from change_site(site, changes, now, priced(self._settings))
            for name, text in changes.items():
                before, after = (BY_NAME[name].shown(each) for each in (_text(found, name), text))
                yield from call.note(site, now, "setting", "setting", name, before=before, after=after)

        try:
            if changes:
                await self._db.write(work)
        except Conflict:
            return await self._meanwhile(call, site, t)
        except BadRequest as error:  # settings that conflict
            words, name = error_text(error, lang), error.detail.partition(":")[0]
            return await self._show(call, site, found, 400, changes, {name: words}, t.counted("faults", 1))
        await self._sites.refresh(force=True)
        return self._auth.redirect(PATH, {"site": site, "kept": "1"})

    def _changes(self, call: OwnerCall, found: Mapping[str, str]) -> dict[str, str]:
        """The settings changed in the form that differ from the site's."""
        seen = dict(zip(fields.KINDS, call.seen.split("."), strict=False))
        typed = {name: fields.typed(name, call.form, _text(found, name)) for name in fields.KINDS}
        return {
            name: text for name, text in typed.items()
            if self._mark(name, text) != seen.get(name) and text != fields.stored(name, _text(found, name))
        }  # fmt: skip

    async def _meanwhile(self, call: OwnerCall, site: str, t: Texts) -> Response:
        """The current settings overlaid with the input, and the settings that somebody else has saved meanwhile."""
        found = await self._db.read(lambda: settings_of(site))
        changes, seen = self._changes(call, found), call.seen.split(".")
        now = {name: BY_NAME[name].shown(_text(found, name)) or t["nothing"] for name in changes}
        theirs = {
            name: t("now", value=now[name]) for name in changes if self._mark(name, _text(found, name)) not in seen
        }
        return await self._show(call, site, found, 409, changes, theirs, t["meanwhile"])

    async def _show(
        self, call: OwnerCall, site: str, found: Mapping[str, str], status: int, typed: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None, problem: str = "",
    ) -> Response:  # fmt: skip
        texts_now = {name: _text(found, name) for name in fields.KINDS} | dict(typed or {})
        shown = {name: fields.in_field(name, text) for name, text in texts_now.items()}
        refused = await self._db.read(lambda: refused_store.refused_origins([site]))
        response = self._auth.show(
            call, "site_settings", status=status, title=lambda t: t["title"], chosen=site, problem=problem,
            form=BoundForm({"site": site, **shown}, faults or {}), groups=fields.GROUPS, hints=fields.HINTS,
            choices=fields.choices, boxes=fields.BOXES, own_name=own_name, shown_version=self._version(found),
            set_already={name for name, text in found.items() if text}, tag=snippet(self._settings, site),
            origins=[each for each in _text(found, "origins").split(",") if each], refused=len(refused),
            addresses=self._auth.address("/admin/addresses/", {"site": site}), new=NEW,
            preview=self._auth.address(PREVIEW, {"site": site}),
            **call.query("kept"),
        )  # fmt: skip
        own = self._auth.headers["Content-Security-Policy"]
        response.headers["Content-Security-Policy"] = f"{own}; frame-src 'self'"  # the preview
        return response

    def _version(self, found: Mapping[str, str]) -> str:
        """A version of these settings, with a mark for each."""
        return ".".join(self._mark(name, _text(found, name)) for name in fields.KINDS)

    def _mark(self, name: str, text: str) -> str:
        """A keyed hash, since some settings are secret."""
        key, data = self._settings.secret_key[-1].encode()[:64], f"{name}={fields.stored(name, text)}".encode()
        return hashlib.blake2b(data, key=key, digest_size=5).hexdigest()

    def _site(self, call: OwnerCall) -> str:
        key = str(call.request.path_params["site"])
        if key not in call.owner.sites:
            raise NotFound
        return key


def _text(found: Mapping[str, str], name: str) -> str:
    return found.get(name, BY_NAME[name].default)


def _is_good(name: str, text: str) -> bool:
    try:
        check(name, text)
    except BadRequest:
        return False
    return True
