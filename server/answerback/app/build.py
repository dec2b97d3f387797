"""The only wiring: settings and seams in, an ASGI application out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..accounts.build import Accounts, build_accounts, make_mailer
from ..accounts.sessions import Sessions
from ..admin.pages.log import admin_routes
from ..answers.budget_alerts import BudgetAlerts
from ..answers.build import build_worker, make_answerer
from ..answers.handlers import AnswerHandlers
from ..answers.intake import QuestionIntake
from ..answers.providers import Answerer
from ..answers.reuse.handlers import AnsweredBefore
from ..answers.streaming import AnswerStreams
from ..clock import Clock, SystemClock
from ..comments.handlers import CommentHandlers
from ..comments.plain_thread import ThreadPages
from ..comments.posting import Posting
from ..comments.snapshot import Snapshots, ThreadReads
from ..db.database import Database
from ..errors import AppError, MethodNotAllowed, NotFound
from ..ids import Ids, RandomIds
from ..knowledge.build import Knowledge
from ..knowledge.crawl.refresher import PACE_SECONDS
from ..live.build import make_bus
from ..live.bus import Bus, page_channel
from ..live.handlers import page_events
from ..metrics import Metrics
from ..migrations import migrate
from ..net.fetch import PageFetcher
from ..net.http import problem
from ..settings import Settings
from ..sites.edge import Edge
from ..sites.store import SiteDirectory
from . import widget_files as widget
from .dispatch import App
from .health import machine_routes


@dataclass(frozen=True, slots=True)
class Overrides:
    """What tests may hold in their own hands."""

    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=RandomIds)
    answerer: Answerer | None = None
    fetcher: PageFetcher | None = None
    crawl_pace: float = PACE_SECONDS


def build_app(settings: Settings, seams: Overrides | None = None) -> App:
    """The application for these settings. Its lifespan migrates, connects and starts the worker."""
    seams = seams or Overrides()
    clock, ids, secret = seams.clock, seams.ids, settings.secret_key[-1]
    metrics = Metrics()
    db = Database(settings.database_url, metrics.writes.add)
    bus = make_bus(settings, ids)
    texts = AnswerStreams(bus)
    sites = SiteDirectory(db, clock, settings.daily_answers)
    sessions = Sessions(db, clock, ids, settings.secret_key)
    snapshots = Snapshots(db, bus, clock)
    answerer = seams.answerer or make_answerer(settings, clock)
    desk = QuestionIntake(db, bus, clock, ids, settings.provider_in_use, answerer.model, secret)
    posting = Posting(db, bus, clock, ids, snapshots, desk, secret)
    answers = AnswerHandlers(db, sessions, desk, posting, bus, texts, clock, ids)
    accounts = build_accounts(
        settings, db, clock, ids, sites, sessions, changed=posting.changed, told=posting.tell_reload
    )
    threads = CommentHandlers(
        db, sessions, posting, snapshots, answers.quota, clock, ids, settings.provider_in_use, secret
    )
    knowledge = Knowledge(settings, db, clock, ids, sites, seams.fetcher, seams.crawl_pace)
    worker = build_worker(settings, db, bus, clock, ids, sites, knowledge, answerer, posting, metrics)
    desk.writer = worker
    worker.alerting = BudgetAlerts(db, clock, sites, make_mailer(settings), settings.public_url)

    lifespan = running(settings, db, bus, sites, answerer, (worker, accounts, knowledge))
    edge = Edge(settings, sites)
    live = page_events(bus, lambda site, page: texts.on(page_channel(site, page)), secret)
    calls = api_routes(edge, accounts, threads, answers, AnsweredBefore(db), live)
    routes = [
        *calls,
        *admin_routes(settings, db, clock, ids, posting, sites, knowledge),
        *accounts.routes,
        *machine_routes(db, bus, metrics),
        *ThreadPages(settings, db, sites, snapshots).routes(),
        *widget.ROUTES,
    ]
    application = Starlette(routes=routes, lifespan=lifespan, exception_handlers=ERRORS)
    application.router.redirect_slashes = False
    return App(application, calls, ThreadReads(snapshots, sites, settings.public_origin), bus, metrics)


class Runs(Protocol):
    """A part that works by itself while the server runs."""

    def start(self) -> None: ...

    async def close(self) -> None: ...


def running(
    settings: Settings, db: Database, bus: Bus, sites: SiteDirectory, answerer: Answerer, parts: Sequence[Runs]
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """The application's lifespan: everything connected and at work in it, and nothing left after it."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(migrate, settings.database_url)
        await db.connect()
        await bus.open()
        await sites.refresh(force=True)
        for part in parts:
            part.start()
        try:
            yield
        finally:
            bus.close()
            for part in parts:
                await part.close()
            await answerer.close()
            await bus.disconnect()
            await db.close()

    return lifespan


def api_routes(
    edge: Edge, accounts: Accounts, threads: CommentHandlers, answers: AnswerHandlers, before: AnsweredBefore, live: Any
) -> list[Route]:  # fmt: skip
    """Everything under `/api/`, with and without the last slash."""
    people = accounts.people
    endpoints = {  # what is called most comes first
        "/api/comments": edge.endpoint(GET=threads.read, POST=threads.post),
        "/api/session": edge.endpoint(GET=threads.session, POST=people.begin),
        "/api/session/bearer": edge.endpoint(POST=people.bearer),
        "/api/session/exchange": edge.endpoint(POST=accounts.handover.exchange),
        "/api/session/sso": edge.endpoint(POST=accounts.sign_on.sign_on),
        "/api/user/register": edge.endpoint(POST=people.register, own_pages_only=True),
        "/api/user/login": edge.endpoint(POST=people.login, own_pages_only=True),
        "/api/user/logout": edge.endpoint(POST=people.logout),
        "/api/user": edge.endpoint(PATCH=accounts.api.rename),
        "/api/user/sessions": edge.endpoint(GET=accounts.api.list_sessions),
        "/api/user/sessions/{id}": edge.endpoint(DELETE=accounts.api.end_session),
        "/api/chat/gpt": edge.endpoint(GET=answers.history, POST=answers.chat),
        "/api/chat/gpt/{id}/answer": edge.endpoint(DELETE=answers.stop_chat),
        "/api/comments/preview": edge.endpoint(POST=threads.preview),
        "/api/comments/{id}": edge.endpoint(PATCH=threads.edit, DELETE=threads.delete),
        "/api/comments/{id}/vote": edge.endpoint(PUT=threads.vote),
        "/api/comments/{id}/report": edge.endpoint(POST=threads.report),
        "/api/comments/{id}/answer": edge.endpoint(POST=answers.ask, DELETE=answers.stop),
        "/api/comments/{id}/history": edge.endpoint(GET=before.history),
        "/api/answered": edge.endpoint(GET=before.look),
        "/api/answers/{id}/feedback": edge.endpoint(PUT=answers.feedback),
        "/api/counts": edge.endpoint(GET=threads.counts),
        "/api/events": edge.endpoint(GET=live),
        "/api/feed": edge.endpoint(GET=threads.feed),
    }
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return [Route(path + end, call, methods=methods) for path, call in endpoints.items() for end in ("/", "")]


async def _not_found(request: Request, error: Exception) -> Response:
    return problem(NotFound())


async def _not_allowed(request: Request, error: Exception) -> Response:
    return problem(MethodNotAllowed("method_not_allowed"))


async def _failed(request: Request, error: Exception) -> Response:
    return problem(error if isinstance(error, AppError) else AppError("internal"))


ERRORS = {404: _not_found, 405: _not_allowed, AppError: _failed, Exception: _failed}
"""What is sent for an error of calls that do not see to theirs themselves."""
