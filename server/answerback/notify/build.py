"""Builds the components of visitors' notifications."""

from __future__ import annotations

from dataclasses import dataclass

from ..accounts.sessions import Sessions
from ..jobs.model import Kind
from ..mail.transport import Mailer
from ..runtime import Runtime
from .bounce_handlers import BounceHandlers
from .subscribing import Subscribing
from .subscription_handlers import SubscriptionHandlers
from .subscription_pages import SubscriptionPages
from .visitor_news import VisitorNews


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The HTTP handlers and the jobs."""

    handlers: SubscriptionHandlers
    pages: SubscriptionPages
    bounces: BounceHandlers
    jobs: tuple[Kind, ...]


def build_subscriptions(runtime: Runtime, sessions: Sessions, mailer: Mailer | None) -> Subscriptions:
    """Builds the handlers and jobs of visitors' notifications."""
    subscribing = Subscribing(runtime, mailer)
    return Subscriptions(
        SubscriptionHandlers(runtime, sessions, subscribing), SubscriptionPages(runtime, subscribing),
        BounceHandlers(runtime.settings, subscribing),
        (*subscribing.kinds(), *VisitorNews(runtime, subscribing, mailer).kinds()),
    )  # fmt: skip
