"""A site's spam filter: switch, lists, training and a test box."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ...comments.approval import spam_store as store
from ...comments.approval.build import SpamParts
from ...comments.approval.spam import Judged
from ...core.approval import Reason
from ...core.comments import BODY_LIMIT
from ...core.spam.lists import read_list
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...i18n.catalogue import error_text
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ...sites.store import change_site
from ...web.forms import BoundForm, refused
from ..auth import OwnerAuth, OwnerCall, OwnerView
from ..reasons import in_words

PATH = "/admin/spam/"
NAME_LIMIT = 50


class SpamViews:
    """The spam filter of an owner's sites."""

    LINK = (PATH, "spam")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, spam: SpamParts) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._auth = auth
        self._spam = spam

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {
            PATH: {"GET": self.read},
            f"{PATH}{{site}}/switch/": {"POST": self.switch},
            f"{PATH}{{site}}/try/": {"POST": self.attempt},
            f"{PATH}{{site}}/load/": {"POST": self.load},
            f"{PATH}{{site}}/remove/": {"POST": self.remove},
            f"{PATH}{{site}}/forget/": {"POST": self.forget},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/spam/?site=`."""
        wanted, sites = call.query("site")["site"], call.owner.sites
        if wanted and wanted not in sites:
            raise NotFound
        return await self._show(call, wanted or (sites[0] if sites else ""), BoundForm({"site": wanted}), 200)

    async def _show(
        self, call: OwnerCall, site: str, form: BoundForm, status: int, judged: Judged | None = None
    ) -> Response:
        now, lang = self._clock.now(), self._auth.language(call.request)
        known = self._sites.known(site)

        def work() -> Work[tuple[list[store.ReputationList], store.StoredFilter | None]]:
            return (yield from store.lists_of(site)), (yield from store.stored_filter(site))

        lists, learned = await self._db.read(work)
        zone = known.timezone if known else "UTC"
        return self._auth.show(
            call, "spam", status=status, title=lambda t: t["title"], chosen=site, form=form, problem=form.problem,
            on=known is not None and known.spam_filter, attacked=await self._spam.attacks.is_on(site, now),
            lists=lists, learned=learned, judged=judged, body_limit=BODY_LIMIT, name_limit=NAME_LIMIT,
            said=lambda signal, t: in_words(t, Reason(f"spam_{signal.name}", signal.figures)),
            at=lambda moment: date_and_time(lang, moment, zone),
        )  # fmt: skip

    async def switch(self, call: OwnerCall) -> Response:
        """`POST /admin/spam/<site>/switch/` `{on}`: turns the filter on or off."""
        site, now, on = self._site(call), self._clock.now(), "true" if call.form.get("on") == "1" else "false"

        def work() -> Work[None]:
            yield from change_site(site, {"spam_filter": on}, now)
            yield from call.note(site, now, "setting", "setting", "spam_filter", after=on)

        await self._db.write(work)
        await self._sites.refresh(force=True)
        return self._back(site)

    async def attempt(self, call: OwnerCall) -> Response:
        """`POST /admin/spam/<site>/try/` `{body}`: the filter's verdict on a sample; stores nothing."""
        site, body = self._site(call), call.form.get("body", "")[:BODY_LIMIT]
        judged = await self._spam.signal.attempt(await self._sites.get(site), body, self._clock.now())
        return await self._show(call, site, BoundForm({"site": site, "body": body}), 200, judged)

    async def load(self, call: OwnerCall) -> Response:
        """`POST /admin/spam/<site>/load/` `{name, entries}`: replaces a list's entries."""
        site, now, name = self._site(call), self._clock.now(), " ".join(call.form.get("name", "").split())[:NAME_LIMIT]
        try:
            values = read_list(call.form.get("entries", "")).values
            if not name or not values:
                raise ValueError("must have a name and at least one host or address")
        except ValueError as error:
            wrong = BadRequest("validation_failed", f"{'entries' if name else 'name'}: {error}", reason="list")
            lang = self._auth.language(call.request)
            return await self._show(call, site, refused(call.form, wrong, error_text(wrong, lang)), 400)

        def work() -> Work[None]:
            yield from store.load_list(site, name, values, now)
            yield from call.note(site, now, "list_loaded", "list", name, after=str(len(values)))

        await self._db.write(work)
        return self._back(site)

    async def remove(self, call: OwnerCall) -> Response:
        """`POST /admin/spam/<site>/remove/` `{name}`: deletes a list."""
        site, now, name = self._site(call), self._clock.now(), call.form.get("name", "")

        def work() -> Work[None]:
            if not (yield from store.drop_list(site, name)):
                raise NotFound
            yield from call.note(site, now, "list_removed", "list", name)

        await self._db.write(work)
        return self._back(site)

    async def forget(self, call: OwnerCall) -> Response:
        """`POST /admin/spam/<site>/forget/`: resets the filter's training."""
        site, now = self._site(call), self._clock.now()

        def work() -> Work[None]:
            yield from store.forget_filter(site)
            yield from call.note(site, now, "forgot", "setting", "spam_filter")

        await self._db.write(work)
        self._spam.filters.saw(site, 0)
        return self._back(site)

    def _site(self, call: OwnerCall) -> str:
        key = str(call.request.path_params["site"])
        if key not in call.owner.sites:
            raise NotFound
        return key

    def _back(self, site: str) -> Response:
        return self._auth.redirect(PATH, {"site": site})
