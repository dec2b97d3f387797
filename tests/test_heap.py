"""Memory that nobody needs any more goes back to the system."""

from __future__ import annotations

import os
from pathlib import Path

from answerback.app.heap import trim


def resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_trimming_gives_free_memory_back() -> None:
    blocks = [bytes(2_000) for _ in range(20_000)]
    blocks[:-1] = []  # the last one keeps the heap from shrinking by itself
    full = resident()
    trim()
    assert full - resident() > 30_000_000
    assert len(blocks) == 1
