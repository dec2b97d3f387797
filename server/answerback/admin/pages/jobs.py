"""Failed jobs, to retry or discard."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ...db.work import Work, after
from ...errors import NotFound
from ...i18n.cldr import date_and_time
from ...jobs import store
from ...runtime import Runtime
from ...web.forms import BoundForm
from ..auth import Owner, OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/jobs/"
MOST = 200
KINDS = (
    "mail_link",
    "invitation",
    "sign_in_notice",
    "notice",
    "mail_reply",
    "mail_reply_refused",
    "webhook",
    "webhook_paused",
    "subscription_mail",
    "visitor_spread",
    "visitor_mail",
    "budget_alert",
    "picture",
    "crawl",
    "embeddings",
    "page_changed",
    "server_alert",
    "integrity",
)
"""Kinds with a text; any other is shown by its name."""


class JobsViews:
    """The jobs of an owner's sites; for owners of all sites, the server's own too."""

    LINK = (PATH, "jobs")

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._jobs = runtime.jobs
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {
            PATH: {"GET": self.read},
            f"{PATH}{{id}}/retry/": {"POST": self.retry},
            f"{PATH}{{id}}/discard/": {"POST": self.discard},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/jobs/`: jobs, newest first."""
        jobs = await self._db.read(lambda: store.dead_jobs(_sites(call.owner), MOST))
        lang = self._auth.language(call.request)
        return self._auth.show(
            call, "jobs", title=lambda t: t["title"], form=BoundForm({}), jobs=jobs, kinds=KINDS,
            at=lambda job: date_and_time(lang, job.failed_at, self._zone(job.site)),
        )  # fmt: skip

    async def retry(self, call: OwnerCall) -> Response:
        """`POST /admin/jobs/<id>/retry/`: runs a job again, with all its tries."""
        sites, now = _sites(call.owner), self._clock.now()

        def work() -> Work[None]:
            if not (yield from store.revive([call.id], sites, now)):
                raise NotFound
            yield from call.note("", now, "job_retried", "job", call.id)
            yield after(self._jobs.woken.set)

        await self._db.write(work)
        return self._auth.redirect(PATH)

    async def discard(self, call: OwnerCall) -> Response:
        """`POST /admin/jobs/<id>/discard/`: removes a job from the list."""
        now = self._clock.now()

        def work() -> Work[None]:
            if not (yield from store.discard([call.id], _sites(call.owner))):
                raise NotFound
            yield from call.note("", now, "job_discarded", "job", call.id)

        await self._db.write(work)
        return self._auth.redirect(PATH)

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"


def _sites(owner: Owner) -> list[str]:
    return [*owner.sites, *([""] if owner.all_sites else [])]
