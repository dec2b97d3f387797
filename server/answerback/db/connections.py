"""Shared by both kinds of connections."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)

READERS = 4


def follow_up(calls: Iterable[Callable[[], None]]) -> None:
    """Runs the callbacks of a committed write. One that raises affects neither the write nor the others."""
    for call in calls:
        try:
            call()
        except Exception:
            log.exception("the write is saved, but not all that follows it was done")
