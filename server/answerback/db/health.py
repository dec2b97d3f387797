"""The database's health: waiting time, refusals, recovery."""

from __future__ import annotations

import logging
from typing import Protocol

from ..errors import Unavailable
from ..logs import Fault, describe

log = logging.getLogger(__name__)

RETRY_SECONDS = 5


class Watch(Protocol):
    """Hears how long reads and writes wait and take, and what is refused."""

    def waited(self, kind: str, seconds: float) -> None:
        """A read or a write has had its turn."""
        ...

    def wrote(self, seconds: float) -> None:
        """A write is on disk."""
        ...

    def failed(self, kind: str) -> None:
        """A read or a write was refused."""
        ...


class Unwatched:
    """A watch that ignores everything."""

    def waited(self, kind: str, seconds: float) -> None:
        """Ignored."""

    def wrote(self, seconds: float) -> None:
        """Ignored."""

    def failed(self, kind: str) -> None:
        """Ignored."""


class Health:
    """Tells the watch of everything, and the log of each fault once."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self._faults = {kind: Fault(log, f"the database takes no {kind}s") for kind in ("read", "write")}

    def worked(self, kind: str) -> None:
        """A read or a write was done."""
        self._faults[kind].worked()

    def refused(self, kind: str, error: BaseException) -> Unavailable:
        """The error for whoever has asked; the operator's log has the reason."""
        self.watch.failed(kind)
        self._faults[kind].failed(describe(error))
        return Unavailable("unavailable", retry_after=RETRY_SECONDS)
