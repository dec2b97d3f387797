"""Notifies visitors: a job looks once a minute for recorded events and their recipients; one job per message sends.

Posting a comment only records the event, by a trigger in the same write. Recipients are found a few at a time, so that
the followers of a busy thread do not block writers. A message whose acceptance was lost is sent again under the same
Message-ID.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from ..comments import store as threads
from ..comments.feed import author_of, comment_link
from ..core.model import Comment
from ..core.subscriptions import What, what_of_answer
from ..db.work import Work
from ..jobs.model import Job, Kind
from ..mail.transport import Mailer
from ..mail.visitor_messages import NewsPage, Told, news_message
from ..runtime import Runtime
from ..sites.settings import Site
from . import subscriptions_store
from . import visitor_news_store as store
from .subscribing import STOP, Subscribing
from .subscriptions_store import Subscriber
from .visitor_news_store import Delivery, Happened

LOOK, SPREAD, TELL = "visitor_news", "visitor_spread", "visitor_mail"
LOOK_MS = 60_000
TRIES = 13
"""The last try comes about a day after the first."""
AT_A_TIME = 50
"""Followers found in one write, so that it is short."""
REST = 4
"""The pause after each such write, as a multiple of its duration, for the sake of those who post meanwhile."""
PACE_MS = 10 * 60_000
"""How long an address gets no mail after a message; events in between go into the next one."""
OLD_MS, KEPT_MS = 86_400_000, 90 * 86_400_000
"""Comments that were published more than a day ago are no news (an import adds such), nor is any event older than the
record of what was delivered."""


class VisitorNews:
    """Finds events to notify visitors of, and sends the messages."""

    def __init__(self, runtime: Runtime, subscribing: Subscribing, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._jobs = runtime.jobs
        self._sites = runtime.sites
        self._url = runtime.settings.public_url
        self._subscribing = subscribing
        self._mailer = mailer

    def kinds(self) -> list[Kind]:
        """The jobs: one collects recorded events each minute; one finds an event's recipients; one sends a message and
        is retried for a day."""
        spread = Kind(SPREAD, self._spread, seconds=1_800)
        kinds = [Kind(LOOK, lambda _: self.look(), every_ms=LOOK_MS), spread]
        if self._mailer is not None:
            tell = partial(self._tell, self._mailer)
            kinds.append(Kind(TELL, tell, at_once=8, tries=TRIES, retry_ms=60_000))
        return kinds

    async def look(self) -> None:
        """Collects the events recorded since the last run, and adds a job for each."""
        while await self._db.write(self._look) == store.BATCH:
            pass

    def _look(self) -> Work[int]:
        noted = yield from store.take()
        for comment, site, fresh in noted:
            yield from self._jobs.put(SPREAD, {"comment": comment, "fresh": fresh}, site=site)
        return len(noted)

    # ---- who is told

    async def _spread(self, job: Job) -> None:
        """Adds a delivery for each recipient of an event; running it twice adds none twice."""
        comment, fresh = str(job.data["comment"]), bool(job.data["fresh"])
        happened = await self._db.read(lambda: self._happened(job.site, comment, fresh=fresh))
        if happened is None:
            return
        await self._db.write(lambda: self._to_asker(happened))
        after: str | None = "" if happened.what in ("reply", "answered", "comment") else None
        while after is not None:
            begun = time.monotonic()
            after = await self._db.write(partial(self._to_followers, happened, after)) or None
            await asyncio.sleep(REST * (time.monotonic() - begun))

    def _happened(self, site: str, id: str, *, fresh: bool) -> Work[Happened | None]:
        """The event for a comment; None if readers do not see the comment, or it is too old."""
        comment = yield from threads.comment_by_id(site, id)
        if comment is None or comment.state != "published":
            return None
        now, answer = self._clock.now(), comment.answer
        at = comment.created_at if answer is None else answer.revised_at or comment.created_at
        if at < now - KEPT_MS:
            return None
        if answer is None:
            if not fresh and comment.created_at < now - OLD_MS:
                return None
            to = "" if comment.parent_id is None else (yield from store.asked_by(site, comment.parent_id))
            what: What = "reply" if to else "comment"
            return Happened(id, site, comment.page, f"comment:{id}", comment.author_id or "", to, what, at)
        if answer.state != "done" or answer.outdated:
            return None
        what = what_of_answer(answer.revised_at, by_owner=answer.verified_by_owner)
        key = f"{what}:{id}" if what == "answered" else f"revised:{id}:{answer.revised_at}"
        to = yield from store.asked_by(site, answer.question_id)
        return Happened(id, site, comment.page, key, "", to, what, at)

    def _to_asker(self, happened: Happened) -> Work[None]:
        if happened.to and happened.to != happened.author:
            for subscriber in (yield from store.subscribers_of_replies(happened)):
                yield from self._put(subscriber, happened, happened.what)

    def _to_followers(self, happened: Happened, after: str) -> Work[str]:
        """Adds deliveries for a batch of followers; returns where to continue, empty at the end."""
        told, more = yield from store.followers(happened, after, AT_A_TIME)
        for subscriber in told:
            yield from self._put(subscriber, happened, "comment")
        return more

    def _put(self, subscriber: str, happened: Happened, what: What) -> Work[None]:
        now = self._clock.now()
        told_at = yield from store.put(self._ids.new(), subscriber, happened, what)
        if told_at is not None:
            at = max(now, min(told_at, now) + PACE_MS)
            yield from self._queue(subscriber, happened.site, happened.page, at if told_at else now)

    def _queue(self, subscriber: str, site: str, page: str, at: int) -> Work[None]:
        data = {"subscriber": subscriber, "page": page}
        yield from self._jobs.put(TELL, data, site=site, key=f"{subscriber}|{page}", at=at)

    # ---- messages

    async def _tell(self, mailer: Mailer, job: Job) -> None:
        subscriber, page = str(job.data["subscriber"]), str(job.data["page"])
        to = await self._db.read(lambda: subscriptions_store.subscriber_by_id(subscriber))
        site = await self._sites.find(job.site)
        if to is None or site is None:  # stopped meanwhile
            return
        message = self._ids.new()
        deliveries = await self._db.write(lambda: store.next_message(subscriber, page, message))
        about, shown = await self._db.read(lambda: self._shown(site, page, to.lang, deliveries))
        if shown:
            told = [each for _, each in shown]
            mail = news_message(
                to.address, about, told, lang=to.lang, name=deliveries[0].message,
                settings=self._subscribing.page_url(to.id), stop=self._subscribing.page_url(to.id, STOP),
            )  # fmt: skip
            if not await self._subscribing.deliver(mailer, to, mail):
                return
        now = self._clock.now()
        await self._db.write(lambda: self._told(to, page, deliveries, [each for each, _ in shown], now))

    def _told(
        self, to: Subscriber, page: str, deliveries: Sequence[Delivery], sent: Sequence[Delivery], now: int
    ) -> Work[None]:
        yield from store.settle(to.id, deliveries, sent, now)
        if (yield from store.is_waiting(to.id, page)):
            yield from self._queue(to.id, to.site, page, now + PACE_MS if sent else now)

    def _shown(
        self, site: Site, page: str, lang: str, deliveries: Sequence[Delivery]
    ) -> Work[tuple[NewsPage, list[tuple[Delivery, Told]]]]:
        """The page, and the deliveries that are still wanted and whose comments still exist, in words."""
        url, title = (yield from threads.place(site.key, page)) or ("", "")
        shown = []
        for delivery in deliveries:
            told = yield from self._words(site, delivery, url, lang)
            if told is not None:
                shown.append((delivery, told))
        return NewsPage(site.key, site.name or site.key, page, title), shown

    def _words(self, site: Site, delivery: Delivery, url: str, lang: str) -> Work[Told | None]:
        comment = yield from threads.comment_by_id(site.key, delivery.comment_id)
        if comment is None or comment.state != "published" or _unread(comment):
            return None
        about: Any = comment.parent_id if comment.answer is None else comment.answer.question_id
        before = None if about is None else (yield from threads.comment_by_id(site.key, about))
        author = "" if before is None or before.author_id is None else before.author_id
        if not (yield from store.is_wanted(delivery.id, author)):
            return None
        asked = "" if before is None or before.state != "published" else before.body
        link = comment_link(comment, url, site.origins[0], self._url)
        return Told(delivery.what, author_of(comment, lang), comment.body, asked, link)


def _unread(comment: Comment) -> bool:
    """Whether an AI reply has no text at the moment."""
    return comment.answer is not None and comment.answer.state != "done"
