"""A preview of a site's widget, framed by its settings page: the widget itself, on our own origin."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ...errors import BadRequest, NotFound
from ...i18n.catalogue import languages, texts
from ...runtime import Runtime
from ...sites.settings import THEMES
from ...sites.sightings_store import seen
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/settings/preview/"
NO_PAGE = "/preview/"
"""An empty page, for a site whose pages have not been seen yet."""


class PreviewViews:
    """The widget preview of an owner's sites. Only our own pages may frame it."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._db = runtime.db
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {PATH: {"GET": self.read}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/settings/preview/?site=&theme=&lang=`: the site's saved settings, except for the given ones."""
        query, lang = call.query("site", "theme", "lang"), self._auth.language(call.request)
        if query["site"] not in call.owner.sites:
            raise NotFound
        if query["theme"] not in ("", *THEMES) or query["lang"] not in ("", *languages()):
            raise BadRequest("validation_failed", "theme: must be one that there is.")
        place = await self._db.read(lambda: seen(query["site"]))
        response = self._auth.render(
            "admin/preview.html", lang=lang, title=texts(lang, "admin.site_settings")["preview"], site=query["site"],
            page=place.page if place else NO_PAGE, theme=query["theme"], asked_lang=query["lang"],
        )  # fmt: skip
        own = self._auth.headers["Content-Security-Policy"]
        response.headers["Content-Security-Policy"] = own.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        return response
