"""Lazily compiled regular expressions: compiling all languages' patterns takes a tenth of a second, which neither a
command nor a server's start should pay."""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Stands in for a pattern and caches its methods after their first use."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._source), name)  # which `re` keeps
        setattr(self, name, found)
        return found


def lazy(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A lazy `re.compile`."""
    return cast("re.Pattern[str]", _Lazy(pattern, flags))
