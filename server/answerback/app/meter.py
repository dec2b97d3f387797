"""Samples event-loop lag and memory twice a second."""

from __future__ import annotations

import asyncio
import itertools
import os
import resource
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..metrics import Metrics
from .heap import trim

SECONDS = 0.5
TRIMMED_AFTER = 60
"""Samples between two returns of free memory to the system."""


class ProcessMeter:
    """Sets this process's gauges; `streams` and `running` return the number of open streams and running answers."""

    def __init__(self, metrics: Metrics, streams: Callable[[], int], running: Callable[[], int]) -> None:
        self._metrics = metrics
        self._streams = streams
        self._running = running
        self._cpu = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts sampling."""
        self._task = asyncio.create_task(self._measure())

    async def close(self) -> None:
        """Stops sampling."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def look(self) -> None:
        """Sets the gauges once."""
        metrics = self._metrics
        metrics.flush()
        metrics.streams.set(self._streams())
        metrics.running.set(self._running())
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime
        metrics.cpu.inc(max(0.0, cpu - self._cpu))
        self._cpu = cpu
        with suppress(OSError):
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
            metrics.memory.set(pages * os.sysconf("SC_PAGE_SIZE"))

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        for number in itertools.count(1):
            if number % TRIMMED_AFTER == 0:
                await asyncio.to_thread(trim)  # the more memory is free, the longer it takes
            self.look()
            due = loop.time() + SECONDS
            await asyncio.sleep(SECONDS)
            self._metrics.loop_lag.observe(max(0.0, loop.time() - due))
