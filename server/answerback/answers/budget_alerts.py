"""Most of a budget is used: the operator's log says so, and the site's owners get a message, once a day."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ..accounts.store import owners_of
from ..mail.messages import budget_message
from ..mail.transport import Mailer, MailRefused
from ..runtime import Runtime
from .quota import Alert

log = logging.getLogger(__name__)


class BudgetAlerts:
    """Tells of budgets. Without a mailer the log alone does."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._url = runtime.settings.public_url
        self._mailer = mailer

    async def tell(self, alerts: Sequence[Alert]) -> None:
        """After the transaction that has found them. Never raises: no answer depends on it."""
        for alert in alerts:
            log.warning("site %s has used %d of %d of today's %s", alert.site, alert.used, alert.most, alert.budget)
            try:
                await self._mail(alert)
            except MailRefused:
                log.warning("could not email the owners of %s", alert.site)
            except Exception:
                log.exception("the owners of %s could not be told", alert.site)

    async def _mail(self, alert: Alert) -> None:
        site = self._sites.known(alert.site)
        if self._mailer is None or site is None:
            return
        for email in await owners_of(self._db, site.key):
            message = budget_message(
                email,
                site=site.name or site.key,
                lang=site.lang,
                used=alert.share(site.lang),
                link=f"{self._url}/admin/",
            )
            await self._mailer.send(message, self._clock.now())
