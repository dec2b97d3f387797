"""Queues password checks and delays them per account, device and address, for visitors and owners alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from ...clock import Clock
from ...core.buckets import device_failures, successes
from ...db.database import Database
from ...db.work import Work
from ...errors import LimitReached
from ...net.addresses import shares
from .. import store
from .turns import Turns

T = TypeVar("T")
FREE_FAILURES, FREE_OF_ADDRESS, FREE_TAKEN = 5, 50, 10
FREE_SUCCESSES, FREE_SUCCESSES_OF_ADDRESS = 30, 200
FORGET_MS = 15 * 60 * 1000
LONGEST_DELAY_S = 300
# About ten seconds of hashing: nobody waits longer than that.
MOST_WAITING = 200
WAITING_OF_ADDRESS, WAITING_OF_DEVICE = 60, 5
"""Most waiting attempts, so that one address does not keep out all others, even those with correct passwords."""


class Attempts:
    """Serialises attempts, so that concurrent ones cannot get around the delays."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._turns = Turns()
        self._turns_of_devices = Turns()
        self._waiting: Counter[str] = Counter()

    async def attempt(
        self, account: str, address: str, check: Callable[[], Awaitable[T | None]], *, device: str = "",
        settles: Callable[[T], bool] = lambda _: True,
    ) -> T | None:  # fmt: skip
        """Returns the result of `check`; None is a failure and is counted. Raises LimitReached before the next attempt
        is allowed. `device` is this browser's name from `Devices`: its attempts are counted separately, and strangers'
        do not delay it, even with the right password. A success that needs a further factor does not reset the
        count."""
        failures = {device_failures(device) if device else account: FREE_FAILURES}
        if not device:
            failures |= dict(shares(address, FREE_OF_ADDRESS))
        of = next(iter(failures))
        good = {successes(of): FREE_SUCCESSES, **dict(shares(successes(address), FREE_SUCCESSES_OF_ADDRESS))}
        places = {device_failures(device): WAITING_OF_DEVICE} if device else {}
        async with self._turn(address, places, known=bool(device)):
            await self._delay(failures | good)
            result = await check()
            if result is None:
                await self._db.write(lambda: self._count(failures))
            else:
                forgiven = of if settles(result) else None
                await self._db.write(lambda: self._count(good, forgiven=forgiven))
            return result

    async def register(self, address: str, check: Callable[[], Awaitable[T | None]]) -> T | None:
        """Like `attempt`, if only the address identifies the caller: for a registration, or a passkey. A success does
        not reset the count."""
        failures = dict(shares(address, FREE_TAKEN))
        async with self._turn(address, {}):
            await self._delay(failures)
            result = await check()
            if result is None:
                await self._db.write(lambda: self._count(failures))
            return result

    async def work(self, by: str, address: str, do: Callable[[], Awaitable[T]]) -> T:
        """Does work that takes as long as an attempt but proves nothing: one at a time for each `by`."""
        async with self._turn(address, {by: 1}):
            return await do()

    @asynccontextmanager
    async def _turn(self, address: str, places: Mapping[str, int], *, known: bool = False) -> AsyncIterator[None]:
        places = places if known else {"": MOST_WAITING, **dict(shares(address, WAITING_OF_ADDRESS)), **places}
        if any(self._waiting[place] >= most for place, most in places.items()):
            raise LimitReached("too_many_requests", retry_after=10)
        self._waiting.update(places.keys())
        try:
            turns = self._turns_of_devices if known else self._turns
            async with turns.turn(address.partition(".")[0]):
                yield
        finally:
            self._waiting.subtract(places.keys())
            for place in places:
                if not self._waiting[place]:
                    del self._waiting[place]

    def _count(self, buckets: Mapping[str, int], forgiven: str | None = None) -> Work[None]:
        now = self._clock.now()
        for bucket in buckets:
            yield from store.count_failure(bucket, now, now - FORGET_MS)
        if forgiven is not None:
            yield from store.forget_failures(forgiven)

    async def _delay(self, buckets: Mapping[str, int]) -> None:
        for bucket, free in buckets.items():
            count, last = await store.failures(self._db, bucket)
            passed = self._clock.now() - last
            if count < free or passed > FORGET_MS:
                continue
            wait = min(LONGEST_DELAY_S, 2 ** min(16, count - free)) - passed // 1000
            if wait > 0:
                raise LimitReached("too_many_requests", retry_after=int(wait))
