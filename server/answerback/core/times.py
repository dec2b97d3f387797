"""Times as the API writes them, and the days of a site's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def iso(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def day_of(milliseconds: int, timezone: str) -> str:
    """The calendar day (`2026-11-23`) on which this moment falls in the time zone."""
    return datetime.fromtimestamp(milliseconds / 1000, ZoneInfo(timezone)).date().isoformat()


def next_midnight(milliseconds: int, timezone: str) -> int:
    """When the next day begins there, in milliseconds; right on days of 23 or 25 hours too."""
    zone = ZoneInfo(timezone)
    tomorrow = datetime.fromtimestamp(milliseconds / 1000, zone).date() + timedelta(days=1)
    return int(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).timestamp() * 1000)
