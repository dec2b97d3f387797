"""Views on our own origin: the host check, the form token, HTML errors, security headers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ..errors import AppError, BadRequest, Forbidden, MethodNotAllowed, WrongMediaType
from ..i18n.catalogue import error_text, texts
from ..logs import bound
from ..net.http import read_body
from ..settings import Settings
from .forms import EMPTY, Form, read_form
from .rendering import language_of, render

log = logging.getLogger(__name__)

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    # Not `no-referrer`: browsers would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
View = Callable[[Request], Awaitable[Response]]


class WebViews:
    """Checks requests for views of one kind, and renders them."""

    headers: Mapping[str, str] = HEADERS
    """Response headers of every view of this kind, unless a response sets its own."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.public_url)
        self.base = parts.path.rstrip("/")
        """The path prefix, if the server is mounted below a path."""
        self.origin = _plain(settings.public_origin)
        self._scheme = parts.scheme

    def check_host(self, request: Request) -> None:
        """Raises BadRequest for a host other than our own, so that a foreign name pointed at us (DNS rebinding) reads
        nothing."""
        if _plain(f"{self._scheme}://{request.headers.get('host', '').lower()}") != self.origin:
            raise BadRequest("validation_failed", "This page is not served at this address.")

    def check_own(self, request: Request) -> None:
        """Raises Forbidden unless the request comes from one of our own pages."""
        origin = request.headers.get("origin")
        if origin is None:
            own = request.headers.get("sec-fetch-site") == "same-origin"
        else:
            own = _plain(origin.lower()) == self.origin
        if not own:
            raise Forbidden("origin_not_allowed", reason="foreign_form")

    async def form(self, request: Request) -> Form:
        """Parses a form submitted by one of our own pages. Raises an AppError for any other."""
        self.check_own(request)
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            raise WrongMediaType("unsupported_media_type", "Forms must be URL-encoded.")
        return read_form(await read_body(request))

    def render(self, template: str, *, lang: str, status: int = 200, **values: Any) -> Response:
        """Renders a template as a response. Besides the template's own values, the frame uses `title`, `site_name`, and
        the messages `done` (success) and `problem` (error)."""
        frame = {"base": self.base, "lang": lang, "done": "", "problem": "", "hidden": {}, "form": EMPTY}
        html = render(template, **(frame | values))
        return Response(html, status, media_type="text/html")

    def guarded(self, calls: Mapping[str, View]) -> View:
        """An endpoint for these methods; never overrides headers that a response has set."""

        async def serve(request: Request) -> Response:
            try:
                self.check_host(request)
                call = calls.get("GET" if request.method == "HEAD" else request.method)
                if call is None:
                    raise MethodNotAllowed("method_not_allowed")
                response = await call(request)
            except AppError as error:
                response = self._error(request, error)
            except ClientDisconnect:
                response = Response(status_code=400)
            except Exception:
                log.exception("unexpected error")
                response = self._error(request, AppError("internal"))
            for name, value in self.headers.items():
                response.headers.setdefault(name, value)
            return response

        return serve

    def _error(self, request: Request, error: AppError) -> Response:
        lang = self.language(request, request.query_params.get("lang", ""))
        values = {"site_name": "Answerback"} | self.error_values(request, lang)
        if error.status == 500:
            values["request_id"] = texts(lang, "web")("request", id=bound("request"))
        response = self.render(
            "web/templates/error.html", lang=lang, status=error.status, title=texts(lang, "web")["failed"],
            problem=error_text(error, lang), **values,
        )  # fmt: skip
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(max(1, error.retry_after))
        return response

    def language(self, request: Request, asked: str = "") -> str:
        """The language of a view that belongs to no site."""
        return language_of(request, "", asked)

    def error_values(self, request: Request, lang: str) -> dict[str, str]:
        """Template values for the error page: `site_name`, a `hint`, and a link (`again`, `again_text`)."""
        return {}


def _plain(origin: str) -> str:
    """An origin without the default port of its scheme."""
    scheme, _, host = origin.partition("://")
    usual = {"http": ":80", "https": ":443"}.get(scheme, "")
    return f"{scheme}://{host.removesuffix(usual) if usual else host}"
