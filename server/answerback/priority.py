"""How urgent the work of a thread is."""

from __future__ import annotations

import os
import sys
import threading


def step_back(niceness: int = 10) -> None:
    """Whoever reads goes first: where threads have a niceness of their own (Linux), this one yields the processor."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
