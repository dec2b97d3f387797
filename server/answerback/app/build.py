"""Wires the application: settings in, an ASGI application out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette

from ..accounts.build import build_accounts
from ..accounts.factors.build import OwnerFactors
from ..accounts.invitations import Invitations
from ..accounts.sessions import Sessions
from ..admin.log_index import LogIndex
from ..agents.build import Agents
from ..answers.budget_alerts import BudgetAlerts
from ..answers.build import build_worker, make_answerer
from ..answers.corrections.correcting import AnswerCorrections
from ..answers.corrections.marks import EditedQuestions
from ..answers.corrections.renewing import AnswerRenewal
from ..answers.drafts import DraftPublishing
from ..answers.gap_closing import GapClosing
from ..answers.handlers import AnswerHandlers
from ..answers.intake import QuestionIntake
from ..answers.providers import Answerer
from ..answers.providers.names import provider_name
from ..answers.queue import AnswerQueue
from ..answers.retention import Retention
from ..answers.reuse.handlers import AnsweredBefore
from ..answers.session_handlers import VisitorSession
from ..answers.stopping import AnswerStops
from ..answers.streaming import AnswerStreams
from ..clock import Clock, DatabaseClock, SystemClock
from ..comments.approval.auditing import AuditedDecisions
from ..comments.approval.build import SpamParts
from ..comments.approval.deciding import Deciding, DecisionListener
from ..comments.approval.reporting import Reporting, ReportsSettled
from ..comments.approval.screening import Screening
from ..comments.closing import ThreadClosing
from ..comments.counting import ThreadCounts
from ..comments.events import Listener
from ..comments.handlers import CommentHandlers
from ..comments.joining import Joining
from ..comments.posting import Posting
from ..comments.snapshot import Snapshots, ThreadReads
from ..comments.updates import ThreadUpdates
from ..db.database import Database
from ..db.health import Watch
from ..db.space import FreeBytes, free_bytes
from ..ids import Ids, RandomIds
from ..jobs.queue import JobQueue
from ..jobs.runner import JobRunner
from ..jobs.schedule import Schedule
from ..knowledge.build import Knowledge
from ..knowledge.crawl.crawls import PACE_SECONDS
from ..live import events_store
from ..live.build import make_bus
from ..logs import watch_tasks
from ..mail.build import make_mailer
from ..maintenance.servers import Servers
from ..maintenance.upkeep import Upkeep
from ..metrics import Metrics
from ..migrations import migrate
from ..net.fetch import PageFetcher
from ..notify.build import build_subscriptions
from ..notify.mail_replies import MailReplies
from ..notify.notices import Notices
from ..notify.webhooks import Webhooks
from ..runtime import Runtime
from ..settings import Settings
from ..sites.store import SiteDirectory
from ..transfer.backup.planned import PlannedBackups
from .dispatch import App
from .meter import ProcessMeter
from .request_ids import RequestIds
from .routes import ERRORS, api_routes, page_routes
from .services import Services


@dataclass(frozen=True, slots=True)
class Overrides:
    """Components that tests may replace."""

    clock: Clock | None = None
    ids: Ids = field(default_factory=RandomIds)
    answerer: Answerer | None = None
    fetcher: PageFetcher | None = None
    crawl_pace: float = PACE_SECONDS
    free_bytes: FreeBytes | None = None
    database: Callable[[str, Watch], Database] = Database


def build_app(settings: Settings, seams: Overrides | None = None) -> App:
    """Builds the application for these settings. Its lifespan migrates, connects and starts the worker."""
    services = build_services(settings, seams or Overrides())
    calls = api_routes(services)
    routes = [*calls, *page_routes(services)]
    application = Starlette(routes=routes, lifespan=running(services), exception_handlers=ERRORS)
    application.router.redirect_slashes = False
    reads = ThreadReads(services.snapshots, services.runtime.sites, settings.public_origin)
    return App(application, calls, reads, services.runtime.bus, services.metrics, RequestIds(settings.trusted_proxies))


def build_services(settings: Settings, seams: Overrides) -> Services:
    """Builds all components of a server without starting any."""
    metrics = Metrics()
    db = seams.database(settings.database_url, metrics)
    ids, clock = seams.ids, seams.clock or (SystemClock() if db.is_sqlite else DatabaseClock(SystemClock()))
    bus, mailer = make_bus(settings, db, clock, ids, metrics), make_mailer(settings)
    sites = SiteDirectory(db, clock, settings.daily_answers)
    free = seams.free_bytes or free_bytes(settings.database_url)
    runtime = Runtime(settings, db, bus, clock, ids, sites, JobQueue(clock, ids), free)
    streams, sessions = AnswerStreams(bus), Sessions(db, clock, ids, settings.secret_key)
    about = {"provider": settings.provider_in_use, "provider_name": provider_name(settings)}
    snapshots, updates = Snapshots(db, bus, clock, about=about), ThreadUpdates(bus)
    answerer = seams.answerer or make_answerer(settings, clock, metrics)
    queue = AnswerQueue(clock, ids.new(), settings.answers_at_once)
    intake = QuestionIntake(runtime, queue, updates, answerer.model)
    spam = SpamParts(runtime)
    listeners: list[Listener] = [intake, EditedQuestions(updates), spam.prints]
    posting = Posting(runtime, updates, listeners, Screening([spam.signal]))
    told: list[DecisionListener] = [AuditedDecisions(), ReportsSettled(ids), spam.lessons]
    deciding, reporting = Deciding(runtime, updates, listeners, told), Reporting(runtime, updates)
    renewal, alerts = AnswerRenewal(runtime, queue, updates), BudgetAlerts(runtime, mailer)
    knowledge = Knowledge(runtime, seams.fetcher, seams.crawl_pace)
    accounts = build_accounts(runtime, sessions, mailer, knowledge.fetcher, changed=updates.forget, told=updates.reload)
    drafts, invitations = DraftPublishing(runtime, updates), Invitations(runtime, mailer)
    factors, log_index, upkeep = OwnerFactors(runtime, mailer), LogIndex(runtime), Upkeep(runtime, mailer)
    notices, webhooks, backups = Notices(runtime, mailer), Webhooks(runtime, mailer), PlannedBackups(runtime, upkeep)
    replies = MailReplies(runtime, deciding, AnswerCorrections(db, clock, ids, updates), mailer)
    subscriptions = build_subscriptions(runtime, sessions, mailer)
    kinds = [
        *accounts.jobs, *knowledge.jobs, *renewal.kinds(), *alerts.kinds(), *invitations.kinds(), drafts.kind(),
        *factors.notices.kinds(), log_index.kind(), *upkeep.kinds(), *backups.kinds(), *notices.kinds(),
        *webhooks.kinds(), *replies.kinds(), ThreadCounts(runtime).kind(), Joining(runtime).kind(), deciding.kind(),
        GapClosing(runtime, knowledge.index).kind(), spam.upkeep.kind(), ThreadClosing(runtime, updates).kind(),
        Retention(runtime).kind(), *subscriptions.jobs,
    ]  # fmt: skip
    worker = build_worker(runtime, queue, updates, knowledge, answerer, metrics, alerts)
    return Services(
        runtime=runtime, metrics=metrics, meter=ProcessMeter(metrics, lambda: bus.readers, lambda: worker.running),
        snapshots=snapshots, updates=updates, posting=posting, deciding=deciding, reporting=reporting,
        accounts=accounts, invitations=invitations, factors=factors, notices=notices, webhooks=webhooks,
        replies=replies, log_index=log_index, knowledge=knowledge, spam=spam, subscriptions=subscriptions,
        servers=Servers(runtime),
        threads=CommentHandlers(runtime, sessions, posting, snapshots, reporting, spam.attacks),
        answerer=answerer, streams=streams, mailer=mailer, session=VisitorSession(runtime, sessions, intake),
        answers=AnswerHandlers(runtime, sessions, intake, AnswerStops(runtime, queue), streams, updates),
        before=AnsweredBefore(db), worker=worker, agents=Agents(runtime, knowledge, intake, streams, metrics),
        runner=JobRunner(db, clock, runtime.jobs, ids.new(), kinds),
        schedule=Schedule(db, clock, runtime.jobs, ids.new(), kinds),
    )  # fmt: skip


def running(services: Services) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """The application's lifespan: connects and starts everything on entry, and stops all of it on exit."""
    runtime = services.runtime
    db, bus = runtime.db, runtime.bus
    parts = (services.meter, services.worker, services.runner, services.schedule)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        watch_tasks(asyncio.get_running_loop())
        await asyncio.to_thread(migrate, runtime.settings.database_url)
        await db.connect()
        await services.servers.open()
        if not runtime.settings.is_shared:
            await db.write(events_store.take_everything_back)
        await bus.open()
        await runtime.sites.refresh(force=True)
        for part in parts:
            part.start()
        try:
            yield
        finally:
            bus.close()
            await services.agents.close()
            for part in parts:
                await part.close()
            await services.knowledge.close()
            await services.answerer.close()
            if services.mailer is not None:
                services.mailer.close()
            await bus.disconnect()
            await services.servers.close()
            await db.close()

    return lifespan
