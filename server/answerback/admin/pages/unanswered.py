"""Questions that the site has no answer to: what an owner may want to write about, or answer in person."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.responses import Response

from ...core.grounding.similarity import alike
from ...errors import BadRequest, NotFound
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ...web.forms import BoundForm
from ..auth import OwnerAuth, OwnerCall, OwnerView
from . import unanswered_store as store
from .unanswered_store import Unanswered

PATH = "/admin/unanswered/"
GROUPS = 25
IDS_LIMIT = store.OPEN_LIMIT
WHY = frozenset({"budget_exhausted", "ai_off", "question_edited"})
"""Errors that an owner is told by name."""


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
        """Why there is no answer: `no_support`, one of `WHY`, or `failed`."""
        error = self.newest.error
        return "no_support" if error is None else error if error in WHY else "failed"


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


class UnansweredViews:
    """Questions that wait for somebody's words."""

    LINK = (PATH, "unanswered")

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Where each is found."""
        return {PATH: {"GET": self.read}, f"{PATH}dismiss/": {"POST": self.dismiss}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/unanswered/?site=&from=`: so many groups, newest first."""
        query = call.query("site", "from")
        site, start = query["site"], _start(query["from"])
        if site and site not in call.owner.sites:
            raise NotFound
        await self._sites.refresh()
        chosen = [site] if site else list(call.owner.sites)
        now = self._clock.now()
        items = await self._db.read(lambda: store.unanswered(chosen))
        groups = await asyncio.to_thread(grouped, items)
        lang = self._auth.language(call.request)
        following = str(start + GROUPS) if groups[start + GROUPS :] else ""
        return self._auth.show(
            call, "unanswered", title=lambda t: t["title"], form=BoundForm(query), query=query,
            groups=groups[start : start + GROUPS], start=start, seen=now,
            at=lambda item: date_and_time(lang, item.at, self._zone(item.site)),
            newest=self._auth.address(PATH, {"site": site}) if start else "",
            older=self._auth.address(PATH, {"site": site, "from": following}) if following else "",
        )  # fmt: skip

    async def dismiss(self, call: OwnerCall) -> Response:
        """`POST /admin/unanswered/dismiss/` `{id, id, …}`: these leave the list, until the same is asked again. An `id`
        may be several, with commas between; what was asked or edited since the list was shown stays."""
        ids = [id for ids in call.form.all("id") for id in ids.split(",") if id][:IDS_LIMIT]
        now, sites = self._clock.now(), call.owner.sites
        if not re.fullmatch(r"[0-9]{1,15}", call.seen):
            raise BadRequest("validation_failed", "version: must be that of the form.")
        shown_at = int(call.seen)
        if not await self._db.write(lambda: store.dismiss(sites, ids, now, shown_at)):
            raise NotFound
        site, start = call.form.get("site", ""), _start(call.form.get("from", ""))
        return self._auth.redirect(PATH, {"site": site if site in sites else "", "from": str(start or "")})

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"


def _start(text: str) -> int:
    if not re.fullmatch(r"[0-9]{0,4}", text):
        raise BadRequest("validation_failed", "Unknown position in the list.")
    return int(text or 0)
