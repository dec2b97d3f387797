"""Everything that answers, put together for the application."""

from __future__ import annotations

from ..clock import Clock
from ..comments.posting import Posting
from ..db.database import Database
from ..ids import Ids
from ..knowledge.build import Knowledge
from ..live.bus import Bus
from ..metrics import Metrics
from ..settings import Settings
from ..sites.store import SiteDirectory
from .context import ContextBuilder
from .corrections.renewing import AnswerRenewal
from .degradation import DegradationLevels
from .providers import Answerer
from .providers.prices import read_prices
from .worker import Worker


def make_answerer(settings: Settings, clock: Clock) -> Answerer:
    """The provider that the settings ask for; where answers are off, one that is never asked."""
    if settings.provider_in_use == "openai":
        from .providers.guarded import GuardedAnswerer
        from .providers.openai import OpenAIAnswerer

        answerer = OpenAIAnswerer(
            api_key=settings.openai_api_key, base_url=settings.openai_base_url or None, model=settings.model,
            prices=read_prices(settings.prices),
        )  # fmt: skip
        return GuardedAnswerer(answerer, clock, settings.fallback_model)
    from .providers.quote import QuoteAnswerer

    return QuoteAnswerer()


def build_worker(
    settings: Settings, db: Database, bus: Bus, clock: Clock, ids: Ids, sites: SiteDirectory, knowledge: Knowledge,
    answerer: Answerer, posting: Posting, metrics: Metrics,
) -> Worker:  # fmt: skip
    """The worker, which also gives answers anew when the pages that they cite have changed."""
    gatherer = ContextBuilder(db, knowledge.reader, knowledge.index)
    prices, costs = read_prices(settings.prices), answerer.name == "openai"
    ladder = DegradationLevels(db, clock, gatherer, (answerer.model, settings.fallback_model), prices, costs=costs)
    worker = Worker(db, bus, clock, ids, sites, ladder, answerer, posting, metrics, settings.answers_at_once)
    renewing = AnswerRenewal(db, clock, sites, posting, worker.wake)
    knowledge.reader.changed, worker.renew = renewing.page_changed, renewing.take_up
    return worker
