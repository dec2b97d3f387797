"""Health, readiness, Prometheus metrics and the OpenAPI description."""

from __future__ import annotations

import asyncio

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..maintenance.servers import Servers
from ..metrics import Metrics
from ..net.http import json_response
from ..runtime import Runtime
from ..version import version
from .figures import Moment, Rows, add_files, add_rows, read_rows
from .meter import ProcessMeter
from .openapi import openapi

PROBE_SECONDS = 5


def machine_routes(runtime: Runtime, servers: Servers, metrics: Metrics, meter: ProcessMeter) -> list[Route]:
    """Routes for load balancers and other programs."""

    async def healthz(request: Request) -> Response:
        return json_response({"status": "ok", "version": version()})

    async def readyz(request: Request) -> Response:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await runtime.db.probe()
        except Exception:
            return json_response({"status": "unavailable"}, 503)
        return json_response({"status": "ok"} | ({"problems": servers.problems} if servers.problems else {}))

    async def figures(request: Request) -> Response:
        meter.look()
        moment = Moment()
        add_files(moment, runtime)
        try:  # metrics must not depend on the database
            async with asyncio.timeout(PROBE_SECONDS):
                rows: Rows | None = await read_rows(runtime)
        except Exception:
            rows = None
        moment.add("database_up", "Whether the database can be read.", rows is not None)
        if rows is not None:
            add_rows(moment, rows, is_sqlite=runtime.db.is_sqlite)
        return Response(
            metrics.text(moment), headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
        )

    async def specification(request: Request) -> Response:
        return json_response(openapi(), headers={"Access-Control-Allow-Origin": "*"})

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", figures),
        Route("/api/openapi.json", specification),
    ]
