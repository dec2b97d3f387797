"""Pieces of SQL that depend on values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def in_list(name: str, values: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    """The inside of `IN (…)`, with its parameters `name0`, `name1`, …; an empty one holds nothing."""
    params = {f"{name}{number}": value for number, value in enumerate(values)}
    return ", ".join(f":{each}" for each in params) or "NULL", params


def containing(text: str) -> str:
    """The pattern of `LIKE :pattern ESCAPE '!'` for what has this text in it."""
    return f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
