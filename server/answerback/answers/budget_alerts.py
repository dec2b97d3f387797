"""Alerts when most of a budget is used: one line in the log, and one mail a day to the site's owners."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

from ..accounts.store import owner_email, owners_of
from ..db.work import Work, after
from ..jobs.model import Job, Kind
from ..mail.jobs import send
from ..mail.messages import budget_message
from ..mail.transport import Mailer
from ..runtime import Runtime
from .quota import Alert

log = logging.getLogger(__name__)

KIND = "budget_alert"


class BudgetAlerts:
    """Alerts about budgets: by mail, or in the log alone without a mailer."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._jobs = runtime.jobs
        self._url = runtime.settings.public_url
        self._mailer = mailer

    def kinds(self) -> list[Kind]:
        """The kind of job that mails an owner; none without a mailer."""
        return [] if self._mailer is None else [Kind(KIND, partial(self._tell, self._mailer))]

    def put(self, alerts: Sequence[Alert]) -> Work[None]:
        """Adds a job for each owner, in the transaction that found the alerts."""
        for alert in alerts:
            words = "site %s has used %d of %d of today's %s"
            yield after(partial(log.warning, words, alert.site, alert.used, alert.most, alert.budget))
            if self._mailer is not None:
                for owner in (yield from owners_of(alert.site)):
                    yield from self._jobs.put(KIND, {**asdict(alert), "owner": owner}, site=alert.site)

    async def _tell(self, mailer: Mailer, job: Job) -> None:
        site, data = await self._sites.find(job.site), dict(job.data)
        owner = str(data.pop("owner"))
        email = await self._db.read(lambda: owner_email(owner, job.site))
        if site is None or email is None:
            return
        message = budget_message(
            email, site=site.name or site.key, lang=site.lang, used=Alert(**data).share(site.lang),
            link=f"{self._url}/admin/",
        )  # fmt: skip
        await send(mailer, message, self._clock.now())
