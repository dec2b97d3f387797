"""Limits how fast mail goes to one mailbox and one domain, so that neither treats it as abuse."""

from __future__ import annotations

DOMAIN_MS, DOMAIN_AT_ONCE = 50, 100
"""The average interval between two mails to a domain, and the burst allowed before it applies."""
MAILBOX_MS, MAILBOX_AT_ONCE = 120_000, 30
"""The same for a mailbox; mails that somebody requests one by one have limits of their own."""
MOST = 10_000
"""The number of mailboxes and domains remembered."""


class Pace:
    """Rate limits for the mail of this process (generic cell rate algorithm)."""

    def __init__(self) -> None:
        self._until: dict[str, int] = {}

    def wait(self, to: str, now: int, *, asked_for: bool) -> int:
        """Milliseconds until a mail may be sent; 0 counts it as sent."""
        domain = to.rpartition("@")[2]
        limits = [(domain, DOMAIN_MS, DOMAIN_AT_ONCE)]
        if not asked_for:
            limits.append((to, MAILBOX_MS, MAILBOX_AT_ONCE))
        wait = max(self._until.get(key, now) - now - each * (most - 1) for key, each, most in limits)
        if wait > 0:
            return wait
        for key, each, _ in limits:
            self._until[key] = max(self._until.get(key, now), now) + each
        if len(self._until) > MOST:
            self._until = {key: until for key, until in self._until.items() if until > now}
        return 0
