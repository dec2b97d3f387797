"""Follows an answer of the ask box until it settles, whichever process writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ..core.events import HEARTBEAT
from ..core.model import RUNNING
from ..live.bus import answer_channel
from ..live.pushing import HEARTBEAT_SECONDS
from ..runtime import Runtime
from . import store
from .streaming import AnswerStreams

SETTLED_MARK = b"event: answer.settled\n"
"""What the worker puts on an answer's own channel at its end; the event that the visitor gets has more in it."""


class AnswerFollower:
    """Subscribes to answers."""

    def __init__(self, runtime: Runtime, streams: AnswerStreams) -> None:
        self._bus = runtime.bus
        self._db = runtime.db
        self._streams = streams

    async def follow(self, job: store.QueuedAnswer) -> AsyncIterator[bytes]:
        """Yields an answer's text so far, then its pieces until it settles."""
        channel = answer_channel(job.id)
        async with self._bus.subscribe(channel, None) as reader:
            yield self._streams.on(channel)
            running = await self._running(job)
            while running:
                data = await reader.take(HEARTBEAT_SECONDS)
                if data is None:
                    return
                pieces, _, settled = data.partition(SETTLED_MARK)
                running = not settled and (bool(data) or await self._running(job))
                yield pieces or HEARTBEAT

    async def _running(self, job: store.QueuedAnswer) -> bool:
        found = await self._db.read(lambda: store.job_by_id(job.site, job.id))
        return found is not None and found.state in RUNNING
