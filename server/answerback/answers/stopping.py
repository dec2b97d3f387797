"""Stops a running answer and keeps its text so far."""

from __future__ import annotations

from ..comments import store as threads
from ..core.model import RUNNING, Visitor
from ..db.work import Work
from ..errors import Forbidden, NotFound
from ..live.bus import answer_channel, page_channel
from ..runtime import Runtime
from ..sites.settings import Site
from . import quota, store
from .queue import AnswerQueue


class AnswerStops:
    """Stops answers in any process."""

    def __init__(self, runtime: Runtime, queue: AnswerQueue) -> None:
        self._db = runtime.db
        self._bus = runtime.bus
        self._clock = runtime.clock
        self._queue = queue

    async def stop(self, site: Site, visitor: Visitor, id: str, kind: str) -> store.QueuedAnswer:
        """Stops one's own running answer and returns it. Raises NotFound or Forbidden (`not_yours`)."""
        job, ended = await self._db.write(lambda: self._request(site, visitor, id, kind))
        if not ended and job.state == "streaming":
            channel = page_channel(site.key, job.page) if kind == "thread" else answer_channel(job.id)
            async with self._bus.subscribe(channel, None) as reader:
                self._queue.stop(job.id)
                while (await self._job(site, job.id)).state in RUNNING:
                    if await reader.take(1.0) is None:  # the server is stopping
                        break
        return await self._job(site, job.id)

    def _request(self, site: Site, visitor: Visitor, id: str, kind: str) -> Work[tuple[store.QueuedAnswer, bool]]:
        """The answer, and whether that ended it because no worker had started."""
        job = yield from store.job_by_id(site.key, id)
        if job is None:
            job = yield from store.job_of_question(site.key, id)
        if job is None or job.kind != kind or (kind == "chat" and job.visitor_id != visitor.id):
            raise NotFound
        if job.visitor_id != visitor.id:
            reply = yield from threads.comment_by_id(site.key, job.id)
            raise Forbidden("not_yours") if reply is not None and reply.state == "published" else NotFound
        if (yield from store.stop_queued(job.id, self._clock.now())):
            yield from quota.refund(job.id)
            return job, True
        yield from store.request_stop(job.id)
        return job, False

    async def _job(self, site: Site, id: str) -> store.QueuedAnswer:
        return await self._db.read(lambda: store.job_known(site.key, id))
