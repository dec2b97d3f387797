"""Returns free memory that glibc's heaps keep, one heap a thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache


@cache
def _trim() -> Callable[[int], int] | None:
    import ctypes  # takes memory that commands do not need

    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # musl, macOS
        return None
    return found


def trim() -> None:
    """Returns free heap memory to the system if the C library is glibc; takes about a millisecond."""
    call = _trim()
    if call is not None:
        call(0)
