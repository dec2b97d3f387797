"""Typed access to values of foreign JSON objects."""

from __future__ import annotations

from typing import Any


def text(record: dict[str, Any], *names: str) -> str:
    """The first nonempty of these fields."""
    for name in names:
        value = record.get(name)
        if isinstance(value, dict):  # as MongoDB and LeanCloud export ids and times
            value = next((value[key] for key in ("$oid", "$numberLong", "$date", "iso") if key in value), None)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def count(record: dict[str, Any], *names: str) -> int:
    """The first of these fields that is a number, or the length of a list."""
    for name in names:
        value = record.get(name)
        if isinstance(value, list):
            return len(value)
        if isinstance(value, str) and value.isdecimal() and len(value) < 10:
            value = int(value)
        if type(value) is int and 0 <= value < 10**9:
            return value
    return 0


def flag(record: dict[str, Any], *names: str) -> bool:
    """Whether any of these fields is true, in any notation."""
    return any(record.get(name) in (True, 1, "true", "True", "1") for name in names)


def inner(record: dict[str, Any], name: str) -> dict[str, Any]:
    """The object in a field; empty if there is none."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none if it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
