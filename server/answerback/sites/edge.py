"""The edge: who may call, what is read, how errors look. Rules of CORS and CSRF per site (docs/api.md)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from ..core.comments import is_text
from ..errors import (
    AppError,
    BadRequest,
    Forbidden,
    MethodNotAllowed,
    Timeout,
    TooLarge,
    WrongMediaType,
)
from ..settings import Settings
from .settings import Site
from .store import SiteDirectory

log = logging.getLogger(__name__)

BODY_LIMIT = 64 * 1024
DEPTH_LIMIT = 16
RECEIVE_SECONDS = 10.0
SHARES_OF_NETWORK = 8
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Content-Type, X-Answerback, Authorization, Accept, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


@dataclass(slots=True)
class Call:
    """One checked call: its site, where it comes from, its query and its JSON body."""

    request: Request
    site: Site
    origin: str | None
    address: str
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def query(self) -> QueryParams:
        return self.request.query_params

    def text(self, name: str, limit: int, *, required: bool = False, default: str = "") -> str:
        """A string of the body, at most `limit` characters. Raises BadRequest."""
        return _text(name, self.body.get(name), limit, required=required, default=default)

    def page(self) -> str:
        """The thread's key, from the query or the body. Raises BadRequest."""
        value = self.query.get("page") if "page" in self.query else self.body.get("page")
        return _text("page", value, 500, required=True)


Handler = Callable[[Call], Awaitable[Response]]


def _text(name: str, value: Any, limit: int, *, required: bool = False, default: str = "") -> str:
    if value is None and not required:
        return default
    if not isinstance(value, str):
        raise BadRequest("validation_failed", f"{name}: must be a text.")
    if len(value) > limit:
        raise BadRequest("validation_failed", f"{name}: must have at most {limit} characters.")
    if required and not value.strip():
        raise BadRequest("validation_failed", f"{name}: must not be empty.")
    if not is_text(value):
        raise BadRequest("validation_failed", f"{name}: has characters that are no text.")
    return value


# ---- responses


def json_response(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that no cache keeps."""
    return Response(
        orjson.dumps(data),
        status,
        {"Cache-Control": "no-store", "Vary": "Origin", **(headers or {})},
        media_type="application/json",
    )


def problem(error: AppError) -> Response:
    """An error as problem+json (RFC 9457)."""
    headers = {"Cache-Control": "no-store", "Vary": "Origin"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, error.retry_after))
    data = {
        "type": f"urn:answerback:problem:{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        **error.extra,
    }
    return Response(orjson.dumps(data), error.status, headers, media_type="application/problem+json")


# ---- where a call comes from


def client_address(request: Request, trusted: tuple[str, ...]) -> str:
    """The caller's address; X-Forwarded-For is believed only as far as listed proxies wrote it."""
    peer = request.client.host if request.client else "127.0.0.1"
    written = ",".join(request.headers.getlist("x-forwarded-for"))  # some proxies add a line of their own
    hops = [_without_port(part.strip()) for part in written.split(",") if part.strip()]
    while trusted and hops and _in_networks(peer, trusted):
        peer = hops.pop()
    try:
        ip_address(peer)
    except ValueError:
        return "0.0.0.0"
    return peer


def _without_port(hop: str) -> str:
    """An address as some proxies write it: `198.51.100.7:4711`, `[2001:db8::1]:4711`."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _in_networks(address: str, networks: tuple[str, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):  # what a socket for both kinds makes of IPv4
        parsed = parsed.ipv4_mapped or parsed
    return any(parsed in ip_network(network) for network in networks)


@lru_cache(4_096)
def address_key(address: str, day: str, secret: str) -> str:
    """A keyed hash of an IPv4 address that changes each day: enough to count by, not to know by.

    Of an IPv6 address, that of its /48, a dot, and that of its /64, which is what one household has at least.
    """
    parsed: IPv4Address | IPv6Address = ip_address(address)
    counted: list[object] = [parsed]
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        counted = [IPv6Network((int(parsed), length), strict=False) for length in (48, 64)]
    elif isinstance(parsed, IPv6Address):
        counted = [parsed.ipv4_mapped]
    return ".".join(
        hmac.new(secret.encode(), f"{day}|{each}".encode(), hashlib.sha256).hexdigest()[:24] for each in counted
    )


def shares(key: str, most: int) -> list[tuple[str, int]]:
    """By what is counted what an `address_key`, whatever stands before it, may do `most` times.

    The key itself, and of IPv6 its /48 as well, `SHARES_OF_NETWORK` times as often: whoever has one has 65,536 /64.
    """
    network, dot, _ = key.partition(".")
    return [(key, most), (network, most * SHARES_OF_NETWORK)] if dot else [(key, most)]


# ---- reading


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object of at most 64 KB, in time, not too deep. Raises an AppError."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise WrongMediaType("unsupported_media_type")
    body = await read_body(request)
    if not body:
        return {}
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("bad_json") from None
    if not isinstance(data, dict) or not _shallow(data):
        raise BadRequest("bad_json", "The body is a JSON object that is not deeply nested.")
    return data


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body's bytes, with a cap on size and time."""
    try:
        length = int(request.headers.get("content-length", "0"))
    except ValueError:
        raise BadRequest("bad_json", "The Content-Length is not a number.") from None
    if length > limit:
        raise TooLarge("body_too_large")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(RECEIVE_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise TooLarge("body_too_large")
                parts.append(part)
    except TimeoutError:
        raise Timeout("request_timeout") from None
    return b"".join(parts)


def _shallow(data: Any, depth: int = 0) -> bool:
    if depth > DEPTH_LIMIT:
        return False
    if isinstance(data, dict):
        return all(_shallow(value, depth + 1) for value in data.values())
    if isinstance(data, list):
        return all(_shallow(value, depth + 1) for value in data)
    return True


class Edge:
    """Makes handlers of checked calls into endpoints: origin first, then site, then everything else."""

    def __init__(self, settings: Settings, sites: SiteDirectory) -> None:
        self._settings = settings
        self._sites = sites
        self._own = settings.public_origin

    def endpoint(self, *, own_pages_only: bool = False, **methods: Handler) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint for the given methods; `own_pages_only` refuses every site's page (passwords)."""

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
                    raise Forbidden("origin_not_allowed")
                allowed = origin is not None
                response = await handler(await self._check(request, origin, own_pages_only=own_pages_only))
                if request.method == "HEAD" and isinstance(response, StreamingResponse):  # it would never end
                    response = Response(headers=dict(response.headers))
            except AppError as error:
                allowed = allowed and error.code != "origin_not_allowed"
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

    async def _check(self, request: Request, origin: str | None, *, own_pages_only: bool) -> Call:
        unsafe = request.method not in SAFE_METHODS
        if own_pages_only and origin not in (None, self._own):
            raise Forbidden("origin_not_allowed")
        if unsafe and request.headers.get("x-answerback") != "1":
            raise BadRequest("header_required")
        body = await read_json(request) if unsafe else {}
        site = await self._sites.get(_site_key(request, body))
        if origin is not None and origin != self._own and origin not in site.origins:
            raise Forbidden("origin_not_allowed")
        address = client_address(request, self._settings.trusted_proxies)
        return Call(request, site, origin, address, body)


def allow_origin(response: Response, origin: str) -> None:
    """The headers that let this one origin read the response."""
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    response.headers.setdefault("Vary", "Origin")  # each response of ours that varies otherwise names it, too


def _site_key(request: Request, body: dict[str, Any]) -> str:
    """The site that a call names: in the query, in the body, or by its bearer token."""
    key = request.query_params.get("site") or body.get("site")
    if key is None:
        bearer = bearer_token(request)
        key = bearer.partition(".")[0] if bearer else None
    if not isinstance(key, str) or not key:
        raise BadRequest("site_required")
    return key


def bearer_token(request: Request) -> str | None:
    """The bearer token of the call, which begins with its site's key and a dot; None without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
