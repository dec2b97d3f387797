"""One visitor: what the owner is told of them, and whether they may write."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ...accounts.store import set_blocked
from ...comments.updates import ThreadUpdates
from ...db.work import Work
from ...errors import NotFound
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ..auth import OwnerAuth, OwnerCall, OwnerView
from . import people_store as store


class PeopleViews:
    """A visitor, and whether they may write."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth, updates: ThreadUpdates) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._updates = updates
        self._sites = runtime.sites
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Where each is found."""
        return {
            "/admin/visitors/{id}/": {"GET": self.read},
            "/admin/visitors/{id}/block/": {"POST": self.block},
            "/admin/visitors/{id}/unblock/": {"POST": self.unblock},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/visitors/<id>/`: who it is, how much they wrote, whether they may write."""
        known = await self._known(call)
        site = await self._sites.get(known.visitor.site)
        return self._auth.show(
            call, "people", title=lambda t: known.visitor.name or t["guest"], known=known, visitor=known.visitor,
            site=site, since=date_and_time(self._auth.language(call.request), known.since, site.timezone),
        )  # fmt: skip

    async def block(self, call: OwnerCall) -> Response:
        """`POST …/block/`: this visitor writes no more; with `hide`, nobody sees what they wrote either."""
        return await self._set(call, blocked=True)

    async def unblock(self, call: OwnerCall) -> Response:
        """`POST …/unblock/`: this visitor may write again. What was hidden stays so."""
        return await self._set(call, blocked=False)

    async def _set(self, call: OwnerCall, *, blocked: bool) -> Response:
        visitor, now = (await self._known(call)).visitor, self._clock.now()

        def work() -> Work[list[str]]:
            yield from set_blocked(visitor.site, visitor.id, blocked=blocked)
            yield from call.note(visitor.site, now, "blocked" if blocked else "unblocked", "visitor", visitor.id)
            return (yield from store.hide_all(visitor.site, visitor.id)) if blocked and "hide" in call.form else []

        for page in await self._db.write(work):
            self._updates.reload(visitor.site, page)
        return self._auth.redirect(f"/admin/visitors/{visitor.id}/")

    async def _known(self, call: OwnerCall) -> store.VisitorSummary:
        known = await self._db.read(lambda: store.known(call.owner.sites, call.id))
        if known is None:
            raise NotFound
        return known
