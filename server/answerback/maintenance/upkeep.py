"""Measures and checks the server, records the results, and alerts its owners."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from functools import partial

from ..accounts.store import owner_email, owners_of
from ..db.integrity_store import check_integrity
from ..db.work import Work, after
from ..i18n.catalogue import DEFAULT, negotiate
from ..jobs.model import Job, Kind
from ..mail.jobs import send
from ..mail.messages import server_message
from ..mail.transport import Mailer
from ..runtime import Runtime
from . import store
from .status import DAY_MS, HOUR_MS, database_bytes, read_status
from .store import Run
from .wording import Problem, Wording

log = logging.getLogger(__name__)

ALERT = "server_alert"
SERVER = ""
"""The site of jobs that concern all sites; its owners are those of all sites."""


class Upkeep:
    """The server's own maintenance jobs. Without a mailer, problems appear only in the log and on the owners' pages."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._jobs = runtime.jobs
        self._sites = runtime.sites
        self._free_bytes = runtime.free_bytes
        self._url = runtime.settings.public_url
        self._mailer = mailer

    def kinds(self) -> list[Kind]:
        """The maintenance jobs."""
        kinds = [
            Kind("upkeep", lambda _: self.look(), every_ms=HOUR_MS),
            Kind("integrity", lambda _: self.check(), every_ms=7 * DAY_MS, seconds=None, tries=2),
        ]
        if self._mailer is not None:
            kinds.append(Kind(ALERT, partial(self._mail, self._mailer)))
        return kinds

    async def look(self) -> None:
        """Looks for problems, and records the database's size once a day."""
        now = self._clock.now()
        last = await self._db.read(lambda: store.last_run("size"))
        if last is None or not 0 <= now - last.at < DAY_MS:
            bytes = await database_bytes(self._db)
            await self._db.write(lambda: store.add_run(Run("size", now, "ok", bytes=bytes)))
        await self.tell()

    async def check(self) -> None:
        """Reads the whole database to detect damage."""
        integrity = await check_integrity(self._db)
        await self.record(
            Run("integrity", self._clock.now(), "failed" if integrity.findings else "ok", "; ".join(integrity.findings))
        )

    async def record(self, done: Run) -> None:
        """Records a run's outcome, and alerts owners if it failed."""
        await self._db.write(lambda: store.add_run(done))
        await self.tell()

    async def tell(self) -> None:
        """Schedules mail about each problem to owners of all sites, once a day."""
        status = await read_status(self._db, self._free_bytes, self._clock.now())
        lang = await self._language()
        for problem, told in zip(Wording(status, DEFAULT).problems(), Wording(status, lang).problems(), strict=True):
            await self._db.write(partial(self._tell, problem, {"text": told.text, "lang": lang}, status.now))

    async def _language(self) -> str:
        """The language of most sites, since owners have none of their own."""
        await self._sites.refresh()
        count = Counter(site.lang for site in self._sites.all() if site.lang)
        return negotiate(count.most_common(1)[0][0]) if count else DEFAULT

    def _tell(self, problem: Problem, told: Mapping[str, str], now: int) -> Work[None]:
        kind = f"alert_{problem.code}"
        last = yield from store.last_run(kind)
        if last is not None and 0 <= now - last.at < DAY_MS:
            return
        yield from store.add_run(Run(kind, now, "ok", problem.text))
        yield after(partial(log.warning, "%s", problem.text))
        if self._mailer is not None:
            for owner in (yield from owners_of(SERVER)):
                yield from self._jobs.put(ALERT, {"owner": owner, **told})

    async def _mail(self, mailer: Mailer, job: Job) -> None:
        email = await self._db.read(lambda: owner_email(str(job.data["owner"]), SERVER))
        if email is not None:
            lang, problem = str(job.data.get("lang", DEFAULT)), str(job.data["text"])
            message = server_message(email, lang=lang, problem=problem, url=self._url)
            await send(mailer, message, self._clock.now())
