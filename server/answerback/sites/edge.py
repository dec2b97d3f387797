"""The API's outer layer: who may call for a site, CORS and CSRF (docs/api.md)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from ..core.comments import PAGE_LIMIT, SAID_LIMIT, is_text
from ..errors import AppError, BadRequest, Forbidden, MethodNotAllowed
from ..logs import bind
from ..net.addresses import client_address
from ..net.http import BODY_LIMIT, problem, read_json
from ..settings import Settings
from .refusals import Refusals
from .settings import Site
from .sightings import Sightings
from .store import SiteDirectory

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Content-Type, X-Answerback, Authorization, Accept, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


@dataclass(slots=True)
class Call:
    """A checked call: its site, origin, query and JSON body."""

    request: Request
    site: Site
    origin: str | None
    address: str
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def query(self) -> QueryParams:
        """The query parameters."""
        return self.request.query_params

    def text(self, name: str, limit: int = BODY_LIMIT, *, required: bool = False, default: str = "") -> str:
        """A string from the body, at most `limit` characters. Raises BadRequest."""
        return _text(name, self.body.get(name), limit, required=required, default=default)

    def page(self) -> str:
        """The thread's key, from the query or the body. Raises BadRequest."""
        value = self.query.get("page") if "page" in self.query else self.body.get("page")
        return read_page(value, self.site)


Handler = Callable[[Call], Awaitable[Response]]


def read_page(value: Any, site: Site) -> str:
    """The key of a site's thread, in any form that clients use; one that is too long is rejected, since truncated it
    would be another page's. Raises BadRequest."""
    return _text("page", site.pages.key(_text("page", value, SAID_LIMIT, required=True)), PAGE_LIMIT)


def _text(name: str, value: Any, limit: int, *, required: bool = False, default: str = "") -> str:
    if value is None and not required:
        return default
    if not isinstance(value, str):
        raise BadRequest("validation_failed", f"{name}: must be a string.")
    if len(value) > limit:
        raise BadRequest("validation_failed", f"{name}: must have at most {limit} characters.")
    if required and not value.strip():
        raise BadRequest("validation_failed", f"{name}: must not be empty.")
    if not is_text(value):
        raise BadRequest("validation_failed", f"{name}: contains characters that are not text.")
    return value


class Edge:
    """Turns handlers of checked calls into endpoints: checks the origin first, then the site, then the rest."""

    def __init__(self, settings: Settings, sites: SiteDirectory, refusals: Refusals, sightings: Sightings) -> None:
        self._settings = settings
        self._sites = sites
        self._refusals = refusals
        self._sightings = sightings
        self._own = settings.public_origin

    def endpoint(
        self, *, own_origin_only: bool = False, **methods: Handler
    ) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint for the given methods; `own_origin_only` rejects sites' origins (for passwords)."""

        async def serve(request: Request) -> Response:
            origin = request.headers.get("origin")
            allowed = False
            try:
                if request.method == "OPTIONS":
                    return await self._preflight(origin)
                handler = methods.get("GET" if request.method == "HEAD" else request.method)
                if handler is None:
                    raise MethodNotAllowed("method_not_allowed")
                if origin is not None and not await self._known(origin):
                    raise await self._refusals.refuse(origin, request.query_params.get("site", ""))
                allowed = origin is not None
                response = await handler(await self._check(request, origin, own_origin_only=own_origin_only))
                if request.method == "HEAD" and isinstance(response, StreamingResponse):  # would never end
                    response = Response(headers=dict(response.headers))
            except AppError as error:
                # This refusal is all that a foreign page may read: it says what to do.
                allowed = allowed or error.code == "origin_not_allowed"
                response = problem(error)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception:
                log.exception("unexpected error", extra={"path": request.scope.get("route_path")})
                response = problem(AppError("internal"))
            if allowed and origin is not None:
                allow_origin(response, origin)
            return response

        return serve

    async def _known(self, origin: str) -> bool:
        return origin == self._own or await self._sites.has_origin(origin)

    async def _preflight(self, origin: str | None) -> Response:
        if origin is None or not await self._known(origin):
            return problem(Forbidden("origin_not_allowed"))
        response = Response(status_code=204, headers={**PREFLIGHT_HEADERS, "Vary": "Origin"})
        allow_origin(response, origin)
        return response

    async def _check(self, request: Request, origin: str | None, *, own_origin_only: bool) -> Call:
        unsafe = request.method not in SAFE_METHODS
        if own_origin_only and origin not in (None, self._own):
            raise Forbidden("origin_not_allowed")
        if unsafe and request.headers.get("x-answerback") != "1":
            raise BadRequest("header_required")
        body = await read_json(request) if unsafe else {}
        key = _site_key(request, body)
        try:
            site = await self._sites.get(key, None if origin == self._own else origin)
        except Forbidden:
            raise await self._refusals.refuse(origin or "", key) from None
        bind(site=site.key)
        await self._sightings.see(site, origin, request.query_params.get("page", ""))
        address = client_address(request, self._settings.trusted_proxies)
        return Call(request, site, origin, address, body)


def allow_origin(response: Response, origin: str) -> None:
    """The headers that allow this one origin to read the response."""
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After, X-Request-Id"
    response.headers.setdefault("Vary", "Origin")  # responses with their own Vary include Origin already


def _site_key(request: Request, body: dict[str, Any]) -> str:
    """The site's key: from the query, the body, or the bearer token."""
    key = (request.query_params.get("site") if request.scope["query_string"] else None) or body.get("site")
    if key is None:
        bearer = bearer_token(request)
        key = bearer.partition(".")[0] if bearer else None
    if not isinstance(key, str) or not key:
        raise BadRequest("site_required")
    return key


def bearer_token(request: Request) -> str | None:
    """The call's bearer token, which begins with its site's key and a dot; None without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
