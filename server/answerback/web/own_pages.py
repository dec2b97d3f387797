"""Pages on our own origin, rendered here: right host, forms of our own only, errors as pages, headers always."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ..errors import AppError, BadRequest, Forbidden, MethodNotAllowed, WrongMediaType
from ..net.http import read_body
from ..settings import Settings

log = logging.getLogger(__name__)

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
FIELDS_LIMIT = 20
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Page = Callable[[Request], Awaitable[Response]]
ErrorPage = Callable[[Request, AppError], Response]


class WebPages:
    """Checks requests for pages of our own."""

    headers: Mapping[str, str] = HEADERS
    """What every page of this kind is sent with, unless a response has its own."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.public_url)
        self.base = parts.path.rstrip("/")
        """What stands before our paths where the server is reached below a path."""
        self.origin = _plain(settings.public_origin)
        self._scheme = parts.scheme

    def check_host(self, request: Request) -> None:
        """Raises BadRequest for another host than our own: a name pointed at us from outside sees nothing."""
        if _plain(f"{self._scheme}://{request.headers.get('host', '').lower()}") != self.origin:
            raise BadRequest("validation_failed", "This address is not the one that this page is read at.")

    def check_own(self, request: Request) -> None:
        """Raises Forbidden unless one of our own pages has sent this."""
        origin = request.headers.get("origin")
        if origin is None:
            own = request.headers.get("sec-fetch-site") == "same-origin"
        else:
            own = _plain(origin.lower()) == self.origin
        if not own:
            raise Forbidden("origin_not_allowed", "This form was not sent by one of our own pages.")

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form that one of our own pages has sent. Raises an AppError for anything else."""
        self.check_own(request)
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            raise WrongMediaType("unsupported_media_type", "Forms are sent URL-encoded.")
        try:
            text = (await read_body(request)).decode("utf-8")
            fields = parse_qs(text, keep_blank_values=True, max_num_fields=FIELDS_LIMIT, errors="strict")
        except ValueError:
            raise BadRequest("validation_failed", "The form cannot be read.") from None
        return {name: values[0].replace("\x00", "") for name, values in fields.items()}

    def guarded(self, calls: Mapping[str, Page], error_page: ErrorPage) -> Page:
        """An endpoint for these methods; headers that a response has already are left as they are."""

        async def serve(request: Request) -> Response:
            try:
                self.check_host(request)
                call = calls.get("GET" if request.method == "HEAD" else request.method)
                if call is None:
                    raise MethodNotAllowed("method_not_allowed")
                response = await call(request)
            except AppError as error:
                response = error_page(request, error)
            except ClientDisconnect:
                response = Response(status_code=400)
            except Exception:
                log.exception("unexpected error")
                response = error_page(request, AppError("internal"))
            for name, value in self.headers.items():
                response.headers.setdefault(name, value)
            return response

        return serve


def _plain(origin: str) -> str:
    """An origin without the port that its scheme means anyway."""
    scheme, _, host = origin.partition("://")
    usual = {"http": ":80", "https": ":443"}.get(scheme, "")
    return f"{scheme}://{host.removesuffix(usual) if usual else host}"
