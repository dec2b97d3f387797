"""The thread as a page of our own, to be read without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..runtime import Runtime
from ..web.rendering import language_of
from ..web.views import METHODS, WebViews
from . import store
from .snapshot import Snapshots, read_key

HEADERS = {"Cache-Control": "public, max-age=30", "Vary": "Accept-Language"}
TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Comments", "total": "{n} comments", "one": "1 comment", "none": "No comments yet.", "guest": "Guest",
        "owner": "Author", "ai": "AI answer", "quotes": "Quotes from the page", "failed": "There is no answer yet.",
        "verified": "Checked by the author", "gone": "This comment was deleted.", "sources": "From the page",
        "back": "Back to the page, where you can write", "back_only": "Back to the page",
        "locked": "This thread is closed.", "more": "More comments",
    },
    "ko": {
        "title": "댓글", "total": "댓글 {n}개", "one": "댓글 1개", "none": "아직 댓글이 없어요.", "guest": "손님",
        "owner": "글쓴이", "ai": "AI 답변", "quotes": "글에서 찾은 문장", "failed": "아직 답변이 없어요.",
        "verified": "글쓴이가 확인했어요", "gone": "삭제된 댓글이에요.", "sources": "글에서 찾은 근거",
        "back": "글로 돌아가 댓글 쓰기", "back_only": "글로 돌아가기", "locked": "더 이상 댓글을 쓸 수 없는 글이에요.",
        "more": "댓글 더 보기",
    },
}  # fmt: skip


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
        key = read_key(site.key, query)
        thread = orjson.loads((await self._snapshots.get(key)).body)
        place = await self._db.read(lambda: store.place(site.key, key[1]))
        lang = language_of(request, site.lang, query.get("lang", ""))
        following = thread["next"] and "?" + urlencode({**query, "cursor": thread["next"]})
        response = self._views.render(
            "comments/templates/thread.html", lang=lang, t=TEXTS[lang], title=TEXTS[lang]["title"],
            site_name=site.name or site.key, thread=thread, url=place[0] if place else "",
            page_title=(place[1] if place else "") or key[1], following=following, day=_day,
        )  # fmt: skip
        response.headers.update(HEADERS)
        return response


def _day(moment: str) -> str:
    """The day of a time as the API writes it."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%d}"
