"""Attempts to sign in by password: delayed per account and per address, alike for visitors and owners."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..db import Database, Work
from ..errors import LimitReached
from ..seams import Clock
from . import store

T = TypeVar("T")
FREE_FAILURES, FREE_OF_ADDRESS = 5, 50
FORGET_MS = 15 * 60 * 1000
LONGEST_DELAY_S = 300
# Some ten seconds of passwords: whoever comes later would wait longer than people do.
MOST_WAITING = 200


class Attempts:
    """Lets attempts through one after the other, so that many at once are not more than the delays allow."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0

    async def attempt(self, account: str, address: str, check: Callable[[], Awaitable[T | None]]) -> T | None:
        """What `check` gives; None is a failure and is counted. Raises LimitReached when it is too early to try."""
        if self._waiting >= MOST_WAITING:
            raise LimitReached("too_many_requests", retry_after=10)
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                await self._delay(account, FREE_FAILURES)
                await self._delay(address, FREE_OF_ADDRESS)
                result = await check()
                await self._db.write(lambda: self._count(account, address, failed=result is None))
                return result
        finally:
            self._waiting -= 1

    def _count(self, account: str, address: str, *, failed: bool) -> Work[None]:
        if not failed:
            yield from store.forget_failures(account)
            return
        now = self._clock.now()
        for bucket in (account, address):
            yield from store.count_failure(bucket, now, now - FORGET_MS)

    async def _delay(self, bucket: str, free: int) -> None:
        count, last = await store.failures(self._db, bucket)
        passed = self._clock.now() - last
        if count < free or passed > FORGET_MS:
            return
        wait = min(LONGEST_DELAY_S, 2 ** min(16, count - free)) - passed // 1000
        if wait > 0:
            raise LimitReached("too_many_requests", retry_after=int(wait))
