"""Questions that the site has no answer to: what an owner may want to write about, or answer in person."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...clock import Clock
from ...core.grounding.similarity import alike
from ...db.database import Database
from ...errors import BadRequest, NotFound
from ...sites.store import SiteDirectory
from ..auth import OwnerAuth
from ..views import local_time, render
from . import unanswered_store as store
from .unanswered_store import Unanswered

GROUPS = 25
IDS_LIMIT = store.OPEN_LIMIT
WHY = {
    "budget_exhausted": "The budget was used up",
    "ai_off": "Answers were switched off",
}
NO_SUPPORT, FAILED = "The site does not say", "It failed"


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same, the newest first."""

    items: Sequence[Unanswered]

    @property
    def newest(self) -> Unanswered:
        """The one that is shown."""
        return self.items[0]

    @property
    def in_thread(self) -> Unanswered | None:
        """The newest one that can be answered where it was asked."""
        return next((item for item in self.items if item.kind != "chat"), None)

    @property
    def others(self) -> list[tuple[str, str]]:
        """The other pages on which it was asked, with their addresses."""
        pages = {item.page: item.url if urlsplit(item.url).scheme in ("http", "https") else "" for item in self.items}
        return [(page, url) for page, url in pages.items() if page != self.newest.page]

    @property
    def why(self) -> str:
        """Why there is no answer."""
        error = self.newest.error
        return NO_SUPPORT if error is None else WHY.get(error, FAILED)


def grouped(items: Sequence[Unanswered]) -> list[Group]:
    """What is open, similar questions of a site together, newest first. What was asked before the owner has seen to the
    same question is seen to with it."""
    groups: list[Group] = []
    for site in dict.fromkeys(item.site for item in items):
        own = [item for item in items if item.site == site]
        for places in alike([item.question for item in own]):
            same = [own[place] for place in places]
            seen_at = max((item.dismissed_at or 0 for item in same), default=0)
            left = [item for item in same if item.dismissed_at is None and item.at > seen_at]
            if left:
                groups.append(Group(sorted(left, key=lambda item: (-item.at, item.id))))
    return sorted(groups, key=lambda group: (-group.newest.at, group.newest.id))


class UnansweredQuestions:
    """The handlers of `/admin/unanswered/`."""

    def __init__(self, db: Database, clock: Clock, sites: SiteDirectory, gate: OwnerAuth) -> None:
        self._db = db
        self._clock = clock
        self._sites = sites
        self._gate = gate

    async def read(self, request: Request) -> Response:
        """`GET /admin/unanswered/?site=&from=`: so many groups, newest first."""
        owner = await self._gate.owner(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        site, start = request.query_params.get("site", ""), _start(request.query_params.get("from", ""))
        if site and site not in owner.sites:
            raise NotFound
        await self._sites.refresh()
        chosen = [site] if site else list(owner.sites)
        items = await self._db.read(lambda: store.unanswered(chosen))
        groups = await asyncio.to_thread(grouped, items)
        page = render(
            "unanswered.html", base=self._gate.base, owner=owner, groups=groups[start : start + GROUPS], site=site,
            start=start, count=len(groups), at=lambda item: local_time(item.at, self._zone(item.site)),
            older=self._address(site, start + GROUPS) if groups[start + GROUPS :] else None,
            newest=self._address(site, 0) if start else None,
        )  # fmt: skip
        return Response(page, media_type="text/html")

    async def dismiss(self, request: Request) -> Response:
        """`POST /admin/unanswered/dismiss/` `{ids}`: these leave the list, until the same is asked again."""
        fields = await self._gate.form(request)
        owner = await self._gate.owner(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        self._gate.check_token(owner, fields)
        ids = [id for id in fields.get("ids", "").split(",") if id][:IDS_LIMIT]
        now, sites = self._clock.now(), owner.sites
        if not await self._db.write(lambda: store.dismiss(sites, ids, now)):
            raise NotFound
        site = fields.get("site", "")
        return RedirectResponse(self._address(site if site in sites else "", _start(fields.get("from", ""))), 303)

    def _address(self, site: str, start: int) -> str:
        query = urlencode({name: value for name, value in (("site", site), ("from", start)) if value})
        return f"{self._gate.base}/admin/unanswered/" + (f"?{query}" if query else "")

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"


def _start(text: str) -> int:
    if not re.fullmatch(r"[0-9]{0,4}", text):
        raise BadRequest("validation_failed", "There is no such place in the list.")
    return int(text or 0)
