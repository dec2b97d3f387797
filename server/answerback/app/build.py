"""The only wiring: settings and seams in, an ASGI application out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette

from ..accounts.build import build_accounts, make_mailer
from ..accounts.sessions import Sessions
from ..answers.budget_alerts import BudgetAlerts
from ..answers.build import build_worker, make_answerer
from ..answers.handlers import AnswerHandlers
from ..answers.intake import QuestionIntake
from ..answers.providers import Answerer
from ..answers.reuse.handlers import AnsweredBefore
from ..answers.streaming import AnswerStreams
from ..clock import Clock, SystemClock
from ..comments.handlers import CommentHandlers
from ..comments.posting import Posting
from ..comments.snapshot import Snapshots, ThreadReads
from ..db.database import Database
from ..ids import Ids, RandomIds
from ..knowledge.build import Knowledge
from ..knowledge.crawl.refresher import PACE_SECONDS
from ..live.build import make_bus
from ..metrics import Metrics
from ..migrations import migrate
from ..net.fetch import PageFetcher
from ..settings import Settings
from ..sites.store import SiteDirectory
from .dispatch import App
from .routes import ERRORS, api_routes, page_routes
from .services import Services


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
    services = build_services(settings, seams or Overrides())
    calls = api_routes(services)
    routes = [*calls, *page_routes(services)]
    application = Starlette(routes=routes, lifespan=running(services), exception_handlers=ERRORS)
    application.router.redirect_slashes = False
    reads = ThreadReads(services.snapshots, services.sites, settings.public_origin)
    return App(application, calls, reads, services.bus, services.metrics)


def build_services(settings: Settings, seams: Overrides) -> Services:
    """All parts of a server, none of them at work yet."""
    clock, ids, secret = seams.clock, seams.ids, settings.secret_key[-1]
    metrics = Metrics()
    db = Database(settings.database_url, metrics.writes.add)
    bus = make_bus(settings, ids)
    streams = AnswerStreams(bus)
    sites = SiteDirectory(db, clock, settings.daily_answers)
    sessions = Sessions(db, clock, ids, settings.secret_key)
    snapshots = Snapshots(db, bus, clock)
    answerer = seams.answerer or make_answerer(settings, clock)
    desk = QuestionIntake(db, bus, clock, ids, settings.provider_in_use, answerer.model, secret)
    posting = Posting(db, bus, clock, ids, snapshots, desk, secret)
    answers = AnswerHandlers(db, sessions, desk, posting, bus, streams, clock, ids)
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
    return Services(
        settings=settings, clock=clock, ids=ids, metrics=metrics, db=db, bus=bus, sites=sites, accounts=accounts,
        knowledge=knowledge, snapshots=snapshots, posting=posting, threads=threads, answerer=answerer, streams=streams,
        answers=answers, before=AnsweredBefore(db), worker=worker,
    )  # fmt: skip


def running(services: Services) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """The application's lifespan: everything connected and at work in it, and nothing left after it."""
    db, bus = services.db, services.bus
    parts = (services.worker, services.accounts, services.knowledge)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(migrate, services.settings.database_url)
        await db.connect()
        await bus.open()
        await services.sites.refresh(force=True)
        for part in parts:
            part.start()
        try:
            yield
        finally:
            bus.close()
            for part in parts:
                await part.close()
            await services.answerer.close()
            await bus.disconnect()
            await db.close()

    return lifespan
