"""A site's webhooks and their deliveries."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ...core.webhooks import EVENTS, FORMATS
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...i18n.catalogue import texts
from ...i18n.cldr import date_and_time
from ...notify import webhooks_store as store
from ...notify.webhooks import SETTLED_MS, Webhooks, host, new_secret
from ...notify.webhooks_store import Webhook
from ...runtime import Runtime
from ...web.forms import BoundForm, refused
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/webhooks/"
SHOWN, MOST, URL_LIMIT = 50, 20, 1_000
WRONG = ("url", "events")
"""Errors that the form itself does not prevent."""


class WebhookViews:
    """The webhooks of an owner's sites."""

    LINK = (PATH, "webhooks")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, webhooks: Webhooks) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._auth = auth
        self._webhooks = webhooks

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        calls = {
            "add": self.add, "save": self.save, "rotate": self.rotate, "switch": self.switch, "remove": self.remove,
            "test": self.test, "replay": self.replay,
        }  # fmt: skip
        return {
            PATH: {"GET": self.read},
            **{f"{PATH}{{site}}/{name}/": {"POST": view} for name, view in calls.items()},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/webhooks/?site=&webhook=`: a site's webhooks, or one of them with its latest deliveries."""
        query, sites = call.query("site", "webhook"), call.owner.sites
        if query["site"] and query["site"] not in sites:
            raise NotFound
        site = query["site"] or (sites[0] if sites else "")
        if not query["webhook"]:
            return await self._list(call, site, BoundForm({"site": site, **dict.fromkeys(EVENTS, "1")}))
        hook = await self._db.read(lambda: store.webhook(site, query["webhook"]))
        if hook is None:
            raise NotFound
        return await self._one(call, hook, _filled(hook))

    async def _list(self, call: OwnerCall, site: str, form: BoundForm, status: int = 200) -> Response:
        hooks = await self._db.read(lambda: store.webhooks(site)) if site else []
        return self._auth.show(
            call, "webhooks", status=status, title=lambda t: t["title"], chosen=site, form=form, hook=None, hooks=hooks,
            events=EVENTS, formats=FORMATS, host=host, limit=URL_LIMIT, room=len(hooks) < MOST,
        )  # fmt: skip

    async def _one(
        self, call: OwnerCall, hook: Webhook, form: BoundForm, status: int = 200, secret: str = ""
    ) -> Response:
        deliveries = await self._db.read(lambda: store.latest(hook.id, SHOWN))
        lang, site = self._auth.language(call.request), self._sites.known(hook.site)
        return self._auth.show(
            call, "webhooks", status=status, title=lambda t: t["title"], chosen=hook.site, form=form, hook=hook,
            deliveries=deliveries, events=EVENTS, formats=FORMATS, host=host, limit=URL_LIMIT, secret=secret,
            at=lambda moment: date_and_time(lang, moment, site.timezone if site else "UTC"),
        )  # fmt: skip

    async def add(self, call: OwnerCall) -> Response:
        """`POST /admin/webhooks/<site>/add/` `{url, format, <event>: 1, …}`: adds a webhook; its secret is shown
        once."""
        site, now, id, secret = self._site(call), self._clock.now(), self._ids.new(), new_secret()
        try:
            chosen = self._chosen(call)
        except BadRequest as error:
            return await self._list(call, site, self._refused(call, error), error.status)

        def work() -> Work[Webhook]:
            if len((yield from store.webhooks(site))) >= MOST:
                raise BadRequest("validation_failed", f"url: a site has at most {MOST} webhooks.")
            yield from store.add(id, site, chosen, secret, now, now - SETTLED_MS)
            yield from call.note(site, now, "webhook_added", "webhook", id, after=host(chosen["url"]))
            return (yield from self._get(site, id))

        hook = await self._db.write(work)
        return await self._one(call, hook, _filled(hook), secret=secret)

    async def save(self, call: OwnerCall) -> Response:
        """`POST /admin/webhooks/<site>/save/` `{webhook, url, format, <event>: 1, …}`."""
        site, now, id = self._site(call), self._clock.now(), call.form.get("webhook", "")
        try:
            chosen = self._chosen(call)
        except BadRequest as error:
            hook = await self._db.read(lambda: self._get(site, id))
            return await self._one(call, hook, self._refused(call, error), error.status)

        def work() -> Work[None]:
            before = yield from self._get(site, id)
            yield from store.change(site, id, chosen)
            yield from call.note(
                site, now, "webhook_changed", "webhook", id, before=host(before.url), after=host(chosen["url"])
            )

        await self._db.write(work)
        return self._to(site, id)

    async def rotate(self, call: OwnerCall) -> Response:
        """`POST /admin/webhooks/<site>/rotate/` `{webhook}`: a new secret, shown once; the old one also signs for a
        day."""
        site, now, id, secret = self._site(call), self._clock.now(), call.form.get("webhook", ""), new_secret()

        def work() -> Work[Webhook]:
            yield from self._get(site, id)
            yield from store.rotate(site, id, secret, now)
            yield from call.note(site, now, "webhook_rotated", "webhook", id)
            return (yield from self._get(site, id))

        hook = await self._db.write(work)
        return await self._one(call, hook, _filled(hook), secret=secret)

    async def switch(self, call: OwnerCall) -> Response:
        """`POST /admin/webhooks/<site>/switch/` `{webhook, on}`: pauses or resumes a webhook."""
        site, now, id = self._site(call), self._clock.now(), call.form.get("webhook", "")
        on = call.form.get("on") == "1"

        def work() -> Work[None]:
            yield from self._get(site, id)
            yield from store.switch(site, id, now - SETTLED_MS, on=on)
            yield from call.note(site, now, "webhook_resumed" if on else "webhook_paused", "webhook", id)

        await self._db.write(work)
        return self._to(site, id)

    async def remove(self, call: OwnerCall) -> Response:
        """`POST /admin/webhooks/<site>/remove/` `{webhook}`: deletes a webhook and its log."""
        site, now, id = self._site(call), self._clock.now(), call.form.get("webhook", "")

        def work() -> Work[None]:
            hook = yield from store.remove(site, id)
            if hook is None:
                raise NotFound
            yield from call.note(site, now, "webhook_removed", "webhook", id, before=host(hook.url))

        await self._db.write(work)
        return self._to(site)

    async def test(self, call: OwnerCall) -> Response:
        """`POST /admin/webhooks/<site>/test/` `{webhook}`: queues a test delivery; the log shows its result."""
        site, now, id = self._site(call), self._clock.now(), call.form.get("webhook", "")

        def work() -> Work[None]:
            hook = yield from self._get(site, id)
            yield from self._webhooks.test(hook, now)

        await self._db.write(work)
        return self._to(site, id)

    async def replay(self, call: OwnerCall) -> Response:
        """`POST /admin/webhooks/<site>/replay/` `{webhook, delivery}`: sends a delivery again, under the same id."""
        site, now, id = self._site(call), self._clock.now(), call.form.get("webhook", "")
        delivery = call.form.get("delivery", "")

        def work() -> Work[None]:
            if not (yield from self._webhooks.replay(site, id, delivery)):
                raise NotFound
            yield from call.note(site, now, "webhook_replayed", "webhook", id, after=delivery)

        await self._db.write(work)
        return self._to(site, id)

    def _get(self, site: str, id: str) -> Work[Webhook]:
        hook = yield from store.webhook(site, id)
        if hook is None:
            raise NotFound
        return hook

    def _chosen(self, call: OwnerCall) -> dict[str, str]:
        """The webhook that a form describes. Raises BadRequest."""
        form = call.form
        url, format = form.get("url", "").strip(), form.get("format", "")
        if len(url) > URL_LIMIT or not self._webhooks.sender.may_name(url):
            raise BadRequest("validation_failed", "url: must be an https address.")
        if format not in FORMATS:
            raise BadRequest("validation_failed", f"format: must be one of {', '.join(FORMATS)}.")
        events = [event for event in EVENTS if form.get(event)]
        if not events:
            raise BadRequest("validation_failed", "events: choose at least one event.")
        return {"url": url, "format": format, "events": " ".join(events), "owner": call.owner.id}

    def _refused(self, call: OwnerCall, error: BadRequest) -> BoundForm:
        name = error.detail.partition(":")[0]
        words = texts(self._auth.language(call.request), "admin.webhooks")[f"wrong.{name}"] if name in WRONG else ""
        return refused(call.form, error, words)

    def _site(self, call: OwnerCall) -> str:
        key = str(call.request.path_params["site"])
        if key not in call.owner.sites:
            raise NotFound
        return key

    def _to(self, site: str, webhook: str = "") -> Response:
        return self._auth.redirect(PATH, {"site": site, "webhook": webhook})


def _filled(hook: Webhook) -> BoundForm:
    return BoundForm({"url": hook.url, "format": hook.format, **dict.fromkeys(hook.events, "1")})
