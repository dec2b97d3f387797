"""Routes of the application."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ..admin.routes import admin_routes
from ..comments.embedded_thread import EmbedViews
from ..comments.plain_thread import ThreadViews
from ..comments.report_pages import ReportPages
from ..errors import AppError, MethodNotAllowed, NotFound
from ..net.http import problem
from ..notify.mail_in_handlers import MailInHandlers
from ..sites.edge import Edge
from ..sites.refusals import Refusals
from ..sites.sightings import Sightings
from ..web import assets
from . import widget_files as widget
from .api_table import API, ApiCall
from .health import machine_routes
from .security_txt import security_route
from .services import Services

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def api_routes(services: Services) -> list[Route]:
    """Everything under `/api/`, with and without a trailing slash."""
    runtime = services.runtime
    refusals = Refusals(runtime.db, runtime.clock, runtime.sites)
    edge = Edge(runtime.settings, runtime.sites, refusals, Sightings(runtime.db, runtime.clock))
    by_path: dict[str, list[ApiCall]] = {}
    for call in API:
        by_path.setdefault(call.path, []).append(call)
    routes = []
    for path, calls in by_path.items():
        handlers = {call.method: call.handler(services) for call in calls}
        endpoint = edge.endpoint(own_origin_only=any(call.own_origin_only for call in calls), **handlers)
        routes += [Route(each, endpoint, methods=METHODS) for each in (path, path.rstrip("/"))]
    return routes


def page_routes(services: Services) -> list[BaseRoute]:
    """Routes beside the API: pages on our own origin, the widget's files, health."""
    runtime = services.runtime
    return [
        *admin_routes(
            runtime,
            services.deciding,
            services.updates,
            services.knowledge,
            services.invitations,
            services.accounts.erasing,
            services.log_index,
            services.spam,
            services.notices,
            services.webhooks,
            services.factors,
            services.posting,
        ),
        *services.accounts.routes(),
        *services.subscriptions.pages.routes(),
        *services.subscriptions.bounces.routes(),
        *services.agents.handlers.routes(),
        *MailInHandlers(runtime.settings, services.replies).routes(),
        *machine_routes(runtime, services.servers, services.metrics, services.meter),
        security_route(runtime.settings, runtime.clock),
        *ThreadViews(runtime, services.snapshots).routes(),
        *EmbedViews(runtime, services.snapshots).routes(),
        *ReportPages(runtime, services.reporting).routes(),
        *assets.ROUTES,
        *widget.ROUTES,
    ]


async def _not_found(request: Request, error: Exception) -> Response:
    return problem(NotFound())


async def _not_allowed(request: Request, error: Exception) -> Response:
    return problem(MethodNotAllowed("method_not_allowed"))


async def _failed(request: Request, error: Exception) -> Response:
    return problem(error if isinstance(error, AppError) else AppError("internal"))


ERRORS = {404: _not_found, 405: _not_allowed, AppError: _failed, Exception: _failed}
"""Handlers for errors outside our own endpoints."""
