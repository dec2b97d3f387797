"""The package's version."""

from __future__ import annotations

from functools import cache


@cache
def version() -> str:
    """The version of the build (server/package_version.py)."""
    from importlib.metadata import version

    return version("answerback")
