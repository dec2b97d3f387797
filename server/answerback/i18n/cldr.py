"""Formats numbers, amounts and times for a language (Unicode CLDR). Babel takes 7 MB and 50 ms, so it is imported with
the first text that contains a number or a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from babel import Locale


@cache
def _locale(lang: str) -> Locale:
    from babel import Locale

    return Locale.parse(lang, sep="-")


def plural_category(lang: str, n: int) -> str:
    """The plural category of a number: `one`, `few`, `other`, …"""
    return str(_locale(lang).plural_form(n))


def plural_categories(lang: str) -> frozenset[str]:
    """All plural categories of a language, for whole numbers and fractions."""
    return frozenset(_locale(lang).plural_form.tags) | {"other"}


def text_direction(lang: str) -> str:
    """`ltr` or `rtl`."""
    return _locale(lang).text_direction


def own_name(lang: str) -> str:
    """A language's name in that language."""
    return str(_locale(lang).get_display_name())


def number(lang: str, n: int) -> str:
    """`1,234`"""
    from babel.numbers import format_decimal

    return format_decimal(n, locale=_locale(lang))


def us_dollars(lang: str, amount: float, *, digits: int = 2) -> str:
    """`$4.10`, `US$4.10`"""
    from babel.numbers import format_currency

    pattern = "¤#,##0" + "." * (digits > 0) + "0" * digits
    return format_currency(amount, "USD", pattern, locale=_locale(lang), currency_digits=False)


def time_taken(lang: str, milliseconds: int) -> str:
    """`640 ms`, `2.4 sec`"""
    from babel.units import format_unit

    if milliseconds < 1_000:
        return format_unit(milliseconds, "duration-millisecond", "short", locale=_locale(lang))
    return format_unit(round(milliseconds / 1_000, 1), "duration-second", "short", locale=_locale(lang))


def duration(lang: str, seconds: int) -> str:
    """`15 minutes`, `24 hours`: in the largest unit with a value of two or more."""
    from babel.dates import format_timedelta

    return format_timedelta(timedelta(seconds=seconds), threshold=2, locale=_locale(lang))


def date(lang: str, moment: str) -> str:
    """The date of a timestamp in the API's format: `Nov 29, 2026`."""
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMMd", datetime.fromisoformat(moment), locale=_locale(lang)))


def date_and_time(lang: str, moment: int, timezone: str) -> str:
    """A timestamp in milliseconds as a local date and time: `Nov 29, 2026, 16:05`."""
    from babel.dates import format_skeleton, get_datetime_format

    local, locale = datetime.fromtimestamp(moment // 1000, ZoneInfo(timezone)), _locale(lang)
    date, time = (format_skeleton(skeleton, local, locale=locale) for skeleton in ("yMMMd", "Hm"))
    return str(get_datetime_format("medium", locale)).format(time, date)
