"""What is known of each site: its pages, when they were read, what keeps others out; to read again and to forget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...clock import Clock
from ...db.database import Database
from ...db.work import Row, Work
from ...errors import BadRequest, NotFound
from ...knowledge.build import Knowledge
from ...knowledge.crawl import store
from ...knowledge.crawl.store import STATUSES, Crawl, SitePage
from ...knowledge.index.search import SiteIndex
from ...sites.store import SiteDirectory
from ..auth import Owner, OwnerAuth
from ..views import local_time, render

PAGES = 50
TEXT_LIMIT, ADDRESS_LIMIT = 200, 2_000


class KnowledgePage:
    """The handlers of `/admin/knowledge/`."""

    def __init__(self, db: Database, clock: Clock, sites: SiteDirectory, gate: OwnerAuth, knowledge: Knowledge) -> None:
        self._db = db
        self._clock = clock
        self._sites = sites
        self._gate = gate
        self._index: SiteIndex = knowledge.index
        self._refresher = knowledge.refresher

    async def read(self, request: Request) -> Response:
        """`GET /admin/knowledge/?site=&status=&q=&after=`: all sites, and the pages of one."""
        owner = await self._gate.owner(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        query = {
            name: request.query_params.get(name, "").replace("\x00", "").strip()
            for name in ("site", "status", "q", "after")
        }
        if query["site"] and query["site"] not in owner.sites:
            raise NotFound
        if query["status"] and query["status"] not in STATUSES:
            raise BadRequest("validation_failed", "There is no such status.")
        chosen = query["site"] or (owner.sites[0] if owner.sites else "")
        await self._sites.refresh()
        now = self._clock.now()

        def work() -> Work[tuple[list[Row], dict[str, Crawl], list[SitePage]]]:
            counts = yield from store.count_pages(owner.sites)
            crawls = yield from store.crawls(now)
            text = query["q"][:TEXT_LIMIT]
            return (
                counts,
                crawls,
                (yield from store.some_pages(chosen, query["status"], text, query["after"][:ADDRESS_LIMIT], PAGES + 1)),
            )

        counts, crawls, pages = await self._db.read(work)
        page = render(
            "knowledge.html", base=self._gate.base, owner=owner, chosen=chosen, query=query, statuses=STATUSES,
            sites=[self._card(site, counts, crawls.get(site)) for site in owner.sites], pages=pages[:PAGES],
            at=lambda moment: local_time(moment, self._zone(chosen)),
            older=self._address({**query, "site": chosen, "after": pages[PAGES - 1].url}) if pages[PAGES:] else None,
            only=lambda site, status: self._address({"site": site, "status": status}),
        )  # fmt: skip
        return Response(page, media_type="text/html")

    def _card(self, key: str, counts: list[Row], crawl: Crawl | None) -> dict[str, Any]:
        site = self._sites.known(key)
        own = [row for row in counts if row["site"] == key]
        used = next((row for row in own if row["status"] == "ok"), {"pages": 0, "passages": 0})
        zone = self._zone(key)
        return {
            "key": key,
            "name": site.name if site and site.name else key,
            "origins": site.origins if site else (),
            "crawl": crawl,
            "regular": site is not None and site.crawl,
            "hours": site.crawl_hours if site else 0,
            "used": used,
            "others": [(row["status"], row["pages"]) for row in own if row["status"] != "ok"],
            "read_at": local_time(crawl.ended_at, zone) if crawl and crawl.ended_at else "",
            "due_at": local_time(crawl.due_at, zone) if crawl and crawl.due_at > self._clock.now() else "",
            "problem": problem_of(crawl.error) if crawl else "",
        }

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"

    def _address(self, query: Mapping[str, str]) -> str:
        return f"{self._gate.base}/admin/knowledge/?{urlencode({name: text for name, text in query.items() if text})}"

    async def again(self, request: Request) -> Response:
        """`POST /admin/knowledge/<site>/read/` `{url}`: the site is read now, that page first if one is named."""
        owner, site, fields = await self._form(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        now = self._clock.now()

        def work() -> Work[None]:
            if fields.get("url"):
                yield from self._index.forget(site, fields["url"])
                if not (yield from store.set_status(site, fields["url"], "waiting")):
                    raise NotFound
            yield from store.make_due(site, now)

        await self._db.write(work)
        self._refresher.wake()
        return self._back(site, fields)

    async def forget(self, request: Request) -> Response:
        """`POST /admin/knowledge/<site>/forget/` `{url}`: nothing of a page serves any answer elsewhere; without `url`
        nothing of the whole site, until it is read again."""
        owner, site, fields = await self._form(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)

        def work() -> Work[None]:
            if not fields.get("url"):
                yield from self._index.forget_site(site)
                yield from store.forget_site(site)
            elif (yield from store.set_status(site, fields["url"], "forgotten")):
                yield from self._index.forget(site, fields["url"])
            else:
                raise NotFound

        await self._db.write(work)
        return self._back(site, fields)

    async def _form(self, request: Request) -> tuple[Owner | None, str, dict[str, str]]:
        fields = await self._gate.form(request)
        owner = await self._gate.owner(request)
        site = str(request.path_params["site"])
        if owner is not None:
            self._gate.check_token(owner, fields)
            if site not in owner.sites:
                raise NotFound
        return owner, site, fields

    def _back(self, site: str, fields: Mapping[str, str]) -> Response:
        query = {"site": site, "status": fields.get("status", ""), "q": fields.get("q", "")[:TEXT_LIMIT]}
        if query["status"] not in STATUSES:
            del query["status"]
        return RedirectResponse(self._address(query), 303)


def problem_of(error: str) -> str:
    """What kept a site from being read, in words."""
    if error.startswith("robots"):
        return "Its robots.txt could not be read, so nothing was: a site may be asking to be left alone."
    if error.startswith("http"):
        return f"The site asked to be left in peace (status {error.removeprefix('http ')}), so the rest waits."
    return "The reading was taken over by another process." if error else ""
