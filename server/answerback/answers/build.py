"""Builds the parts that answer questions."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..clock import Clock
from ..comments.updates import ThreadUpdates
from ..core.hosts import is_in_house
from ..knowledge.build import Knowledge
from ..metrics import Metrics
from ..runtime import Runtime
from ..setting_values import MODEL_PROVIDERS
from ..settings import Settings
from .budget_alerts import BudgetAlerts
from .context import ContextBuilder
from .degradation import DegradationLevels
from .providers import Answerer, Thinker
from .providers.limits import read_limits
from .providers.prices import read_prices
from .queue import AnswerQueue
from .token_budget import TokenBudget
from .worker import Worker


def make_answerer(settings: Settings, clock: Clock, metrics: Metrics) -> Answerer:
    """The provider that the settings name; if answers are off, one that is never called."""
    if settings.provider_in_use in MODEL_PROVIDERS:
        from .providers.calling import ModelAnswerer
        from .providers.guarded import GuardedAnswerer
        from .providers.registry import dialect_of
        from .providers.watching import ProviderWatch

        endpoint, watch = settings.endpoint, ProviderWatch(metrics, settings.endpoint.names)
        answerer = ModelAnswerer(
            dialect_of(endpoint.provider, endpoint.base_url), api_key=endpoint.api_key, base_url=endpoint.base_url,
            model=settings.model, prices=read_prices(settings.prices), watch=watch,
            limits=read_limits(settings.model_limits),
        )  # fmt: skip
        return GuardedAnswerer(answerer, clock, settings.fallback_model, watch)
    from .providers.quote import QuoteAnswerer

    return QuoteAnswerer()


def token_budget(settings: Settings) -> TokenBudget:
    """The prompt budgets of the models in use."""
    asked = settings.provider_in_use in MODEL_PROVIDERS
    host = urlsplit(settings.endpoint.base_url).hostname if asked else None
    return TokenBudget(here=host is not None and is_in_house(host))


def build_worker(
    runtime: Runtime, queue: AnswerQueue, updates: ThreadUpdates, knowledge: Knowledge, answerer: Answerer,
    metrics: Metrics, alerts: BudgetAlerts,
) -> Worker:  # fmt: skip
    """Builds the worker and its context builder."""
    settings, db = runtime.settings, runtime.db
    gatherer = ContextBuilder(
        db, runtime.clock, knowledge.reader, knowledge.index, answerer.model, token_budget(settings)
    )  # fmt: skip
    levels = DegradationLevels(
        db, runtime.clock, gatherer,
        (answerer.model, settings.fallback_model), read_prices(settings.prices), costs=answerer.name in MODEL_PROVIDERS,
        limits=read_limits(settings.model_limits),
        thinking=answerer.thinking_tokens if isinstance(answerer, Thinker) else lambda model: 0,
    )  # fmt: skip
    return Worker(runtime, queue, updates, levels, answerer, metrics, alerts)
