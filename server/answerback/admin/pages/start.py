"""A site's first steps: paste the tag, see the page, ask a question on it and get an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from ...accounts.factors.proving import account_of
from ...accounts.store import add_visitor
from ...comments import store as comments
from ...comments.posting import Draft, Posting
from ...core.comments import BODY_LIMIT, clean_text
from ...core.model import Visitor
from ...db.work import Work
from ...errors import AppError, NotFound
from ...i18n.catalogue import error_text, texts
from ...net.addresses import client_address
from ...runtime import Runtime
from ...sites.refused_store import refused_origins
from ...sites.settings import Site
from ...sites.sightings_store import Sighting, seen
from ...sites.snippet import snippet
from ...web.forms import EMPTY, BoundForm
from ..auth import OwnerAuth, OwnerCall, OwnerView
from .new_site import ADDED as PATH

POLL_MS = 2_000
RUNNING = ("queued", "streaming")


class StartViews:
    """Guides an owner from a site's tag to the first answer."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth, posting: Posting) -> None:
        self._settings = runtime.settings
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._auth = auth
        self._posting = posting

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {PATH: {"GET": self.read}, f"{PATH}{{site}}/ask/": {"POST": self.ask}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/start/?site=&added=&asked=`: the finished steps and the next one."""
        query, sites = call.query("site"), call.owner.sites
        if query["site"] and query["site"] not in sites:
            raise NotFound
        if not sites:
            return self._auth.redirect("/admin/settings/")
        return await self._show(call, query["site"] or sites[0])

    async def ask(self, call: OwnerCall) -> Response:
        """`POST /admin/start/<site>/ask/` `{question}`: posts a comment on the first page seen, as a visitor."""
        key, lang = str(call.request.path_params["site"]), self._auth.language(call.request)
        if key not in call.owner.sites:
            raise NotFound
        site, page = await self._sites.get(key), await self._db.read(lambda: seen(key))
        if page is None:
            raise NotFound
        question, t = clean_text(call.form.get("question", "")), texts(lang, "admin.start")
        if not question or len(question) > BODY_LIMIT:
            wrong = BoundForm({"question": question}, {"question": t["wrong"]})
            return await self._show(call, key, wrong, 400)
        address = client_address(call.request, self._settings.trusted_proxies)
        try:
            posted = await self._posting.post(
                site, self._visitor(site, t["name"]), address, self._draft(page, question)
            )
        except AppError as error:
            failed = BoundForm({"question": question}, problem=error_text(error, lang))
            return await self._show(call, key, failed, error.status)
        return self._auth.redirect(PATH, {"site": key, "asked": posted.comment.id})

    def _visitor(self, site: Site, name: str) -> Any:
        id, now = self._ids.new(), self._clock.now()

        def work() -> Work[Visitor]:
            yield from add_visitor(id, site.key, "guest", name, now)
            return Visitor(id, site.key, "guest", name)

        return work

    def _draft(self, page: Sighting, question: str) -> Draft:
        return Draft(page.page, _address(page), "", question, None, "", True, self._ids.new())

    async def _show(self, call: OwnerCall, site: str, form: BoundForm = EMPTY, status: int = 200) -> Response:
        asked = call.query("asked")["asked"]

        def work() -> Work[dict[str, Any]]:
            return {
                "place": (yield from seen(site)),
                "account": (yield from account_of(call.owner.id)),
                "refused": (yield from refused_origins([site])),
                "question": (yield from comments.comment_by_id(site, asked)) if asked else None,
                "reply": (yield from comments.reply_to(site, asked)) if asked else None,
            }

        found = await self._db.read(work)
        place, reply = found["place"], found["reply"]
        waits = place is None or (reply is not None and reply.answer.state in RUNNING)
        return self._auth.show(
            call, "start", status=status, title=lambda t: t["title"], chosen=site, form=form, problem=form.problem,
            tag=snippet(self._settings, site), address=_address(place) if place else "", poll=POLL_MS if waits else 0,
            refused_at=self._auth.address("/admin/addresses/", {"site": site}), limit=BODY_LIMIT, **found,
            **call.query("added"),
        )  # fmt: skip


def _address(page: Sighting) -> str:
    """The page's address, if its key implies it."""
    return page.origin + (page.page if page.page.startswith("/") else "/")
