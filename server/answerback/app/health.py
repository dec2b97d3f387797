"""What is not for people: health, readiness, figures for Prometheus, the API's description."""

from __future__ import annotations

import asyncio
import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..answers.store import waiting
from ..maintenance.status import read_status
from ..metrics import Metrics
from ..net.http import json_response
from ..runtime import Runtime
from ..version import version
from .openapi import openapi

PROBE_SECONDS = 5
DATABASE_UP = "Whether the database can be read."


def machine_routes(runtime: Runtime, metrics: Metrics) -> list[Route]:
    """For load balancers and programs."""

    async def healthz(request: Request) -> Response:
        return json_response({"status": "ok", "version": version()})

    async def readyz(request: Request) -> Response:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await runtime.db.probe()
        except Exception:
            return json_response({"status": "unavailable"}, 503)
        return json_response({"status": "ok"})

    async def figures(request: Request) -> Response:
        gauges = _of_process(runtime.bus.readers)
        try:  # figures are wanted most when the database is away
            async with asyncio.timeout(PROBE_SECONDS):
                gauges |= await _of_database(runtime)
        except Exception:
            gauges["answerback_database_up"] = (DATABASE_UP, 0)
        return Response(
            metrics.text(gauges),
            headers={"Cache-Control": "no-store", "Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    async def specification(request: Request) -> Response:
        return json_response(openapi(), headers={"Access-Control-Allow-Origin": "*"})

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", figures),
        Route("/api/openapi.json", specification),
    ]


async def _of_database(runtime: Runtime) -> dict[str, tuple[str, Any]]:
    states = {"queued": 0, "streaming": 0} | await runtime.db.read(waiting)
    status = await read_status(runtime.db, runtime.free_bytes, runtime.clock.now())
    gauges: dict[str, tuple[str, Any]] = {
        "answerback_database_up": (DATABASE_UP, 1),
        "answerback_answers_waiting": ("Answers in the queue, and those being written, of all processes.", states),
        "answerback_database_bytes": ("Size of the database.", status.database_bytes),
    }
    if status.free_bytes is not None:
        gauges["answerback_disk_free_bytes"] = ("Free bytes on the disk of the database.", status.free_bytes)
    if status.good_backup is not None:
        gauges["answerback_last_backup_timestamp_seconds"] = (
            "When the last good backup was made.", status.good_backup.at / 1000
        )  # fmt: skip
    for name, run in (("backup", status.backup), ("integrity", status.integrity)):
        if run is not None:
            gauges[f"answerback_last_{name}_ok"] = (f"Whether the last {name} run was good.", int(run.outcome == "ok"))
    return gauges


def _of_process(readers: int) -> dict[str, tuple[str, Any]]:
    gauges: dict[str, tuple[str, Any]] = {"answerback_readers": ("Open event streams.", readers)}
    used = resource.getrusage(resource.RUSAGE_SELF)
    gauges["answerback_cpu_seconds"] = ("CPU time of this process since its start.", used.ru_utime + used.ru_stime)
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        gauges["answerback_memory_bytes"] = ("Resident memory of this process.", pages * os.sysconf("SC_PAGE_SIZE"))
    return gauges
