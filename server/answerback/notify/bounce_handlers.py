"""Endpoint for a mail provider's reports of bounces and complaints; those addresses get no more mail."""

from __future__ import annotations

import logging

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..core.bounces import confirm_url, read_bounces
from ..core.emails import read_email
from ..errors import AppError, BadRequest
from ..net.http import json_response, problem, read_body
from ..settings import Settings
from .mail_in_handlers import PATH, check_secret
from .subscribing import Subscribing

log = logging.getLogger(__name__)

BOUNCES = f"{PATH}bounces/"
BODY_LIMIT = 1024 * 1024


class BounceHandlers:
    """Accepts reports from callers that know the secret."""

    def __init__(self, settings: Settings, subscribing: Subscribing) -> None:
        self._secret = settings.mail_in_secret
        self._subscribing = subscribing

    def routes(self) -> list[Route]:
        """The route of the endpoint."""
        return [Route(path, self.take, methods=["POST"]) for path in (BOUNCES, BOUNCES.rstrip("/"))]

    async def take(self, request: Request) -> Response:
        """`POST /mail-in/bounces/`: JSON of any declared type (SNS declares text); returns the number of addresses
        stopped."""
        try:
            check_secret(request, self._secret)
            data = _json(await read_body(request, BODY_LIMIT))
            stopped = await self._stop(data)
        except AppError as error:
            return problem(error)
        if url := confirm_url(data):
            log.warning("open this address to confirm the subscription to bounces: %s", url)
        return json_response({"stopped": stopped})

    async def _stop(self, data: object) -> int:
        stopped = 0
        for address, reason in read_bounces(data):
            try:
                email = read_email(address)
            except BadRequest:
                continue
            await self._subscribing.stop_address(email, reason)
            stopped += 1
        return stopped


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("bad_json") from None
