"""Builds the bus that the settings name."""

from __future__ import annotations

from ..clock import Clock
from ..db.database import Database
from ..ids import Ids
from ..settings import Settings
from .bus import Bus, MemoryBus, Watch


def make_bus(settings: Settings, db: Database, clock: Clock, ids: Ids, watch: Watch) -> Bus:
    """The in-process bus, or the shared one if several processes may run."""
    if not settings.is_shared:
        return MemoryBus(ids.new(), clock)
    from .carriers import Carrier, PostgresCarrier
    from .shared_bus import SharedBus

    carriers: list[Carrier] = []
    if settings.redis_url:
        from .redis_carrier import RedisCarrier

        carriers.append(RedisCarrier(settings.redis_url))
    if not db.is_sqlite:
        carriers.append(PostgresCarrier(db.url))
    return SharedBus(db, carriers, ids.new(), clock, watch)
