"""Questions that the site's pages do not answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from starlette.responses import Response

from ...answers import gaps_store as store
from ...answers.gaps import grouped, proposals
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ...web.forms import BoundForm
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/unanswered/"
GROUPS = 25
IDS_LIMIT = store.OPEN_LIMIT
CLOSED, CLOSED_MS = 10, 30 * 24 * 3_600_000
"""The most questions shown that new pages have answered, and for how long."""


class UnansweredViews:
    """Questions that need a human answer."""

    LINK = (PATH, "unanswered")

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {PATH: {"GET": self.read}, f"{PATH}dismiss/": {"POST": self.dismiss}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/unanswered/?site=&from=`: a number of groups, newest first."""
        query = call.query("site", "from")
        site, start = query["site"], _start(query["from"])
        if site and site not in call.owner.sites:
            raise NotFound
        await self._sites.refresh()
        chosen = [site] if site else list(call.owner.sites)
        now = self._clock.now()
        items = await self._db.read(lambda: store.unanswered(chosen))
        groups = await asyncio.to_thread(grouped, items)
        shown = groups[start : start + GROUPS]
        gaps = {gap.group.newest.id: gap for gap in await self._db.read(lambda: proposals(shown))}
        closed = [] if start else await self._db.read(lambda: store.closed_lately(chosen, now - CLOSED_MS, CLOSED))
        lang = self._auth.language(call.request)
        following = str(start + GROUPS) if groups[start + GROUPS :] else ""
        return self._auth.show(
            call, "unanswered", title=lambda t: t["title"], form=BoundForm(query), query=query,
            groups=shown, gaps=gaps, closed=closed, start=start, seen=now,
            at=lambda item: date_and_time(lang, item.at, self._zone(item.site)),
            newest=self._auth.address(PATH, {"site": site}) if start else "",
            older=self._auth.address(PATH, {"site": site, "from": following}) if following else "",
        )  # fmt: skip

    async def dismiss(self, call: OwnerCall) -> Response:
        """`POST /admin/unanswered/dismiss/` `{id, id, …}`: dismisses questions until they are asked again. An `id` may
        hold several, separated by commas; questions asked or edited since the list was shown stay."""
        ids = [id for ids in call.form.all("id") for id in ids.split(",") if id][:IDS_LIMIT]
        now, sites = self._clock.now(), call.owner.sites
        if not re.fullmatch(r"[0-9]{1,15}", call.seen):
            raise BadRequest("validation_failed", "version: must be that of the form.")
        shown_at = int(call.seen)

        def work() -> Work[None]:
            dismissed = yield from store.dismiss(sites, ids, now, shown_at)
            if not dismissed:
                raise NotFound
            for site, id in dismissed:
                yield from call.note(site, now, "dismissed", "comment", id)

        await self._db.write(work)
        site, start = call.form.get("site", ""), _start(call.form.get("from", ""))
        return self._auth.redirect(PATH, {"site": site if site in sites else "", "from": str(start or "")})

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"


def _start(text: str) -> int:
    if not re.fullmatch(r"[0-9]{0,4}", text):
        raise BadRequest("validation_failed", "Unknown position in the list.")
    return int(text or 0)
