"""In place of the local embedding model's process: a text means how long it is, and whether it is a question."""

from __future__ import annotations

import os
from array import array
from typing import Any


def embed(args: dict[str, Any], body: bytes) -> tuple[Any, bytes]:
    """`!` ends the process as a model would that has no memory left; `?` never comes to an end."""
    if "!" in args["texts"]:
        os._exit(1)
    while "?" in args["texts"]:
        pass
    numbers = array("f")
    for text in args["texts"]:
        numbers.extend([float(len(text)), float(args["form"] == "query"), float(len(args["texts"]))])
    return {"size": 3}, numbers.tobytes()


TASKS = {"embed": embed}
