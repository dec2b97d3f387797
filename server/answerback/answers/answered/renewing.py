"""A page's text has changed: answers that cite what is gone are marked, and given anew as far as the budget goes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ...core import citations, passages
from ...core.answering import Source
from ...db import Database, Work
from ...errors import AppError
from ...pages.reading import Change
from ...pages.store import PageText
from ...seams import Clock, Ids
from ...sites.settings import Site
from ...sites.store import SiteDirectory
from ...threads import store as threads
from ...threads.posting import Posting, rule_here
from .. import quota
from . import store
from .store import Revision

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Answers given anew after one change; the others stay marked until somebody asks again."""


class Renewing:
    """Follows the pages that answers cite."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, sites: SiteDirectory, posting: Posting, wake: Callable[[], None]
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._sites = sites
        self._posting = posting
        self._wake = wake

    async def page_changed(self, change: Change) -> None:
        """Mark what no longer holds. Never raises: reading a page does not depend on it."""
        try:
            site = await self._sites.get(change.site)
            renewed = 0
            for id, sources, by_owner in await self._db.read(lambda: store.citing(change.site, change.url)):
                if not _lost(sources, change.url, change.page):
                    continue
                # The owner's word stands until the owner says otherwise.
                anew = change.page is not None and not by_owner and renewed < AT_ONCE and site.ai != "off"
                renewed += await self._mark(site, id, anew=anew)
            if renewed:
                self._wake()
        except AppError:
            return
        except Exception:
            log.exception("answers that cite a changed page could not be marked")

    async def _mark(self, site: Site, id: str, *, anew: bool) -> bool:
        """Mark an answer; whether it is given anew."""
        now, revision = self._clock.now(), self._ids.new()

        def work() -> Work[bool]:
            yield from store.mark_outdated(site.key, id)
            answer = yield from threads.comment_by_id(site.key, id)
            if not anew or answer is None or answer.state != "published":
                return False
            rule = rule_here(site, (yield from threads.rule_of(site.key, answer.page)))
            if rule == "off":
                return False
            if (yield from quota.reserve_for_site(id, site, now)) is not None:
                return False
            if not (yield from store.requeue_outdated(site.key, id, now, draft=rule == "drafts")):
                yield from quota.refund(id)
                return False
            before = Revision("ai", "renewed", answer.body, answer.html, "", now)
            yield from store.add_revision(revision, site.key, id, before)
            return True

        renewed = await self._db.write(work)
        comment = await self._db.read(lambda: threads.comment_by_id(site.key, id))
        if comment is not None:
            self._posting.tell_changed(comment)
            if renewed:
                self._posting.tell_queued(comment)
        return renewed


def _lost(sources: tuple[Source, ...], url: str, page: PageText | None) -> bool:
    """Whether a quote from this page is not in its text any more."""
    cited = [source for source in sources if source.url == url]
    if page is None:
        return bool(cited)
    text = passages.split(page.blocks, url=page.url, title=page.title)
    return any(not citations.holding((source,), text) for source in cited)
