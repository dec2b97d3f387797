"""Each site's crawled pages, and why others were not read; owners can crawl again or forget pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from ...db.work import Row, Work
from ...errors import BadRequest, NotFound
from ...i18n.catalogue import texts
from ...i18n.cldr import date_and_time
from ...knowledge.build import Knowledge
from ...knowledge.crawl import store
from ...knowledge.crawl.report import Reason, is_fault, ordered, read_reasons
from ...knowledge.crawl.store import STATUSES, Crawl, SitePage
from ...knowledge.index.search import SiteIndex
from ...runtime import Runtime
from ...web.forms import BoundForm, Form
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/knowledge/"
PAGES = 50
MOST_CARDS = 20
"""Owners of more sites see one of them at a time."""
TEXT_LIMIT, ADDRESS_LIMIT = 200, 2_000
PROBLEMS = frozenset(("address", "lost", "robots", "paused"))
REASONS = frozenset(("gone", "away", "limit", "paused", "outside", "cut", "format"))
"""Reasons for not reading or not storing a page that are not page statuses."""
ADVICE = frozenset(("script", "outside", "refused", "paused", "listing", "missing"))


class KnowledgeViews:
    """A site's knowledge and its forms."""

    LINK = (PATH, "knowledge")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, knowledge: Knowledge) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._auth = auth
        self._index: SiteIndex = knowledge.index
        self._crawls = knowledge.crawls

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {
            PATH: {"GET": self.read},
            f"{PATH}{{site}}/read/": {"POST": self.again},
            f"{PATH}{{site}}/forget/": {"POST": self.forget},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/knowledge/?site=&status=&q=&after=`: all sites, and one site's pages."""
        query, sites = call.query("site", "status", "q", "after"), call.owner.sites
        if query["site"] and query["site"] not in sites:
            raise NotFound
        if query["status"] and query["status"] not in STATUSES:
            raise BadRequest("validation_failed", "Unknown status.")
        chosen = query["site"] or (sites[0] if sites else "")
        cards = sites if len(sites) <= MOST_CARDS else (chosen,)
        await self._sites.refresh()
        now = self._clock.now()

        def work() -> Work[tuple[dict[str, list[Row]], dict[str, Crawl], list[SitePage]]]:
            counts: dict[str, list[Row]] = defaultdict(list)
            for row in (yield from store.count_pages(cards)):
                counts[row["site"]].append(row)
            crawls = yield from store.crawls(now)
            text, after = query["q"][:TEXT_LIMIT], query["after"][:ADDRESS_LIMIT]
            pages = yield from store.some_pages(chosen, query["status"], text, after, PAGES + 1)
            return counts, crawls, pages

        counts, crawls, pages = await self._db.read(work)
        lang = self._auth.language(call.request)
        last = pages[PAGES - 1].url if pages[PAGES:] else ""
        return self._auth.show(
            call, "knowledge", chosen=chosen, query=query, form=BoundForm(query), statuses=STATUSES,
            title=lambda t: t.counted("title", len(sites)),
            sites=[self._card(lang, site, counts[site], crawls.get(site)) for site in cards], pages=pages[:PAGES],
            at=lambda moment: date_and_time(lang, moment, self._zone(chosen)),
            more=self._auth.address(PATH, query | {"site": chosen, "after": last}) if last else "",
            only=lambda site, status: self._auth.address(PATH, {"site": site, "status": status}),
        )  # fmt: skip

    def _card(self, lang: str, key: str, own: list[Row], crawl: Crawl | None) -> dict[str, Any]:
        site = self._sites.known(key)
        used = next((row for row in own if row["status"] == "ok"), {"pages": 0, "passages": 0})
        zone = self._zone(key)
        reasons = read_reasons(crawl.report.get("reasons", {})) if crawl else {}
        return {
            "key": key,
            "name": site.name if site and site.name else key,
            "origins": site.origins if site else (),
            "crawl": crawl,
            "regular": site is not None and site.crawl,
            "hours": site.crawl_hours if site else 0,
            "used": used,
            "counts": {row["status"]: row["pages"] for row in own},
            "read_at": date_and_time(lang, crawl.ended_at, zone) if crawl and crawl.ended_at else "",
            "due_at": date_and_time(lang, crawl.due_at, zone) if crawl and crawl.due_at > self._clock.now() else "",
            "problem": problem_of(crawl.error, lang, reasons) if crawl else "",
            "reasons": [
                {
                    "count": reason.count, "text": reason_in_words(name, lang), "advice": advice_on(name, lang),
                    "examples": reason.examples, "fault": is_fault(name),
                }
                for name, reason in ordered(reasons)
            ],
        }  # fmt: skip

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"

    async def again(self, call: OwnerCall) -> Response:
        """`POST /admin/knowledge/<site>/read/` `{url}`: crawls the site now, starting with that page if given."""
        site, url, now = self._site(call), call.form.get("url", ""), self._clock.now()

        def work() -> Work[None]:
            if url:
                yield from self._index.forget(site, url)
                if not (yield from store.set_status(site, url, "waiting")):
                    raise NotFound
            yield from self._crawls.put(site)
            yield from call.note(site, now, "crawl", "page" if url else "site", url or site)

        await self._db.write(work)
        return self._back(site, call.form)

    async def forget(self, call: OwnerCall) -> Response:
        """`POST /admin/knowledge/<site>/forget/` `{url}`: forgets a page, so that it supports no answer on other pages;
        without `url`, the whole site until the next crawl."""
        site, url, now = self._site(call), call.form.get("url", ""), self._clock.now()

        def work() -> Work[None]:
            if not url:
                yield from self._index.forget_site(site)
                yield from store.forget_site(site)
            elif (yield from store.set_status(site, url, "forgotten")):
                yield from self._index.forget(site, url)
            else:
                raise NotFound
            yield from call.note(site, now, "forgotten", "page" if url else "site", url or site)

        await self._db.write(work)
        return self._back(site, call.form)

    def _site(self, call: OwnerCall) -> str:
        site = str(call.request.path_params["site"])
        if site not in call.owner.sites:
            raise NotFound
        return site

    def _back(self, site: str, form: Form) -> Response:
        status = form.get("status", "")
        query = {"site": site, "status": status if status in STATUSES else "", "q": form.get("q", "")[:TEXT_LIMIT]}
        return self._auth.redirect(PATH, query)


def problem_of(error: str, lang: str, reasons: Mapping[str, Reason] | None = None) -> str:
    """Why a site could not be crawled, in words."""
    t = texts(lang, "admin.knowledge")
    if error == "outside" and reasons:
        return t("outside", origin=reasons[error].examples[0], count=str(reasons[error].count))
    return t[f"problems.{error.partition(':')[0]}"] if error else ""


def reason_in_words(name: str, lang: str) -> str:
    """Why some pages were not read, in words."""
    t = texts(lang, "admin.knowledge")
    what, _, why = name.partition(" ")
    if what == "http":
        return t("answered", status=why)
    if why:
        reason = t("answered", status=why.removeprefix("http ")) if why.startswith("http ") else _in_words(why, lang)
        return t("sitemap_unread" if what == "sitemap" else "robots_unread", why=reason)
    return _in_words(name, lang)


def _in_words(name: str, lang: str) -> str:
    return texts(lang, "admin.knowledge")[f"statuses.{name}" if name in STATUSES else f"reasons.{name}"]


def advice_on(name: str, lang: str) -> str:
    """What an owner can do about it; empty if there is no advice."""
    what, _, why = name.partition(" ")
    key = "refused" if what == "http" and why in ("401", "403") else what
    return texts(lang, "admin.knowledge")[f"advice.{key}"] if key in ADVICE else ""
