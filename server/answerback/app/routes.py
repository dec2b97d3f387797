"""Which address is answered by which handler."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ..admin.pages.log import admin_routes
from ..comments.plain_thread import ThreadPages
from ..errors import AppError, MethodNotAllowed, NotFound
from ..live.bus import page_channel
from ..live.handlers import page_events
from ..net.http import problem
from ..sites.edge import Edge
from . import widget_files as widget
from .health import machine_routes
from .services import Services

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def api_routes(services: Services) -> list[Route]:
    """Everything under `/api/`, with and without the last slash."""
    accounts, threads, answers = services.accounts, services.threads, services.answers
    edge = Edge(services.settings, services.sites)
    live = page_events(
        services.bus, lambda site, page: services.streams.on(page_channel(site, page)), services.settings.secret_key[-1]
    )
    endpoints = {  # what is called most comes first
        "/api/comments": edge.endpoint(GET=threads.read, POST=threads.post),
        "/api/session": edge.endpoint(GET=threads.session, POST=accounts.people.begin),
        "/api/session/bearer": edge.endpoint(POST=accounts.people.bearer),
        "/api/session/exchange": edge.endpoint(POST=accounts.handover.exchange),
        "/api/session/sso": edge.endpoint(POST=accounts.sign_on.sign_on),
        "/api/user/register": edge.endpoint(POST=accounts.people.register, own_pages_only=True),
        "/api/user/login": edge.endpoint(POST=accounts.people.login, own_pages_only=True),
        "/api/user/logout": edge.endpoint(POST=accounts.people.logout),
        "/api/user": edge.endpoint(PATCH=accounts.api.rename),
        "/api/user/sessions": edge.endpoint(GET=accounts.api.list_sessions),
        "/api/user/sessions/{id}": edge.endpoint(DELETE=accounts.api.end_session),
        "/api/chat/gpt": edge.endpoint(GET=answers.history, POST=answers.chat),
        "/api/chat/gpt/{id}/answer": edge.endpoint(DELETE=answers.stop_chat),
        "/api/comments/preview": edge.endpoint(POST=threads.preview),
        "/api/comments/{id}": edge.endpoint(PATCH=threads.edit, DELETE=threads.delete),
        "/api/comments/{id}/vote": edge.endpoint(PUT=threads.vote),
        "/api/comments/{id}/report": edge.endpoint(POST=threads.report),
        "/api/comments/{id}/answer": edge.endpoint(POST=answers.ask, DELETE=answers.stop),
        "/api/comments/{id}/history": edge.endpoint(GET=services.before.history),
        "/api/answered": edge.endpoint(GET=services.before.look),
        "/api/answers/{id}/feedback": edge.endpoint(PUT=answers.feedback),
        "/api/counts": edge.endpoint(GET=threads.counts),
        "/api/events": edge.endpoint(GET=live),
        "/api/feed": edge.endpoint(GET=threads.feed),
    }
    return [Route(path + end, call, methods=METHODS) for path, call in endpoints.items() for end in ("/", "")]


def page_routes(services: Services) -> list[BaseRoute]:
    """What browsers and programs read beside the API: the pages of our own origin, the widget's files, health."""
    return [
        *admin_routes(
            services.settings, services.db, services.clock, services.ids, services.posting, services.sites,
            services.knowledge,
        ),
        *services.accounts.routes(),
        *machine_routes(services.db, services.bus, services.metrics),
        *ThreadPages(services.settings, services.db, services.sites, services.snapshots).routes(),
        *widget.ROUTES,
    ]  # fmt: skip


async def _not_found(request: Request, error: Exception) -> Response:
    return problem(NotFound())


async def _not_allowed(request: Request, error: Exception) -> Response:
    return problem(MethodNotAllowed("method_not_allowed"))


async def _failed(request: Request, error: Exception) -> Response:
    return problem(error if isinstance(error, AppError) else AppError("internal"))


ERRORS = {404: _not_found, 405: _not_allowed, AppError: _failed, Exception: _failed}
"""What is sent for an error of calls that do not see to theirs themselves."""
