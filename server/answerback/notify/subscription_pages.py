"""Subscribers' pages: confirm, list and end subscriptions. Each link's proof is known to its address alone, and opening
a page changes nothing, since mail programs follow links on their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..accounts.profile.auth import AccountAuth
from ..comments import store as threads
from ..comments.feed import ATOM, JSON_FEED, Feed, atom, json_feed
from ..core.model import Comment
from ..db.work import Work
from ..errors import BadRequest, NotFound
from ..i18n.catalogue import Texts, texts
from ..runtime import Runtime
from ..sites.settings import Site
from ..web.rendering import language_of
from ..web.views import METHODS
from . import subscriptions_store as store
from . import visitor_news_store as news
from .subscribing import CONFIRM, FEED, PAGE, STOP, Subscribing
from .subscriptions_store import Subscriber, Subscription

TEMPLATE = "notify/templates/notifications.html"
NOTHING: dict[str, Any] = {
    "rows": None, "links": None, "asks": None, "address": "", "feed": "", "here": "", "stop_all": False,
}  # fmt: skip
"""Template values of an empty page."""
NEWEST = 50
"""Entries of a feed."""


class SubscriptionPages:
    """The views at `/notifications/…`."""

    def __init__(self, runtime: Runtime, subscribing: Subscribing) -> None:
        self._views = AccountAuth(runtime.settings, runtime.db, runtime.clock, runtime.ids)
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._subscribing = subscribing
        self._url = runtime.settings.public_url

    def routes(self) -> list[Route]:
        """The routes of the pages."""
        table = {
            PAGE: {"GET": self.read, "POST": self.end},
            CONFIRM: {"GET": self.ask, "POST": self.confirm},
            STOP: {"GET": self.read, "POST": self.stop},
            FEED: {"GET": self.feed},
        }
        return [Route(path, self._views.guarded(calls), methods=METHODS) for path, calls in table.items()]

    # ---- seeing and ending

    async def read(self, request: Request) -> Response:
        """`GET /notifications/?id=&proof=`: all subscriptions of an address; with `?site=`, those of the visitor signed
        in on that site."""
        if request.query_params.get("id") is None and request.query_params.get("site") is not None:
            return await self._of_account(request)
        return await self._show(request, *await self._read_by(request))

    async def end(self, request: Request) -> Response:
        """`POST /notifications/?id=&proof=` `{stop}`: ends the subscription with this id, or `all`."""
        form, (subscriber, visitor) = await self._views.form(request), await self._read_by(request)
        stop = form.get("stop", "")
        if visitor:
            await self._db.write(lambda: store.remove(subscriber.site, visitor, stop))
        elif stop == "all":
            return await self._stopped(request, subscriber)
        else:
            await self._db.write(lambda: store.remove_of(subscriber.id, stop))
        if await self._db.read(lambda: store.subscriber_by_id(subscriber.id)) is None:
            return await self._done(request, subscriber)
        return RedirectResponse(f"{self._views.base}{PAGE}?{request.url.query}", 303)

    async def stop(self, request: Request) -> Response:
        """`POST /notifications/stop/?id=&proof=`: ends all; used by mail programs on behalf of their users (RFC 8058),
        and by the page."""
        return await self._stopped(request, await self._subscriber(request))

    async def _stopped(self, request: Request, subscriber: Subscriber) -> Response:
        await self._db.write(lambda: store.remove_subscriber(subscriber.id))
        return await self._done(request, subscriber)

    async def _done(self, request: Request, subscriber: Subscriber) -> Response:
        site, t = await self._about(subscriber)
        return self._render(request, t, site, done=t("stopped", site=site.name or site.key))

    async def _subscriber(self, request: Request) -> Subscriber:
        """The subscriber that a link belongs to. Raises NotFound."""
        id, proof = (request.query_params.get(name, "") for name in ("id", "proof"))
        found = await self._db.read(lambda: store.subscriber_by_id(id))
        if found is None or not self._subscribing.proved(proof, id):
            raise NotFound
        return found

    async def _read_by(self, request: Request) -> tuple[Subscriber, str]:
        """As `_subscriber`, with the visitor to whose subscriptions the link is limited, or empty. Raises NotFound."""
        visitor = request.query_params.get("of", "")
        if not visitor:
            return await self._subscriber(request), ""
        id, proof = (request.query_params.get(name, "") for name in ("id", "proof"))
        found = await self._db.read(lambda: store.subscriber_by_id(id))
        if found is None or not self._subscribing.proved(proof, "of", id, visitor):
            raise NotFound
        return found, visitor

    async def _about(self, subscriber: Subscriber) -> tuple[Site, Texts]:
        return await self._sites.get(subscriber.site), texts(subscriber.lang, "notifications")

    async def _show(self, request: Request, subscriber: Subscriber, visitor: str) -> Response:
        now = self._clock.now()

        def work() -> Work[tuple[list[Subscription], dict[str, tuple[str, str]]]]:
            found = yield from store.of_subscriber(subscriber.id, now)
            return found, (yield from store.titles(subscriber.site, subscriber.id))

        found, titles = await self._db.read(work)
        site, t = await self._about(subscriber)
        rows = [
            {"id": each.id, "waits": each.confirmed_at is None, "text": self._text(t, each, titles)}
            for each in found
            if visitor in ("", each.visitor_id)
        ]
        feed = self._subscribing.feed_url(subscriber.id) if subscriber.channel == "feed" else ""
        return self._render(
            request, t, site, rows=rows, address="" if feed else subscriber.address, feed=feed, here=request.url.query,
            stop_all=not (feed or visitor),
        )  # fmt: skip

    # ---- signed in

    async def _of_account(self, request: Request) -> Response:
        site = await self._sites.get(request.query_params["site"])
        lang = language_of(request, site.lang, request.query_params.get("lang", ""))
        account = await self._views.account(request, site.key)
        if account is None:
            return RedirectResponse(self._views.address(site.key, lang=lang), 303)
        now = self._clock.now()
        found = await self._db.read(lambda: store.of_visitor(site.key, account.visitor.id, now))
        t = texts(lang, "notifications")
        links = {
            each.subscriber_id: {
                "text": t["feed"] if each.channel == "feed" else each.address,
                "url": self._subscribing.visitor_url(each.subscriber_id, account.visitor.id),
            }
            for each in found
            if each.confirmed_at is not None
        }
        return self._render(request, t, site, links=list(links.values()))

    # ---- confirming

    async def ask(self, request: Request) -> Response:
        """`GET /notifications/confirm/?id=&proof=`: the pending subscriptions, and a button that confirms them."""
        return await self._confirming(request, confirmed=False)

    async def confirm(self, request: Request) -> Response:
        """`POST /notifications/confirm/?id=&proof=`: activates them."""
        await self._views.form(request)
        return await self._confirming(request, confirmed=True)

    async def _confirming(self, request: Request, *, confirmed: bool) -> Response:
        id, proof = (request.query_params.get(name, "") for name in ("id", "proof"))
        if not self._subscribing.proved(proof, "confirm", id):
            raise NotFound
        now = self._clock.now()
        found = await self._db.read(lambda: store.pending(id, now))
        if found is None:
            t = texts(self._views.language(request), "notifications")
            return self._views.render(
                TEMPLATE, lang=t.lang, status=404, t=t, title=t["title"], site_name="Answerback", problem=t["over"],
                **NOTHING,
            )  # fmt: skip
        subscriber, wanted = found
        if confirmed or not wanted:
            if wanted:
                await self._db.write(lambda: store.confirm(subscriber.id, wanted[0].visitor_id, now))
            return RedirectResponse(f"{self._subscribing.page_url(subscriber.id)}&confirmed=1", 303)
        site, t = await self._about(subscriber)
        titles = await self._db.read(lambda: store.titles(subscriber.site, subscriber.id))
        return self._render(
            request, t, site, address=subscriber.address, here=request.url.query,
            asks=[self._text(t, each, titles) for each in wanted],
        )  # fmt: skip

    # ---- the feed

    async def feed(self, request: Request) -> Response:
        """`GET /notifications/feed/?id=&proof=&format=`: replies to a visitor as Atom or JSON Feed. Raises NotFound."""
        subscriber = await self._subscriber(request)
        kind = request.query_params.get("format", "atom")
        if subscriber.channel != "feed":
            raise NotFound
        if kind not in ("atom", "json"):
            raise BadRequest("validation_failed", "format: must be atom or json.")
        site, t = await self._about(subscriber)

        def work() -> Work[tuple[list[Comment], dict[str, str]]]:
            comments = yield from news.replies_to(site.key, subscriber.id, NEWEST)
            return comments, (yield from threads.addresses(site.key, {comment.page for comment in comments}))

        comments, addresses = await self._db.read(work)
        made = Feed(
            title=f"{t['feed']} · {site.name or site.key}", url=self._subscribing.feed_url(subscriber.id),
            comments=comments, home=site.origins[0], own=self._url, addresses=addresses, lang=subscriber.lang,
            now=self._clock.now(),
        )  # fmt: skip
        body, media_type = (json_feed(made), JSON_FEED) if kind == "json" else (atom(made), ATOM)
        return Response(body, media_type=media_type)

    # ---- showing

    @staticmethod
    def _text(t: Texts, each: Subscription, titles: Mapping[str, tuple[str, str]]) -> str:
        if each.kind == "replies":
            return t["kinds.replies"]
        return t("kinds.thread", page=titles.get(each.page, ("", ""))[0] or each.page)

    def _render(self, request: Request, t: Texts, site: Site, **values: Any) -> Response:
        done = values.pop("done", "") or (t["confirmed"] if "confirmed" in request.query_params else "")
        return self._views.render(
            TEMPLATE, lang=t.lang, t=t, title=t["title"], site_name=site.name or site.key, done=done,
            **(NOTHING | values),
        )  # fmt: skip
