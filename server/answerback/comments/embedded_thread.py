"""A thread as declarative shadow DOM, which the widget takes over as it is."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import orjson
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..core.names import bearers, marks
from ..errors import BadRequest
from ..i18n.catalogue import texts
from ..i18n.cldr import date
from ..runtime import Runtime
from ..sites.settings import THEMES
from ..web.rendering import language_of
from ..web.views import METHODS, WebViews
from .snapshot import Snapshots, read_key

STATIC = Path(__file__).parents[1] / "static" / "answerback"
HEADERS = {
    "Cache-Control": "public, max-age=30",
    "Vary": "Accept-Language",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class EmbedViews:
    """`GET /embed/thread.html?site=&page=`."""

    def __init__(self, runtime: Runtime, snapshots: Snapshots) -> None:
        self._views = WebViews(runtime.settings)
        self._url = runtime.settings.public_url.rstrip("/")
        self._sites = runtime.sites
        self._snapshots = snapshots

    def routes(self) -> list[Route]:
        """Its routes."""
        return [Route("/embed/thread.html", self._views.guarded({"GET": self.read}), methods=METHODS)]

    async def read(self, request: Request) -> Response:
        """The first page of the thread as HTML with its data. Raises an AppError for a bad site or query."""
        query = request.query_params
        site = await self._sites.get(query.get("site", ""))
        theme = query.get("theme") or site.theme
        if theme not in THEMES:
            raise BadRequest("validation_failed", f"theme: must be one of {', '.join(THEMES)}.")
        asked = {"page": query.get("page", ""), "sort": "newest", "limit": query.get("limit", "")}  # as the widget asks
        key = read_key(site, asked)
        body = (await self._snapshots.get(key)).on(site, self._snapshots.about).body
        lang, thread = language_of(request, site.lang, query.get("lang", "")), orjson.loads(body)
        response = self._views.render(
            "comments/templates/embedded.html", lang=lang, w=texts(lang, "widget"), site=site.key, page=key[1],
            theme=theme, asked_lang=query.get("lang", ""), asked_theme=query.get("theme", ""),
            sheet=f"{self._url}/answerback/{_sheet()}", thread=thread, date=partial(date, lang),
            mark=marks(bearers(thread["comments"])),
            # Markup: nothing in it can end the script, and it is no HTML otherwise.
            data=Markup(body.decode().replace("<", "\\u003c")),
        )  # fmt: skip
        response.headers.update(HEADERS)
        return response


@cache
def _sheet() -> str:
    """The file name of the widget's built style sheet."""
    return next((path.name for path in sorted(STATIC.glob("sheet-*.css"))), "sheet.css")
