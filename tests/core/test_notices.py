"""When owners are told: at once, each hour, or once a day at their hour, but not at night."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from answerback.core.notices import Hours, Pace, next_notice

SEOUL = "Asia/Seoul"


def ms(text: str, zone: str = SEOUL) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("pace", "now", "next"),
    [
        ("now", "2026-11-29 12:34", "2026-11-29 12:34"),
        ("now", "2026-11-29 22:00", "2026-11-30 07:00"),
        ("now", "2026-11-30 06:59", "2026-11-30 07:00"),
        ("hourly", "2026-11-29 12:34", "2026-11-29 13:00"),
        ("hourly", "2026-11-29 21:30", "2026-11-30 07:00"),
        ("daily", "2026-11-29 07:59", "2026-11-29 08:00"),
        ("daily", "2026-11-29 08:00", "2026-11-30 08:00"),
        ("daily", "2026-12-31 23:59", "2027-01-01 08:00"),
    ],
)
def test_next_notice_keeps_the_owners_hours(pace: Pace, now: str, next: str) -> None:
    assert next_notice(pace, Hours(), SEOUL, ms(now)) == ms(next)


def test_daily_notice_keeps_its_hour_through_a_clock_change() -> None:
    berlin = "Europe/Berlin"
    assert next_notice("daily", Hours(), berlin, ms("2026-10-24 09:00", berlin)) == ms("2026-10-25 08:00", berlin)


def test_never_has_no_next_and_equal_hours_are_never_quiet() -> None:
    assert next_notice("never", Hours(), SEOUL, 0) is None
    assert next_notice("now", Hours(8, 3, 3), SEOUL, ms("2026-11-29 03:00")) == ms("2026-11-29 03:00")
    assert [hour for hour in range(24) if Hours(8, 1, 4).quiet(hour)] == [1, 2, 3]
