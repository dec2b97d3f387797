"""What is not for people: health, readiness, figures for Prometheus, the API's description."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..answers.store import waiting
from ..db.database import Database
from ..live.bus import Bus
from ..metrics import Metrics
from ..net.http import json_response
from ..version import version
from .openapi import openapi

PROBE_SECONDS = 5


def machine_routes(db: Database, bus: Bus, metrics: Metrics) -> list[Route]:
    """For load balancers and programs."""

    async def healthz(request: Request) -> Response:
        return json_response({"status": "ok", "version": version()})

    async def readyz(request: Request) -> Response:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await db.probe()
        except Exception:
            return json_response({"status": "unavailable"}, 503)
        return json_response({"status": "ok"})

    async def figures(request: Request) -> Response:
        states = {"queued": 0, "streaming": 0} | await db.read(waiting)
        return Response(
            metrics.text(_now(states, bus.readers)),
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


def _now(states: Mapping[str, int], readers: int) -> dict[str, tuple[str, Any]]:
    gauges: dict[str, tuple[str, Any]] = {
        "answerback_answers_waiting": ("Answers in the queue, and those being written, of all processes.", states),
        "answerback_readers": ("Open event streams.", readers),
    }
    used = resource.getrusage(resource.RUSAGE_SELF)
    gauges["answerback_cpu_seconds"] = ("CPU time of this process since its start.", used.ru_utime + used.ru_stime)
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        gauges["answerback_memory_bytes"] = ("Resident memory of this process.", pages * os.sysconf("SC_PAGE_SIZE"))
    return gauges
