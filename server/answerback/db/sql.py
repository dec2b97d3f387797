"""SQL fragments that depend on values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

LONGEST_LIST = 120
"""Values that have a parameter each: databases take some thousands at most, and are slow long before."""


def in_list(name: str, values: Iterable[str] | Iterable[int]) -> tuple[str, dict[str, Any]]:
    """The inside of `IN (…)` for any number of values, with parameters `name0`, `name1`, …, or `name` alone for a long
    list; an empty list matches nothing."""
    listed = list(values)
    if len(listed) > LONGEST_LIST:
        key = "key" if isinstance(listed[0], str) else "CAST(key AS BIGINT)"
        # Keys of a JSON object: both databases return those as text.
        keys = orjson.dumps(dict.fromkeys(map(str, listed))).decode()
        return f"SELECT {key} FROM json_each(:{name})", {name: keys}
    params = {f"{name}{number}": value for number, value in enumerate(listed)}
    return ", ".join(f":{each}" for each in params) or "NULL", params


def containing(text: str) -> str:
    """A pattern for `LIKE :pattern ESCAPE '!'` that matches text containing this one."""
    return f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
