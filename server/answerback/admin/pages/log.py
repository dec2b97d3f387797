"""The log of comments and answers: search, hide, approve."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import Response

from ...answers.quota import Alert
from ...comments.approval.deciding import Deciding, Order
from ...core.comments import clean_line
from ...core.model import RUNNING
from ...core.times import day_of, iso, next_midnight
from ...db.work import Work
from ...errors import BadRequest, Conflict, NotFound
from ...i18n.cldr import date_and_time
from ...maintenance.status import read_status
from ...maintenance.wording import Wording
from ...runtime import Runtime
from ...sites.refused_store import refused_origins
from ...web.forms import BoundForm
from .. import log_store, saved_views_store, store
from ..auth import OwnerAuth, OwnerCall, OwnerView
from ..log_index import LogIndex
from ..log_store import ANSWER_STATES, COMMENT_STATES, Entry, Filter

ENTRIES = 50
LOOKED_AT = 1_000
"""The number of full-text hits checked against the other filters."""
END = 2**63 - 1
SEARCH_LIMIT, PAGE_LIMIT = 200, 500
STATES = {"comments": COMMENT_STATES, "answers": ANSWER_STATES, "ask_box": ("private",)}
FILTERS = ("q", "site", "page", "state", "author")
PATH = "/admin/"


class LogViews:
    """The log and its actions on comments."""

    LINK = (PATH, "log")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, deciding: Deciding, index: LogIndex) -> None:
        self._db = runtime.db
        self._ids = runtime.ids
        self._index = index
        self._clock = runtime.clock
        self._deciding = deciding
        self._sites = runtime.sites
        self._free_bytes = runtime.free_bytes
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {
            PATH: {"GET": self.read},
            "/admin/comments/{id}/hide/": {"POST": self.hide},
            "/admin/comments/{id}/restore/": {"POST": self.restore},
            "/admin/views/": {"POST": self.save_view},
            "/admin/views/{id}/delete/": {"POST": self.drop_view},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/?q=&site=&page=&state=&author=&before=`: the newest entries, or those before one of them."""
        query = call.query(*FILTERS, "before")
        query["q"] = query["q"][:SEARCH_LIMIT]
        chosen = [site for site in call.owner.sites if query["site"] in ("", site)]
        if query["site"] and not chosen:
            raise NotFound
        await self._sites.refresh()
        site = self._sites.known(chosen[0]) if chosen else None
        if site is not None and query["page"]:
            query["page"] = site.pages.key(query["page"], own_query=True)
        wanted, place = read_filter(query), read_place(query)
        now = self._clock.now()
        days: dict[int, list[str]] = defaultdict(list)
        names: dict[str, list[str]] = defaultdict(list)
        for zone, sites in self._by_zone(chosen).items():
            days[day_start(now, zone)] += sites
            names[day_of(now, zone)] += sites

        found, last, behind = await self._found(chosen, query, wanted, place)

        def work() -> Work[dict[str, Any]]:
            return {
                "totals": (yield from log_store.totals(days)),
                "pages": (yield from log_store.pages(chosen)),
                "saved": (yield from saved_views_store.views(call.owner.id)),
                "alerts": (yield from store.alerts(names)),
                "refused": (yield from refused_origins(chosen)),
            }

        read = await self._db.read(work)
        alerts = [alert for alert in map(self._as_set, read.pop("alerts")) if alert is not None]
        server = await self._server(call, now)
        return self._auth.show(
            call, "log", title=lambda t: t["title"], **read, states=STATES, query=query, form=BoundForm(query),
            entries=found, running=RUNNING, alerts=alerts, server=server, behind=behind, path=PATH,
            filtered=any(query[name] for name in FILTERS),
            newest=self._auth.address(PATH, query | {"before": ""}) if query["before"] else "",
            older=self._auth.address(PATH, query | {"before": last}) if last else "",
            only_page=lambda entry: self._auth.address(PATH, {"site": entry.site, "page": entry.page}),
            here_query=urlencode({name: text for name, text in query.items() if text}),
            zone=self._zone, iso=iso, local_time=partial(date_and_time, self._auth.language(call.request)),
        )  # fmt: skip

    async def _found(
        self, sites: list[str], query: Mapping[str, str], wanted: Filter, place: int
    ) -> tuple[list[Entry], str, bool]:
        """The entries, the next cursor, and whether some texts are not indexed yet. Checks a limited number of
        full-text hits against the other filters; the list then continues from there."""
        if not query["q"]:
            found = await self._db.read(lambda: log_store.entries(sites, wanted, ENTRIES + 1))
            last = ".".join(str(part) for part in found[ENTRIES - 1].cursor) if found[ENTRIES:] else ""
            return found[:ENTRIES], last, False
        behind = await self._index.catch_up()
        filtered = wanted != Filter()
        most = LOOKED_AT if filtered else ENTRIES + 1
        hits = await self._index.search(sites, query["q"], place, most)
        found = await self._db.read(lambda: log_store.entries_of(sites, hits, wanted))
        places = {hit.entry_id: hit.place for hit in hits}
        if found[ENTRIES:]:
            return found[:ENTRIES], f"t{places[found[ENTRIES - 1].id]}", behind
        return found, f"t{hits[-1].place}" if len(hits) == most else "", behind

    async def save_view(self, call: OwnerCall) -> Response:
        """`POST /admin/views/` `{name, here}`: saves the current filters under a name."""
        name = clean_line(call.form.get("name", ""))[: saved_views_store.NAME_LIMIT]
        here = {key: text for key, text in parse_qsl(call.form.get("here", "")) if key in FILTERS}
        query = urlencode(here)[: saved_views_store.QUERY_LIMIT]
        now = self._clock.now()
        if name and query:
            view = saved_views_store.SavedView(self._ids.new(), name, query)
            await self._db.write(lambda: saved_views_store.keep(call.owner.id, view, now))
        return self._auth.redirect(PATH, here)

    async def drop_view(self, call: OwnerCall) -> Response:
        """`POST /admin/views/<id>/delete/`."""
        if not await self._db.write(lambda: saved_views_store.drop(call.owner.id, call.id)):
            raise NotFound
        return self._auth.redirect(PATH)

    async def _server(self, call: OwnerCall, now: int) -> Wording | None:
        """The server's status, for owners of all sites."""
        if not call.owner.all_sites:
            return None
        status = await read_status(self._db, self._free_bytes, now)
        return Wording(status, self._auth.language(call.request))

    def _as_set(self, alert: Alert) -> Alert | None:
        """A budget alert, updated to the current budget; None if that is no longer reached."""
        site = self._sites.known(alert.site)
        limits = (
            {"answers": site.budget_answers, "tokens": site.budget_tokens, "money": site.budget_usd} if site else {}
        )
        most = limits.get(alert.budget)
        return None if most is None or alert.used * 5 < most * 4 else replace(alert, most=most)

    def _by_zone(self, sites: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for site in sites:
            found[self._zone(site)].append(site)
        return found

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"

    async def hide(self, call: OwnerCall) -> Response:
        """`POST /admin/comments/<id>/hide/`: hides the comment from everybody but the owner."""
        return await self._decide(call, Order("hide", call.owner.id))

    async def restore(self, call: OwnerCall) -> Response:
        """`POST /admin/comments/<id>/restore/`: restores a hidden comment or approves a held one."""
        return await self._decide(call, Order("approve", call.owner.id, seen=call.seen))

    async def _decide(self, call: OwnerCall, order: Order) -> Response:
        key = await self._db.read(lambda: store.site_of(call.owner.sites, call.id))
        if key is None:
            raise NotFound
        try:
            await self._deciding.decide(await self._sites.get(key), call.id, order)
        except Conflict as error:
            if error.reason != "changed_meanwhile":
                raise
            return self._auth.redirect(f"/admin/comments/{quote(call.id, safe='')}/", {"changed": "1"})
        here = dict(parse_qsl(call.form.get("here", "")))
        query = {name: here.get(name, "") for name in (*FILTERS, "before")}
        return self._auth.redirect(PATH, query, f"e-{call.id}")


def day_start(now: int, timezone: str) -> int:
    """The start of the current day in that time zone, in milliseconds; also right on days of 23 or 25 hours."""
    start = next_midnight(now - 2 * 86_400_000, timezone)
    while (following := next_midnight(start, timezone)) <= now:
        start = following
    return start


def read_filter(query: Mapping[str, str]) -> Filter:
    """The filter in a query. Raises BadRequest for an unknown state or cursor."""
    state = query["state"]
    if state and not any(state in states for states in STATES.values()):
        raise BadRequest("validation_failed", "Unknown state.")
    before = None
    if query["before"] and not query["q"]:
        match = re.fullmatch(r"([0-9]{1,15})\.([01])\.([A-Za-z0-9_-]{1,64})", query["before"])
        if match is None:
            raise BadRequest("validation_failed", "Unknown position in the log.")
        before = (int(match[1]), int(match[2]), match[3])
    return Filter(query["page"][:PAGE_LIMIT], state, query["author"], before)


def read_place(query: Mapping[str, str]) -> int:
    """The position where a search continues. Raises BadRequest."""
    if not query["q"] or not query["before"]:
        return END
    match = re.fullmatch(r"t([0-9]{1,19})", query["before"])
    if match is None or int(match[1]) > END:
        raise BadRequest("validation_failed", "Unknown position in the log.")
    return int(match[1])
