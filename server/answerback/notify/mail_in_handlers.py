"""Endpoint for a mail provider that forwards replies."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import AsyncGenerator
from urllib.parse import parse_qs

import orjson
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..core.mail_replies import RAW_LIMIT
from ..errors import AppError, BadRequest, NotFound, Unauthorized, WrongMediaType
from ..net.http import json_response, problem, read_body
from ..settings import Settings
from .mail_replies import MailReplies

PATH = "/mail-in/"
FIELDS = ("email", "body-mime", "RawEmail", "raw")
"""Names that providers use for the whole mail in a form or in JSON: SendGrid, Mailgun, Postmark, and most others."""


class _Parser(MultiPartParser):
    spool_max_size = 2 * RAW_LIMIT  # never reached, so no file is written


class MailInHandlers:
    """Accepts mails from callers that know the secret."""

    def __init__(self, settings: Settings, replies: MailReplies) -> None:
        self._secret = settings.mail_in_secret
        self._replies = replies

    def routes(self) -> list[Route]:
        """The route of the endpoint."""
        return [Route(path, self.take, methods=["POST"]) for path in (PATH, PATH.rstrip("/"))]

    async def take(self, request: Request) -> Response:
        """`POST /mail-in/`: a mail as `message/rfc822`, in a form or in JSON. Returns 200 whatever the mail is, so that
        the provider does not retry in vain."""
        try:
            check_secret(request, self._secret)
            result = await self._replies.take(await _raw_mail(request))
        except AppError as error:
            return problem(error)
        return json_response({"result": result})


def check_secret(request: Request, secret: str) -> None:
    """Raises NotFound if no secret is configured, and Unauthorized unless the call carries it as a bearer token or as
    the password of basic authentication."""
    if not secret:
        raise NotFound
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            given = ""
    if not hmac.compare_digest(given.encode(), secret.encode()):
        raise Unauthorized("login_failed")


async def _raw_mail(request: Request) -> bytes:
    """Extracts the mail from a request. Raises an AppError."""
    body = await read_body(request, RAW_LIMIT)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("message/rfc822", "application/octet-stream", "text/plain"):
        return body
    if kind == "application/json":
        found = _of_json(body)
    elif kind == "application/x-www-form-urlencoded":
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=100)
        found = next((fields[name][0] for name in FIELDS if name in fields), "")
    elif kind == "multipart/form-data":
        found = await _of_multipart(request, body)
    else:
        raise WrongMediaType("unsupported_media_type", "A mail must come as message/rfc822, as a form or as JSON.")
    if not found:
        raise BadRequest("validation_failed", "The mail is missing: have the provider post it raw.")
    return found.encode("utf-8", "surrogateescape")


def _of_json(body: bytes) -> str:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("bad_json") from None
    values = [data.get(name) for name in FIELDS] if isinstance(data, dict) else []
    return next((value for value in values if isinstance(value, str)), "")


async def _of_multipart(request: Request, body: bytes) -> str:
    async def whole() -> AsyncGenerator[bytes]:
        yield body

    parser = _Parser(request.headers, whole(), max_files=50, max_fields=100, max_part_size=RAW_LIMIT)
    try:
        form = await parser.parse()
    except MultiPartException:
        raise BadRequest("validation_failed", "The form cannot be read.") from None
    try:
        found = next((form[name] for name in FIELDS if name in form), "")
        return found if isinstance(found, str) else (await found.read()).decode("utf-8", "surrogateescape")
    finally:
        await form.close()
