"""The thread as a page of our own, to be read without scripts."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import NotFound
from ..i18n.catalogue import texts
from ..i18n.cldr import date
from ..runtime import Runtime
from ..web.rendering import language_of
from ..web.views import METHODS, WebViews
from . import store
from .snapshot import Snapshots, read_key

HEADERS = {"Cache-Control": "public, max-age=30", "Vary": "Accept-Language"}


class ThreadViews:
    """`GET /t/?site=&page=`: what `<noscript>` links to."""

    def __init__(self, runtime: Runtime, snapshots: Snapshots) -> None:
        self._views = WebViews(runtime.settings)
        self._db = runtime.db
        self._sites = runtime.sites
        self._snapshots = snapshots

    def routes(self) -> list[Route]:
        """The page, with and without the last slash."""
        serve = self._views.guarded({"GET": self.read})
        return [Route(path, serve, methods=METHODS) for path in ("/t/", "/t")]

    async def read(self, request: Request) -> Response:
        """The thread from the same snapshot that the widget reads. Raises an AppError for a bad site or query."""
        query = request.query_params
        site = await self._sites.get(query.get("site", ""))
        key = read_key(site, query)
        thread = orjson.loads((await self._snapshots.get(key)).body)
        if query.get("comment"):
            thread |= {"comments": [await self._whole(*key[:2], query["comment"])], "next": None}
        place = await self._db.read(lambda: store.place(site.key, key[1]))
        lang = language_of(request, site.lang, query.get("lang", ""))
        widget = texts(lang, "widget")

        def at(cursor: str = "", comment: str = "") -> str:
            return "?" + urlencode({**query, "cursor": cursor, "comment": comment})

        response = self._views.render(
            "comments/templates/thread.html", lang=lang, t=texts(lang, "thread"), w=widget, title=widget["heading"],
            site_name=site.name or site.key, thread=thread, url=place[0] if place else "",
            page_title=(place[1] if place else "") or key[1], at=at, date=partial(date, lang),
        )  # fmt: skip
        response.headers.update(HEADERS)
        return response

    async def _whole(self, site: str, page: str, id: str) -> dict[str, Any]:
        """A comment that the thread shows cut. Raises NotFound."""
        comment = await self._db.read(lambda: store.comment_by_id(site, id))
        if comment is None or comment.page != page or comment.state != "published":
            raise NotFound
        return comment.public()
