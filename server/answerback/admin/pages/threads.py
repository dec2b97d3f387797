"""A site's threads: close, reopen, schedule closing, set the answer rule, move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from itertools import chain
from zoneinfo import ZoneInfo

from starlette.responses import Response

from ...comments import closing_store as store
from ...comments.joining import add_aliases
from ...comments.store import set_locked, set_rule
from ...comments.updates import ThreadUpdates
from ...core.comments import URL_LIMIT
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...i18n.catalogue import error_text
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ...sites.settings import AI_RULES, Site
from ...web.forms import BoundForm, refused
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/threads/"
SHOWN = 50


class ThreadsViews:
    """The threads of an owner's sites."""

    LINK = (PATH, "threads")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, updates: ThreadUpdates) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._jobs = runtime.jobs
        self._sites = runtime.sites
        self._auth = auth
        self._updates = updates

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {
            PATH: {"GET": self.read},
            f"{PATH}{{site}}/lock/": {"POST": self.lock},
            f"{PATH}{{site}}/closing/": {"POST": self.closing},
            f"{PATH}{{site}}/rule/": {"POST": self.rule},
            f"{PATH}{{site}}/move/": {"POST": self.move},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/threads/?site=&page=&after=`: the list, or one thread."""
        query, sites = call.query("site", "page", "after"), call.owner.sites
        if query["site"] and query["site"] not in sites:
            raise NotFound
        return await self._show(
            call, query["site"] or (sites[0] if sites else ""), query["page"], BoundForm(query), 200
        )

    async def _show(self, call: OwnerCall, site: str, page: str, form: BoundForm, status: int) -> Response:
        after, lang = call.query("after")["after"], self._auth.language(call.request)
        known = self._sites.known(site)
        if known is not None and page:
            page = known.pages.key(page, own_query=True)

        def work() -> Work[tuple[store.ThreadRow | None, list[store.ThreadRow]]]:
            one = (yield from store.thread(site, page)) if page else None
            return one, ([] if page else (yield from store.threads(site, after, SHOWN + 1)))

        one, found = await self._db.read(work)
        zone = known.timezone if known else "UTC"
        last = found[SHOWN - 1].page if found[SHOWN:] else ""
        return self._auth.show(
            call, "threads", status=status, title=lambda t: page or t["title"], chosen=site, key=page, one=one,
            threads=found[:SHOWN], form=form, problem=form.problem, rules=AI_RULES, site_rule=known.ai if known else "",
            close_days=known.close_days if known else None, url_limit=URL_LIMIT, never=store.NEVER,
            at=lambda moment: date_and_time(lang, moment, zone), day=lambda moment: _day(moment, zone),
            to=lambda key: self._auth.address(PATH, {"site": site, "page": key}),
            newest=self._auth.address(PATH, {"site": site}) if after else "",
            older=self._auth.address(PATH, {"site": site, "after": last}) if last else "",
        )  # fmt: skip

    async def lock(self, call: OwnerCall) -> Response:
        """`POST /admin/threads/<site>/lock/` `{page, locked}`: locks or unlocks a thread; one unlocked by hand no
        longer closes by itself."""
        now, locked = self._clock.now(), call.form.get("locked") == "1"

        def change(site: Site, page: str) -> Work[None]:
            yield from set_locked(site.key, page, locked, now)
            if not locked:
                yield from store.set_closing(site.key, page, store.NEVER, now)
            yield from call.note(site.key, now, "locked" if locked else "unlocked", "page", page)

        return await self._change(call, change)

    async def closing(self, call: OwnerCall) -> Response:
        """`POST /admin/threads/<site>/closing/` `{page, when, day}`: sets when a thread closes: as the `site` says,
        `never`, or at the end of a `day`."""
        now, when, day = self._clock.now(), call.form.get("when", ""), call.form.get("day", "")
        site = await self._site(call)
        closes_at: int | None = None
        if when == "never":
            closes_at = store.NEVER
        elif when == "day":
            try:
                closes_at = _end_of(day, site.timezone)
            except (ValueError, OverflowError):
                wrong = BadRequest("validation_failed", "day: must be a date.", reason="day")
                form = refused(call.form, wrong, error_text(wrong, self._auth.language(call.request)))
                return await self._show(call, site.key, call.form.get("page", ""), form, 400)

        def change(site: Site, page: str) -> Work[None]:
            yield from store.set_closing(site.key, page, closes_at, now)
            yield from call.note(site.key, now, "closes", "page", page, after=day if when == "day" else when)

        return await self._change(call, change)

    async def rule(self, call: OwnerCall) -> Response:
        """`POST /admin/threads/<site>/rule/` `{page, ai}`: sets the page's answer rule; `default`: the site's."""
        now, rule = self._clock.now(), call.form.get("ai", "")
        if rule not in (*AI_RULES, "default"):
            raise BadRequest("validation_failed", "ai: unknown rule.")

        def change(site: Site, page: str) -> Work[None]:
            yield from set_rule(site.key, page, None if rule == "default" else rule, now)
            yield from call.note(site.key, now, "rule", "page", page, after=rule)

        return await self._change(call, change)

    async def move(self, call: OwnerCall) -> Response:
        """`POST /admin/threads/<site>/move/` `{page, new}`: moves a thread, joining it with any thread there; the old
        address becomes an alias."""
        site, now = await self._site(call), self._clock.now()
        page, new = call.form.get("page", ""), call.form.get("new", "")[: URL_LIMIT + 1]
        try:
            joined = await add_aliases(
                self._db, self._clock, self._jobs, site, [(page, new)],
                beside=lambda: call.note(site.key, now, "moved", "page", page, after=new),
            )  # fmt: skip
        except BadRequest as error:
            form = refused(call.form, error, error_text(error, self._auth.language(call.request)))
            return await self._show(call, site.key, page, form, error.status)
        await self._sites.refresh(force=True)
        await self._db.write(lambda: self._updates.reload(site.key, chain.from_iterable(joined)))
        return self._auth.redirect(PATH, {"site": site.key, "page": new})

    async def _change(self, call: OwnerCall, change: Callable[[Site, str], Work[None]]) -> Response:
        site = await self._site(call)
        page = call.form.get("page", "")

        def work() -> Work[None]:
            if (yield from store.thread(site.key, page)) is None:
                raise NotFound
            yield from change(site, page)
            yield from self._updates.reload(site.key, [page])

        await self._db.write(work)
        return self._auth.redirect(PATH, {"site": site.key, "page": page})

    async def _site(self, call: OwnerCall) -> Site:
        key = str(call.request.path_params["site"])
        if key not in call.owner.sites:
            raise NotFound
        return await self._sites.get(key)


def _end_of(day: str, timezone: str) -> int:
    """The end of a day in that time zone. Raises ValueError."""
    read = date.fromisoformat(day)
    ends = datetime(read.year, read.month, read.day, 23, 59, 59, tzinfo=ZoneInfo(timezone))
    return int(ends.timestamp() * 1000)


def _day(moment: int, timezone: str) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(ZoneInfo(timezone)).date().isoformat()
