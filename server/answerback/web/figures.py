"""Formats figures on our pages; a missing one is a dash."""

from __future__ import annotations

from ..i18n import cldr
from ..i18n.catalogue import texts

NONE = "–"


def cost(lang: str, microusd: int | None) -> str:
    """US dollars from millionths: `$0`, `under $0.0001`, `$0.0012`, `$1.25`."""
    if microusd is None:
        return NONE
    if 0 < microusd < 100:
        return texts(lang, "web")("under", amount=cldr.us_dollars(lang, 0.0001, digits=4))
    digits = 0 if not microusd else 2 if microusd >= 1_000_000 else 4
    return cldr.us_dollars(lang, microusd / 1_000_000, digits=digits)


def duration(lang: str, milliseconds: int | None) -> str:
    """A duration: `640 ms`, `2.4 sec`."""
    return NONE if milliseconds is None else cldr.time_taken(lang, milliseconds)


def number(lang: str, value: int) -> str:
    """A number with thousands separators."""
    return cldr.number(lang, value)
