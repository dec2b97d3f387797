"""The database's health: waiting time, refusals, recovery."""

from __future__ import annotations

import logging
from typing import Protocol

from ..errors import Unavailable
from ..logs import Fault, describe

log = logging.getLogger(__name__)

RETRY_SECONDS = 5


class Watch(Protocol):
    """Observes the durations of reads and writes, and refusals."""

    def waited(self, kind: str, seconds: float) -> None:
        """A read or write got its turn."""
        ...

    def wrote(self, seconds: float) -> None:
        """A write is durable."""
        ...

    def failed(self, kind: str) -> None:
        """A read or write was refused."""
        ...


class Unwatched:
    """A watch that does nothing."""

    def waited(self, kind: str, seconds: float) -> None:
        """Ignored."""

    def wrote(self, seconds: float) -> None:
        """Ignored."""

    def failed(self, kind: str) -> None:
        """Ignored."""


class Health:
    """Reports to the watch, and logs each fault once."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self._faults = {kind: Fault(log, f"the database takes no {kind}s") for kind in ("read", "write")}

    def worked(self, kind: str) -> None:
        """A read or write succeeded."""
        self._faults[kind].worked()

    def refused(self, kind: str, error: BaseException) -> Unavailable:
        """The error for the caller; the reason goes to the log."""
        self.watch.failed(kind)
        self._faults[kind].failed(describe(error))
        return Unavailable("unavailable", retry_after=RETRY_SECONDS)
