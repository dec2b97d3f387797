"""How figures and moments are written on our pages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def cost(microusd: int | None) -> str:
    """US dollars from millionths: `$0.0012`, `$1.25`, `under $0.0001`, a dash where the price is not known."""
    if microusd is None:
        return "–"
    dollars = microusd / 1_000_000
    if 0 < microusd < 100:
        return "under $0.0001"
    return "$0" if not microusd else f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def duration(milliseconds: int | None) -> str:
    """How long something took: `640 ms`, `2.4 s`, a dash where it did not happen."""
    if milliseconds is None:
        return "–"
    return f"{milliseconds} ms" if milliseconds < 1_000 else f"{milliseconds / 1_000:,.1f} s"


def number(value: int) -> str:
    """A count with separators."""
    return f"{value:,}"


def local_time(moment: int, timezone: str) -> str:
    """A moment in milliseconds as it is read there: `5 Mar 2026, 14:30`."""
    local = datetime.fromtimestamp(moment // 1000, ZoneInfo(timezone))
    return f"{local:%-d %b %Y, %H:%M}"
