"""Builds the bus that the settings name."""

from __future__ import annotations

from ..clock import Clock
from ..ids import Ids
from ..settings import Settings
from .bus import Bus, MemoryBus


def make_bus(settings: Settings, clock: Clock, ids: Ids) -> Bus:
    """The bus of one process, or with a Redis that of several."""
    if not settings.redis_url:
        return MemoryBus(ids.new(), clock)
    from .redis_bus import RedisBus

    return RedisBus(settings.redis_url, ids.new(), clock)
