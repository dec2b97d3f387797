"""How fast mail goes out: to one mailbox, and to one domain, so that neither takes us for a nuisance."""

from __future__ import annotations

DOMAIN_MS, DOMAIN_AT_ONCE = 50, 100
"""Between two mails to a domain on average, and how many may come before that holds."""
MAILBOX_MS, MAILBOX_AT_ONCE = 120_000, 30
"""The same of a mailbox; of mails that are asked for one by one, their own limits hold."""
MOST = 10_000
"""As many mailboxes and domains are remembered."""


class Pace:
    """Counts what this process has sent (generic cell rate algorithm)."""

    def __init__(self) -> None:
        self._until: dict[str, int] = {}

    def wait(self, to: str, now: int, *, asked_for: bool) -> int:
        """For how many ms a mail has to wait; 0 counts it as sent."""
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
