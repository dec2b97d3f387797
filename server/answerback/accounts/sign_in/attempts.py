"""Attempts by password: delayed per account and per address, alike for visitors and owners."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from ...clock import Clock
from ...db.database import Database
from ...db.work import Work
from ...errors import LimitReached
from ...net.addresses import shares
from .. import store

T = TypeVar("T")
FREE_FAILURES, FREE_OF_ADDRESS, FREE_TAKEN = 5, 50, 10
FORGET_MS = 15 * 60 * 1000
LONGEST_DELAY_S = 300
# Some ten seconds of passwords: whoever comes later would wait longer than people do.
MOST_WAITING = 200
WAITING_OF_ADDRESS = 60
"""Of these at most, so that one address does not keep all others out, with passwords that are right either."""


class Attempts:
    """Lets attempts through one after the other, so that many at once are not more than the delays allow."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._waiting: Counter[str] = Counter()

    async def attempt(self, account: str, address: str, check: Callable[[], Awaitable[T | None]]) -> T | None:
        """What `check` gives; None is a failure and is counted. Raises LimitReached when it is too early to try."""
        buckets = {account: FREE_FAILURES, **dict(shares(address, FREE_OF_ADDRESS))}
        return await self._one(address, buckets, account, check)

    async def register(self, address: str, check: Callable[[], Awaitable[T | None]]) -> T | None:
        """As `attempt`, for an account that may be there already: a good one is no reason to forget the others."""
        return await self._one(address, dict(shares(address, FREE_TAKEN)), None, check)

    async def _one(
        self, address: str, buckets: Mapping[str, int], forgiven: str | None, check: Callable[[], Awaitable[T | None]]
    ) -> T | None:
        """`buckets` have so many failures free; that of `forgiven` is emptied by a good attempt."""
        with self._queued({"": MOST_WAITING, **dict(shares(address, WAITING_OF_ADDRESS))}):
            async with self._one_at_a_time:
                for bucket, free in buckets.items():
                    await self._delay(bucket, free)
                result = await check()
                if result is None:
                    await self._db.write(lambda: self._count(buckets))
                elif forgiven is not None:
                    await self._db.write(lambda: store.forget_failures(forgiven))
                return result

    @contextmanager
    def _queued(self, places: Mapping[str, int]) -> Iterator[None]:
        if any(self._waiting[place] >= most for place, most in places.items()):
            raise LimitReached("too_many_requests", retry_after=10)
        self._waiting.update(places.keys())
        try:
            yield
        finally:
            self._waiting.subtract(places.keys())
            for place in places:
                if not self._waiting[place]:
                    del self._waiting[place]

    def _count(self, buckets: Iterable[str]) -> Work[None]:
        now = self._clock.now()
        for bucket in buckets:
            yield from store.count_failure(bucket, now, now - FORGET_MS)

    async def _delay(self, bucket: str, free: int) -> None:
        count, last = await store.failures(self._db, bucket)
        passed = self._clock.now() - last
        if count < free or passed > FORGET_MS:
            return
        wait = min(LONGEST_DELAY_S, 2 ** min(16, count - free)) - passed // 1000
        if wait > 0:
            raise LimitReached("too_many_requests", retry_after=int(wait))
