"""One visitor: what the owner is told of them, and whether they may write."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...accounts.store import set_blocked
from ...comments.updates import ThreadUpdates
from ...db.database import Database
from ...db.work import Work
from ...errors import NotFound
from ...sites.store import SiteDirectory
from ..auth import Owner, OwnerAuth
from ..views import address, local_time, render
from . import people_store as store


class PeoplePage:
    """The handlers of `/admin/visitors/<id>/` and what its forms send."""

    def __init__(self, db: Database, updates: ThreadUpdates, sites: SiteDirectory, gate: OwnerAuth) -> None:
        self._db = db
        self._updates = updates
        self._sites = sites
        self._gate = gate

    async def read(self, request: Request) -> Response:
        """`GET /admin/visitors/<id>/`: who it is, how much they wrote, whether they may write."""
        owner = await self._gate.owner(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        known = await self._known(owner, request)
        site = await self._sites.get(known.visitor.site)
        page = render(
            "visitor.html", base=self._gate.base, owner=owner, known=known, visitor=known.visitor, site=site,
            since=local_time(known.since, site.timezone), log=address(self._gate.base, {}, author=known.visitor.id),
        )  # fmt: skip
        return Response(page, media_type="text/html")

    async def block(self, request: Request) -> Response:
        """`POST …/block/`: this visitor writes no more; with `hide`, nobody sees what they wrote either."""
        return await self._set(request, blocked=True)

    async def unblock(self, request: Request) -> Response:
        """`POST …/unblock/`: this visitor may write again. What was hidden stays so."""
        return await self._set(request, blocked=False)

    async def _set(self, request: Request, *, blocked: bool) -> Response:
        fields = await self._gate.form(request)
        owner = await self._gate.owner(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        self._gate.check_token(owner, fields)
        visitor = (await self._known(owner, request)).visitor

        def work() -> Work[list[str]]:
            yield from set_blocked(visitor.site, visitor.id, blocked=blocked)
            return (yield from store.hide_all(visitor.site, visitor.id)) if blocked and "hide" in fields else []

        for page in await self._db.write(work):
            self._updates.reload(visitor.site, page)
        return RedirectResponse(f"{self._gate.base}/admin/visitors/{visitor.id}/", 303)

    async def _known(self, owner: Owner, request: Request) -> store.VisitorSummary:
        known = await self._db.read(lambda: store.known(owner.sites, str(request.path_params["id"])))
        if known is None:
            raise NotFound
        return known
