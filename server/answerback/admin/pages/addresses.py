"""A site's page addresses: the owner's aliases, suggestions from recent crawls, and rejected origins."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from starlette.responses import Response

from ...comments.joining import add_aliases, old_key
from ...comments.updates import ThreadUpdates
from ...core.comments import URL_LIMIT
from ...db.work import Work
from ...errors import BadRequest, Forbidden, NotFound
from ...i18n.catalogue import error_text
from ...net.deny_list import PrivateSites
from ...runtime import Runtime
from ...sites import aliases_store as store
from ...sites import refused_store
from ...sites.aliases_store import Suggestion
from ...sites.refused_store import RefusedOrigin
from ...sites.settings import Site
from ...web.forms import BoundForm, refused
from ..auth import OwnerAuth, OwnerCall, OwnerView
from ..origins import may_name

PATH = "/admin/addresses/"
MOST_SHOWN = 500


class AddressViews:
    """The aliases of an owner's sites."""

    LINK = (PATH, "addresses")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, updates: ThreadUpdates) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._jobs = runtime.jobs
        self._sites = runtime.sites
        self._updates = updates
        self._private = PrivateSites(runtime.settings.private_sites)
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {
            PATH: {"GET": self.read},
            f"{PATH}{{site}}/add/": {"POST": self.add},
            f"{PATH}{{site}}/remove/": {"POST": self.remove},
            f"{PATH}{{site}}/dismiss/": {"POST": self.dismiss},
            f"{PATH}{{site}}/origins/add/": {"POST": self.allow},
            f"{PATH}{{site}}/origins/dismiss/": {"POST": self.dismiss_origin},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/addresses/?site=&old=`: a site's aliases and suggestions."""
        query, sites = call.query("site", "old"), call.owner.sites
        if query["site"] and query["site"] not in sites:
            raise NotFound
        return await self._show(call, query["site"] or (sites[0] if sites else ""), BoundForm(query), 200)

    async def _show(self, call: OwnerCall, site: str, form: BoundForm, status: int) -> Response:
        def work() -> Work[tuple[list[tuple[str, str]], list[Suggestion], list[RefusedOrigin]]]:
            aliases, suggested = (yield from store.aliases_of(site)), (yield from store.suggestions(site))
            return aliases, suggested, (yield from refused_store.refused_origins([site]))

        aliases, suggested, origins = await self._db.read(work)
        return self._auth.show(
            call, "addresses", status=status, title=lambda t: t["title"], chosen=site, form=form, problem=form.problem,
            aliases=aliases[:MOST_SHOWN], suggested=suggested, count=len(aliases), limit=URL_LIMIT, refused=origins,
        )  # fmt: skip

    async def add(self, call: OwnerCall) -> Response:
        """`POST /admin/addresses/<site>/add/` `{old, new}`: adds an alias; comments of the old address move to the new
        one."""
        site, now = await self._site(call), self._clock.now()
        pair = call.form.get("old", "")[: URL_LIMIT + 1], call.form.get("new", "")[: URL_LIMIT + 1]
        try:
            joined = await add_aliases(
                self._db, self._clock, self._jobs, site, [pair],
                beside=lambda: call.note(site.key, now, "alias", "page", pair[0], after=pair[1]),
            )  # fmt: skip
        except BadRequest as error:
            lang = self._auth.language(call.request)
            return await self._show(call, site.key, refused(call.form, error, error_text(error, lang)), error.status)
        await self._sites.refresh(force=True)
        await self._db.write(lambda: self._updates.reload(site.key, chain.from_iterable(joined)))
        return self._back(site)

    async def remove(self, call: OwnerCall) -> Response:
        """`POST /admin/addresses/<site>/remove/` `{old}`: removes an alias; joined threads stay joined."""
        site, now = await self._site(call), self._clock.now()
        old = old_key(call.form.get("old", ""), site.pages.rules)

        def work() -> Work[None]:
            if not (yield from store.drop_alias(site.key, old, now)):
                raise NotFound
            yield from call.note(site.key, now, "alias_removed", "page", old)

        await self._db.write(work)
        await self._sites.refresh(force=True)
        return self._back(site)

    async def dismiss(self, call: OwnerCall) -> Response:
        """`POST /admin/addresses/<site>/dismiss/` `{old}`: dismisses a suggestion for good."""
        site = await self._site(call)
        old, now = call.form.get("old", ""), self._clock.now()

        def work() -> Work[None]:
            if not (yield from store.dismiss(site.key, old)):
                raise NotFound
            yield from call.note(site.key, now, "dismissed", "page", old)

        await self._db.write(work)
        return self._back(site)

    async def allow(self, call: OwnerCall) -> Response:
        """`POST /admin/addresses/<site>/origins/add/` `{origin}`: allows an origin to show the site's comments."""
        site, now, origin = await self._site(call), self._clock.now(), call.form.get("origin", "")
        if not may_name(call.owner, self._private, [origin]):
            raise Forbidden("not_yours", reason="role_required")

        def work() -> Work[None]:
            if not (yield from refused_store.allow_refused(site.key, origin, now)):
                raise NotFound
            yield from call.note(site.key, now, "setting", "site", "origins", after=origin)

        await self._db.write(work)
        await self._sites.refresh(force=True)
        return self._back(site)

    async def dismiss_origin(self, call: OwnerCall) -> Response:
        """`POST /admin/addresses/<site>/origins/dismiss/` `{origin}`: dismisses an origin for good."""
        site, now, origin = await self._site(call), self._clock.now(), call.form.get("origin", "")

        def work() -> Work[None]:
            if not (yield from refused_store.dismiss_refused(site.key, origin)):
                raise NotFound
            yield from call.note(site.key, now, "dismissed", "origin", origin)

        await self._db.write(work)
        return self._back(site)

    async def _site(self, call: OwnerCall) -> Site:
        key = str(call.request.path_params["site"])
        if key not in call.owner.sites:
            raise NotFound
        return await self._sites.get(key)

    def _back(self, site: Site) -> Response:
        return self._auth.redirect(PATH, {"site": site.key})
