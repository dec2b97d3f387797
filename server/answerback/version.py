"""The package's version."""

from __future__ import annotations

from functools import cache


@cache
def version() -> str:
    """As it was built (server/package_version.py)."""
    from importlib.metadata import version

    return version("answerback")
