"""The dependencies that nearly every component shares."""

from __future__ import annotations

from dataclasses import dataclass

from .clock import Clock
from .db.database import Database
from .db.space import FreeBytes, unknown
from .ids import Ids
from .jobs.queue import JobQueue
from .live.bus import Bus
from .settings import Settings
from .sites.store import SiteDirectory


@dataclass(frozen=True, slots=True)
class Runtime:
    """The settings with the connections, clock, IDs and jobs that go with them."""

    settings: Settings
    db: Database
    bus: Bus
    clock: Clock
    ids: Ids
    sites: SiteDirectory
    jobs: JobQueue
    free_bytes: FreeBytes = unknown

    @property
    def secret(self) -> str:
        """The key for new hashes."""
        return self.settings.secret_key[-1]
