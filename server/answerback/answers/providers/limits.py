"""Deadlines and token limits of each model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Limits", "limits_of", "read_limits"]


class Limits(NamedTuple):
    """Seconds to the first token, and seconds and tokens of an answer."""

    first: float
    total: float
    tokens: int


def read_limits(text: str) -> dict[str, Limits]:
    """Parses the setting: `model=first/total/tokens`, comma-separated; `*` is any model."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        model, _, numbers = part.rpartition("=")
        first, total, tokens = map(int, numbers.split("/"))
        found[model] = Limits(first, max(first, total), tokens)
    return found


def limits_of(limits: Mapping[str, Limits], model: str) -> Limits | None:
    """The limits set for a model, if any."""
    return limits.get(model) or limits.get("*")
