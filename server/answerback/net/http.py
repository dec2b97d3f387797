"""Shared HTTP helpers: JSON and problem responses, and bodies read within limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from ..errors import AppError, BadRequest, Timeout, TooLarge, WrongMediaType
from ..logs import bound

BODY_LIMIT = 64 * 1024
DEPTH_LIMIT = 16
RECEIVE_SECONDS = 10.0
WHOLE = "answerback.whole"
"""In the extensions of a request's scope, once all of it has come: nothing has to be waited for."""


def json_response(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response that is not cached."""
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
        **({"request_id": request_id} if (request_id := bound("request")) else {}),
        **error.extra,
    }
    return Response(orjson.dumps(data), error.status, headers, media_type="application/problem+json")


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object: at most 64 KB, within the time limit and nesting limit. Raises an AppError."""
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
        raise BadRequest("bad_json", "The body must be a JSON object without deep nesting.")
    return data


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body's bytes, within limits of size and time."""
    try:
        length = int(request.headers.get("content-length", "0"))
    except ValueError:
        raise BadRequest("bad_json", "Content-Length must be a number.") from None
    if length > limit:
        raise TooLarge("body_too_large")
    if WHOLE in request.scope.get("extensions", ()):
        return await _received(request, limit)
    try:
        async with asyncio.timeout(RECEIVE_SECONDS):
            return await _received(request, limit)
    except TimeoutError:
        raise Timeout("request_timeout") from None


async def _received(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge("body_too_large")
        parts.append(part)
    return b"".join(parts)


def _shallow(data: Any, depth: int = 0) -> bool:
    if depth > DEPTH_LIMIT:
        return False
    if isinstance(data, dict):
        return all(_shallow(value, depth + 1) for value in data.values())
    if isinstance(data, list):
        return all(_shallow(value, depth + 1) for value in data)
    return True
