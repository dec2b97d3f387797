"""API timestamps, and days in a site's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

CLOCKS_DIFFER_MS = 60_000
"""By how much the clocks of servers may differ: a lease that ends later still is of a clock that was put back since."""


def iso(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`."""
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


@lru_cache(256)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


def day_of(milliseconds: int, timezone: str) -> str:
    """The calendar day (`2026-11-23`) of this moment in the time zone."""
    return _day(milliseconds // 60_000, timezone)[0]


def next_midnight(milliseconds: int, timezone: str) -> int:
    """When the next day begins there, in milliseconds; correct on days of 23 or 25 hours."""
    return _day(milliseconds // 60_000, timezone)[1]


@lru_cache(1_024)
def _day(minute: int, timezone: str) -> tuple[str, int]:
    """The day that a minute belongs to, and the start of the next; time zones differ from UTC by whole minutes."""
    zone = ZoneInfo(timezone)
    day = datetime.fromtimestamp(minute * 60, zone).date()
    tomorrow = day + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
    return day.isoformat(), int(midnight.timestamp() * 1000)
