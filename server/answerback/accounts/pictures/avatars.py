"""Avatars from sign-in providers: fetched once, stored, and served by this server."""

from __future__ import annotations

import base64

from starlette.requests import Request
from starlette.responses import Response

from ...core.model import Visitor
from ...db.work import Work
from ...errors import NotFound
from ...jobs.model import Job, Kind
from ...net.http import problem
from ...runtime import Runtime
from ..profile import store
from ..profile.changing import Told
from ..store import visitor_by_id
from .fetching import PictureFetcher
from .images import Picture, read_picture

KIND = "picture"
AT_ONCE, TRIES = 4, 3
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class Avatars:
    """Fetches, stores and serves pictures; `changed` is called with the threads that show a new one."""

    def __init__(self, runtime: Runtime, fetcher: PictureFetcher, changed: Told) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._jobs = runtime.jobs
        self._public_url = runtime.settings.public_url
        self._fetcher = fetcher
        self._changed = changed

    def kind(self) -> Kind:
        """The job that fetches a picture."""
        return Kind(KIND, self._take, at_once=AT_ONCE, tries=TRIES)

    def later(self, visitor: Visitor, url: str) -> Work[None]:
        """Within a sign-in's transaction: queues fetching a picture for a visitor who has none."""
        if url and visitor.avatar_url is None:
            yield from self._jobs.put(KIND, {"visitor": visitor.id, "url": url}, site=visitor.site, key=visitor.id)

    async def _take(self, job: Job) -> None:
        picture = await self._fetcher.fetch(str(job.data["url"]))
        visitor = await self._db.read(lambda: visitor_by_id(job.site, str(job.data["visitor"])))
        if picture is not None and visitor is not None:
            await self.keep(visitor, picture, only_first=True)

    async def keep(self, visitor: Visitor, picture: Picture, *, only_first: bool = False) -> str | None:
        """Stores the visitor's picture; returns its address, or None if the visitor has chosen one already."""
        id, now = self._ids.new(), self._clock.now()
        url = f"{self._public_url}/avatars/{id}"
        data = base64.b64encode(picture.data).decode("ascii")

        def work() -> Work[bool]:
            pages = yield from store.keep_picture(
                id, visitor, picture.media_type, data, url, now, only_first=only_first
            )
            yield from self._changed(visitor.site, pages or ())
            return pages is not None

        return url if await self._db.write(work) else None

    async def serve(self, request: Request) -> Response:
        """`GET /avatars/<id>`."""
        found = await store.picture(self._db, str(request.path_params["id"]))
        if found is None:
            return problem(NotFound())
        picture = read_picture(base64.b64decode(found[1]))
        if picture is None:  # stored, or restored, before pictures were measured this way
            return problem(NotFound())
        return Response(picture.data, headers={**HEADERS, "Content-Type": picture.media_type})
