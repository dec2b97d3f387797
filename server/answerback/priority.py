"""Scheduling priorities of threads."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def step_back(niceness: int = 10) -> None:
    """Lowers this thread's priority in favour of requests, on systems where threads have their own niceness (Linux)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


def at_half_speed(progress: Callable[P, None]) -> Callable[P, None]:
    """A progress callback that halves the speed of the work: a call pauses for as long as the work before it took."""
    resumed = time.monotonic()

    def report(*args: P.args, **kwargs: P.kwargs) -> None:
        nonlocal resumed
        progress(*args, **kwargs)
        time.sleep(time.monotonic() - resumed)
        resumed = time.monotonic()

    return report


async def in_background(work: Callable[[], T]) -> T:
    """Runs long work in a low-priority thread of its own, which does not delay a server's shutdown."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(set_value: Callable[[Any], None], value: object) -> None:
        if not future.done():
            set_value(value)

    def run() -> None:
        step_back()
        try:
            outcome: tuple[Any, object] = future.set_result, work()
        except BaseException as error:
            outcome = future.set_exception, error
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, daemon=True).start()
    return await future
