"""When a page changes, marks answers that cite what is gone and answers again within the budget."""

from __future__ import annotations

from ...comments import store as threads
from ...comments.updates import ThreadUpdates
from ...core.answering import Source
from ...core.comments import answer_rule
from ...core.grounding import citations, passages
from ...core.times import next_midnight
from ...db.work import Work, after
from ...jobs.model import Job, Kind
from ...knowledge.page_reader import PAGE_CHANGED
from ...knowledge.store import PageText, page_text
from ...runtime import Runtime
from ...sites.settings import Site
from .. import quota
from ..intake import tell_queued
from ..queue import AnswerQueue
from ..reuse import store

AT_ONCE = 20
"""Answers given anew after one change; the others, and those that the day's budget has no room for, come later."""
EVERY_MS = LATER_MS = 60_000


class AnswerRenewal:
    """Follows changes of cited pages."""

    def __init__(self, runtime: Runtime, queue: AnswerQueue, updates: ThreadUpdates) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._queue = queue
        self._updates = updates

    def kinds(self) -> list[Kind]:
        """The jobs that check a changed page's citations and retry postponed renewals."""
        return [Kind(PAGE_CHANGED, self._page_changed), Kind("renewals", self._take_up, every_ms=EVERY_MS)]

    async def _page_changed(self, job: Job) -> None:
        """Marks outdated answers."""
        site, url, marked = await self._sites.find(job.site), str(job.data["url"]), 0
        if site is None:
            return
        page = await page_text(self._db, site.key, url)
        for id, sources, by_owner in await self._db.read(lambda: store.citing(site.key, url)):
            if not _lost(sources, url, page):
                continue
            # What the owner wrote stays until the owner changes it.
            anew = page is not None and not by_owner
            marked += anew
            await self._mark(site, id, anew=anew, later=marked > AT_ONCE)

    async def _take_up(self, _: Job) -> None:
        """Retries postponed renewals that are due."""
        await self._sites.refresh()
        now = self._clock.now()
        for key, id in await self._db.read(lambda: store.renewals_due(now, AT_ONCE)):
            site = self._sites.known(key)
            if site is not None:
                await self._try_again(site, id, now)

    async def _mark(self, site: Site, id: str, *, anew: bool, later: bool) -> None:
        now = self._clock.now()

        def work() -> Work[None]:
            renewed = False
            if (yield from store.mark_outdated(site.key, id)) and anew:
                if later:
                    yield from store.renew_later(site.key, id, now + LATER_MS)
                else:
                    renewed = yield from self._requeue(site, id, now, first=True)
            yield from self._tell(site, id, renewed=renewed)

        await self._db.write(work)

    async def _try_again(self, site: Site, id: str, now: int) -> None:
        def work() -> Work[None]:
            taken = yield from store.take_renewal(site.key, id, now)
            if taken and (yield from self._requeue(site, id, now, first=False)):
                yield from self._tell(site, id, renewed=True)

        await self._db.write(work)

    def _requeue(self, site: Site, id: str, now: int, *, first: bool) -> Work[bool]:
        """Queues a marked answer, or postpones it to tomorrow if today's budget is used up."""
        answer = yield from threads.comment_by_id(site.key, id)
        if answer is None or answer.state != "published":
            return False
        rule = answer_rule(site.ai, (yield from threads.rule_of(site.key, answer.page)))
        if rule == "off" or not (yield from quota.reserve_for_site(id, site, answer.page, now)):
            yield from store.renew_later(site.key, id, next_midnight(now, site.timezone))
            return False
        if not (yield from store.requeue_outdated(site.key, id, now, draft=rule == "drafts", first=first)):
            yield from quota.refund(id)
            return False
        return True

    def _tell(self, site: Site, id: str, *, renewed: bool) -> Work[None]:
        comment = yield from threads.comment_by_id(site.key, id)
        if comment is not None:
            yield from self._updates.changed(comment)
            if renewed:
                yield from tell_queued(self._updates, comment)
        if renewed:
            yield after(self._queue.woken.set)


def _lost(sources: tuple[Source, ...], url: str, page: PageText | None) -> bool:
    """Whether a quote from this page is no longer in its text."""
    cited = [source for source in sources if source.url == url]
    if page is None:
        return bool(cited)
    text = passages.split(page.blocks, url=page.url, title=page.title)
    return any(not citations.holding((source,), text) for source in cited)
