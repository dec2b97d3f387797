"""When owners are notified: at once, hourly, or daily at their hour, outside quiet hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

NoticeKind = Literal["review", "comments", "questions", "changes"]
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
"""What waits for a decision (held, reported); what was published; what the AI could not answer, or drafted; what was
edited or removed by its author, or corrected by somebody else on the team."""
Pace = Literal["now", "hourly", "daily", "never"]
PACES: tuple[Pace, ...] = get_args(Pace)
DEFAULTS: dict[NoticeKind, Pace] = {"review": "now", "comments": "daily", "questions": "daily", "changes": "never"}
"""For owners and moderators; readers are told of nothing unless they ask for it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """An owner's hours: of the daily mail, and the quiet hours (none if equal)."""

    hour: int = 8
    quiet_from: int = 22
    quiet_until: int = 7

    def quiet(self, hour: int) -> bool:
        """Whether this hour of the day is quiet."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until


def next_notice(pace: Pace, hours: Hours, zone: str, now: int) -> int | None:
    """When the next mail of this pace is due, in ms since 1970; None for never. `zone` is an IANA time zone. The daily
    mail ignores quiet hours."""
    if pace == "never":
        return None
    at = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    if pace == "daily":
        day = at if at.hour < hours.hour else at + timedelta(days=1)
        at = day.replace(hour=hours.hour, minute=0, second=0, microsecond=0)
    else:
        if pace == "hourly":
            at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        while hours.quiet(at.hour):
            at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return round(at.timestamp() * 1000)
