"""The owner's pages over HTTP: rendered here, without a script, on our own origin only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from ...answers.corrections.correcting import AnswerCorrections
from ...answers.quota import Alert
from ...clock import Clock
from ...comments.posting import Posting
from ...comments.updates import ThreadUpdates
from ...core.model import Comment
from ...core.times import day_of
from ...db.database import Database
from ...db.work import Work
from ...errors import AppError, NotFound
from ...ids import Ids
from ...knowledge.build import Knowledge
from ...settings import Settings
from ...sites.store import SiteDirectory
from ...web.own_pages import METHODS, ErrorPage, Page
from .. import store
from ..auth import Owner, OwnerAuth
from ..sign_in import OwnerSignIn
from ..views import (
    FILTERS,
    FOLDER,
    STATES,
    address,
    clean_query,
    day_start,
    read_filter,
    render,
    show,
)
from .comment import CommentPage
from .knowledge import KnowledgePage
from .people import PeoplePage
from .unanswered import UnansweredQuestions

ENTRIES = 50


def admin_routes(
    settings: Settings, db: Database, clock: Clock, ids: Ids, posting: Posting, updates: ThreadUpdates,
    sites: SiteDirectory, knowledge: Knowledge,
) -> list[Route | Mount]:  # fmt: skip
    """Everything under `/admin/`."""
    gate = OwnerAuth(settings, db, clock)
    signing_in = OwnerSignIn(settings, db, clock, ids, gate)
    pages = LogPage(db, clock, posting, updates, sites, gate)
    corrections = CommentPage(db, clock, sites, gate, AnswerCorrections(db, clock, ids, updates))
    unanswered = UnansweredQuestions(db, clock, sites, gate)
    visitors = PeoplePage(db, updates, sites, gate)
    known = KnowledgePage(db, clock, sites, gate, knowledge)
    table: dict[str, dict[str, Page]] = {
        "/admin/": {"GET": pages.read},
        "/admin/style.css": {"GET": style},
        "/admin/sign-in/": {"GET": signing_in.ask, "POST": signing_in.by_password},
        "/admin/sign-in/{secret}/": {"GET": signing_in.show_link, "POST": signing_in.by_link},
        "/admin/sign-out/": {"POST": signing_in.sign_out},
        "/admin/knowledge/": {"GET": known.read},
        "/admin/knowledge/{site}/read/": {"POST": known.again},
        "/admin/knowledge/{site}/forget/": {"POST": known.forget},
        "/admin/unanswered/": {"GET": unanswered.read},
        "/admin/unanswered/dismiss/": {"POST": unanswered.dismiss},
        "/admin/visitors/{id}/": {"GET": visitors.read},
        "/admin/visitors/{id}/block/": {"POST": visitors.block},
        "/admin/visitors/{id}/unblock/": {"POST": visitors.unblock},
        "/admin/comments/{id}/": {"GET": corrections.read},
        "/admin/comments/{id}/correct/": {"POST": corrections.correct},
        "/admin/comments/{id}/verify/": {"POST": corrections.verify},
        "/admin/comments/{id}/withdraw/": {"POST": corrections.withdraw},
        "/admin/comments/{id}/pin/": {"POST": corrections.pin},
        "/admin/comments/{id}/reply/": {"POST": corrections.answer},
        "/admin/comments/{id}/rule/": {"POST": corrections.rule},
        "/admin/comments/{id}/hide/": {"POST": pages.hide},
        "/admin/comments/{id}/restore/": {"POST": pages.restore},
    }
    errors = _error_pages(gate)
    routes: list[Route | Mount] = [
        Route(path, gate.guarded(calls, errors), methods=METHODS) for path, calls in table.items()
    ]

    async def lead_in(request: Request) -> Response:
        return RedirectResponse(f"{gate.base}/admin/", 307)

    for path in ("/admin", "/"):  # whoever opens our bare address is its owner
        routes.append(Route(path, gate.guarded({"GET": lead_in}, errors), methods=METHODS))
    return routes


def _error_pages(gate: OwnerAuth) -> ErrorPage:
    def error_page(request: Request, error: AppError) -> Response:
        page = render("error.html", base=gate.base, status=error.status, detail=error.detail)
        return Response(page, error.status, media_type="text/html")

    return error_page


async def style(request: Request) -> Response:
    """`GET /admin/style.css`."""
    body = await asyncio.to_thread((FOLDER / "assets" / "style.css").read_bytes)
    return Response(body, headers={"Cache-Control": "public, max-age=300"}, media_type="text/css")


class LogPage:
    """The log, and what an owner does to a comment in it."""

    def __init__(
        self, db: Database, clock: Clock, posting: Posting, updates: ThreadUpdates, sites: SiteDirectory,
        gate: OwnerAuth,
    ) -> None:  # fmt: skip
        self._db = db
        self._clock = clock
        self._posting = posting
        self._updates = updates
        self._sites = sites
        self._gate = gate

    async def read(self, request: Request) -> Response:
        """`GET /admin/?q=&site=&page=&state=&author=&before=`: the newest entries, or those before one of them."""
        owner = await self._gate.owner(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        query = clean_query(request.query_params)
        wanted = read_filter(query)
        chosen = [site for site in owner.sites if query.get("site", site) == site]
        if "site" in query and not chosen:
            raise NotFound
        await self._sites.refresh()
        now = self._clock.now()
        days = {site: day_start(now, self._zone(site)) for site in chosen}
        names = {site: day_of(now, self._zone(site)) for site in chosen}

        def work() -> Work[tuple[list[store.Entry], store.Totals, list[str], list[Alert]]]:
            found = yield from store.entries(chosen, wanted, ENTRIES + 1)
            totals = yield from store.totals(days)
            return found, totals, (yield from store.pages(chosen)), (yield from store.alerts(names))

        found, totals, pages, alerts = await self._db.read(work)
        following = None
        if len(found) > ENTRIES:
            following = ".".join(str(part) for part in found[ENTRIES - 1].cursor)
        page = render(
            "log.html", base=self._gate.base, owner=owner, totals=totals, pages=pages, states=STATES, query=query,
            alerts=[alert for alert in map(self._as_set, alerts) if alert is not None],
            entries=[show(entry, self._zone(entry.site)) for entry in found[:ENTRIES]],
            here=address("", query).partition("?")[2], everything=address(self._gate.base, {}),
            newest=address(self._gate.base, query, before=None) if "before" in query else None,
            older=address(self._gate.base, query, before=following) if following else None,
            filtered=any(name in query for name in FILTERS[:-1]),
            only_page=lambda entry: address(self._gate.base, {}, site=entry.site, page=entry.page),
        )  # fmt: skip
        return Response(page, media_type="text/html")

    def _as_set(self, alert: Alert) -> Alert | None:
        """An alert by the budget as it is set now; None where that leaves room again."""
        site = self._sites.known(alert.site)
        limits = (
            {"answers": site.budget_answers, "tokens": site.budget_tokens, "money": site.budget_usd} if site else {}
        )
        most = limits.get(alert.budget)
        return None if most is None or alert.used * 5 < most * 4 else replace(alert, most=most)

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"

    async def hide(self, request: Request) -> Response:
        """`POST /admin/comments/<id>/hide/`: nobody but the owner sees the comment any more."""
        return await self._moderate(request, "hidden", ("published", "pending"))

    async def restore(self, request: Request) -> Response:
        """`POST /admin/comments/<id>/restore/`: a hidden comment comes back, one that waits is approved."""
        return await self._moderate(request, "published", ("hidden", "pending"))

    async def _moderate(self, request: Request, state: str, only_from: tuple[str, ...]) -> Response:
        fields = await self._gate.form(request)
        owner = await self._gate.owner(request)
        if owner is None:
            return RedirectResponse(f"{self._gate.base}/admin/sign-in/", 303)
        self._gate.check_token(owner, fields)
        comment, changed = await self._set_state(owner, request.path_params["id"], state, only_from)
        if changed:
            await self._tell(comment)
        query = clean_query(dict(parse_qsl(fields.get("here", ""))))
        return RedirectResponse(f"{address(self._gate.base, query)}#e-{comment.id}", 303)

    async def _set_state(self, owner: Owner, id: str, state: str, only_from: tuple[str, ...]) -> tuple[Comment, bool]:
        moderated = await self._db.write(lambda: store.moderate(owner.sites, id, state, only_from=only_from))
        if moderated is None:
            raise NotFound
        return moderated

    async def _tell(self, comment: Comment) -> None:
        if comment.state == "hidden":
            self._updates.removed(comment)
        elif comment.answer is None:
            await self._posting.approve(await self._sites.get(comment.site), comment)
        else:
            self._updates.changed(comment)
