"""Limits how many sign-ins an address may start in a minute."""

from __future__ import annotations

from starlette.requests import Request

from ...clock import Clock
from ...db.work import Work
from ...errors import LimitReached
from ...net.addresses import address_key, client_address, shares
from ...runtime import Runtime
from ...settings import Settings
from . import pace_store as store

KEPT = 10_000
MINUTE_MS = 60_000


def caller_key(request: Request, settings: Settings) -> str:
    """The caller's keyed address, by which sign-in attempts of every kind are counted."""
    return address_key(client_address(request, settings.trusted_proxies), "sign-in", settings.secret_key[-1])


class Pace:
    """Counts by keyed address, in this process."""

    def __init__(self, clock: Clock, a_minute: int) -> None:
        self._clock = clock
        self._most = a_minute
        self._begun: dict[str, list[int]] = {}

    def step(self, key: str) -> None:
        """Counts one more. Raises LimitReached (`too_many_requests`) above the limit."""
        now = self._clock.now()
        counted: dict[str, list[int]] = {}
        for each, most in shares(key, self._most):
            counted[each] = recent = [moment for moment in self._begun.get(each, []) if now - moment < MINUTE_MS]
            if len(recent) >= most:
                raise LimitReached("too_many_requests", retry_after=60 - (now - recent[0]) // 1000)
        if len(self._begun) > KEPT:
            self._begun = {known: moments for known, moments in self._begun.items() if now - moments[-1] < MINUTE_MS}
        for each, recent in counted.items():
            self._begun[each] = [*recent, now]


class AddressPace:
    """Limits what an address does under this name in a minute, across all processes: counted in the database if several
    may serve, otherwise in memory."""

    def __init__(self, runtime: Runtime, name: str, a_minute: int) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._name = name
        self._most = a_minute
        self._own = None if runtime.settings.is_shared else Pace(runtime.clock, a_minute)

    async def step(self, key: str) -> None:
        """Counts one more. Raises LimitReached (`too_many_requests`) above the limit."""
        if self._own is not None:
            return self._own.step(key)
        now = self._clock.now()
        await self._db.write(lambda: self._count(key, now))

    def _count(self, key: str, now: int) -> Work[None]:
        for each, most in shares(key, self._most):
            count, since = yield from store.count(f"{self._name}:{each}", now, now - MINUTE_MS)
            if count > most:
                raise LimitReached("too_many_requests", retry_after=max(1, (since + MINUTE_MS - now) // 1000))
