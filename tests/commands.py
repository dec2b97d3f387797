"""`answerback` commands in the tests' own process."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from answerback.cli import main
from answerback.settings import SETTINGS


def alone(work: Callable[[], Any]) -> None:
    """Run something in a thread of its own: the caller's event loop may be running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def clean_environment() -> dict[str, str]:
    """The environment without settings of ours."""
    ours = ("ANSWERBACK_", *{setting.name.partition("_")[0] + "_" for setting in SETTINGS})
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run_command(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run an `answerback` command in a thread, which may have an event loop of its own; stands for the process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in "oe")
    code: list[int] = []

    def work() -> None:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code.append(main(arguments, environment, io.BytesIO(stdin.encode())))
            except SystemExit as end:
                code.append(end.code if isinstance(end.code, int) else 0 if end.code is None else 1)

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    alone(work)
    root.handlers[:], root.level = handlers, level  # `serve` sets up a log of its own, on what has just been detached
    said = []
    for stream in (out, err):
        stream.seek(0)
        said.append(io.TextIOWrapper(stream.detach(), "utf-8").read())
    return subprocess.CompletedProcess(["answerback", *arguments], code[0], *said)
