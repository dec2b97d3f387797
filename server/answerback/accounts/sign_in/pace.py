"""Limits how many sign-ins an address may start in a minute."""

from __future__ import annotations

from starlette.requests import Request

from ...clock import Clock
from ...errors import LimitReached
from ...net.addresses import address_key, client_address, shares
from ...settings import Settings

KEPT = 10_000


def caller_key(request: Request, settings: Settings) -> str:
    """The caller's keyed address, by which attempts to sign in are counted in whatever way they are made."""
    return address_key(client_address(request, settings.trusted_proxies), "sign-in", settings.secret_key[-1])


class Pace:
    """Counts in this process, by keyed address."""

    def __init__(self, clock: Clock, a_minute: int) -> None:
        self._clock = clock
        self._most = a_minute
        self._begun: dict[str, list[int]] = {}

    def step(self, key: str) -> None:
        """Count one more. Raises LimitReached (`too_many_requests`) when there have been enough."""
        now = self._clock.now()
        counted: dict[str, list[int]] = {}
        for each, most in shares(key, self._most):
            counted[each] = recent = [moment for moment in self._begun.get(each, []) if now - moment < 60_000]
            if len(recent) >= most:
                raise LimitReached("too_many_requests", retry_after=60 - (now - recent[0]) // 1000)
        if len(self._begun) > KEPT:
            self._begun = {known: moments for known, moments in self._begun.items() if now - moments[-1] < 60_000}
        for each, recent in counted.items():
            self._begun[each] = [*recent, now]
