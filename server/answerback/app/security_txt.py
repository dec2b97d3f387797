"""`/.well-known/security.txt` (RFC 9116), if the operator set a contact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..clock import Clock
from ..errors import NotFound
from ..net.http import problem
from ..settings import Settings

PATH = "/.well-known/security.txt"
DAYS = 180
"""RFC 9116 requires less than a year; renewed each day."""


def security_txt(settings: Settings, now: int) -> str:
    """The file's text; it expires in half a year."""
    day = datetime.fromtimestamp(now / 1000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.security_contact}",
        f"Expires: {(day + timedelta(days=DAYS)).isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en, ko",
        f"Canonical: {settings.public_url}{PATH}",
    ]
    return "".join(f"{line}\n" for line in lines)


def security_route(settings: Settings, clock: Clock) -> Route:
    """Serves the file; 404 without a contact."""

    async def serve(request: Request) -> Response:
        if not settings.security_contact:
            return problem(NotFound())
        return Response(
            security_txt(settings, clock.now()), media_type="text/plain", headers={"Cache-Control": "max-age=3600"}
        )

    return Route(PATH, serve)
