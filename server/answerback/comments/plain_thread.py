"""Threads and questions as server-rendered pages, for readers without scripts and for search engines."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..core.model import Comment
from ..core.names import bearers, marks
from ..core.times import iso
from ..db.work import Work
from ..errors import NotFound
from ..i18n.catalogue import texts
from ..i18n.cldr import date
from ..runtime import Runtime
from ..sites.settings import Site
from ..web.rendering import language_of
from ..web.views import METHODS, View, WebViews
from . import questions_store, store, structured_data
from .snapshot import Snapshots, read_key

HEADERS = {"Cache-Control": "public, max-age=30", "Vary": "Accept-Language"}
SITEMAP_LIMIT = 50_000
"""The most addresses in a sitemap (https://www.sitemaps.org/protocol.html)."""
TITLE_LENGTH = 110
"""The most characters of a question in a page title, as search engines display it."""


class ThreadViews:
    """`/t/?site=&page=`, the target of `<noscript>`; `/t/question/?site=&id=`; sitemaps; `/robots.txt`."""

    def __init__(self, runtime: Runtime, snapshots: Snapshots) -> None:
        self._views = WebViews(runtime.settings)
        self._url = runtime.settings.public_url.rstrip("/")
        self._db = runtime.db
        self._sites = runtime.sites
        self._snapshots = snapshots

    def routes(self) -> list[Route]:
        """Its routes, with and without the trailing slash."""
        paths: dict[str, View] = {
            "/t/": self.read, "/t": self.read, "/t/question/": self.question, "/t/question": self.question,
            "/t/sitemap.xml": self.sitemap, "/robots.txt": self.robots,
        }  # fmt: skip
        return [Route(path, self._views.guarded({"GET": view}), methods=METHODS) for path, view in paths.items()]

    async def read(self, request: Request) -> Response:
        """The thread, from the snapshot that the widget reads. Raises an AppError for a bad site or query."""
        query = request.query_params
        site = await self._sites.get(query.get("site", ""))
        key = read_key(site, query)
        thread = orjson.loads((await self._snapshots.get(key)).body)
        if query.get("comment"):
            thread |= {"comments": [await self._whole(*key[:2], query["comment"])], "next": None}
        place = await self._db.read(lambda: store.place(site.key, key[1]))
        url, title = place or ("", "")
        own = self._address("/t/", site=site.key, page=key[1])

        def at(cursor: str = "", comment: str = "") -> str:
            return "?" + urlencode({**query, "cursor": cursor, "comment": comment})

        def about(comment: dict[str, Any]) -> str:
            return self._address("/t/question/", site=site.key, id=comment["id"])

        lang = language_of(request, site.lang, query.get("lang", ""))
        return self._page(
            "comments/templates/thread.html", site, lang, title=texts(lang, "widget")["heading"], canonical=url or own,
            indexed=site.index_threads and not query.get("comment"), thread=thread, url=url,
            page_title=title or key[1], at=at, about=about, mark=marks(bearers(thread["comments"])),
            data=structured_data.discussion(
                thread, url=url or own, title=title or key[1], publisher=_publisher(site)
            ),
        )  # fmt: skip

    async def question(self, request: Request) -> Response:
        """A question with its answers. Raises NotFound if there is none or no answer."""
        query = request.query_params
        site, id = await self._sites.get(query.get("site", "")), query.get("id", "")

        def work() -> Work[tuple[Comment, list[Comment], tuple[str, str]]]:
            question = yield from store.comment_by_id(site.key, id)
            if question is None or question.state != "published" or question.answer is not None:
                raise NotFound
            answers = yield from questions_store.answers_to(site.key, id)
            if not answers:
                raise NotFound
            return question, answers, (yield from store.place(site.key, question.page)) or ("", "")

        question, answers, (url, page_title) = await self._db.read(work)
        own = self._address("/t/question/", site=site.key, id=id)
        title, shown = _title(question), [answer.public() for answer in answers]
        return self._page(
            "comments/templates/question.html", site, language_of(request, site.lang, query.get("lang", "")),
            title=title, canonical=own, indexed=site.index_threads and questions_store.by_owner(answers[0]),
            question=question.public(), answers=shown, mark=marks(bearers([question.public(), *shown])), url=url,
            page_title=page_title or question.page,
            thread_url=self._address("/t/", site=site.key, page=question.page),
            data=structured_data.question_page(
                question.public(), shown, url=own, title=title, publisher=_publisher(site)
            ),
        )  # fmt: skip

    async def sitemap(self, request: Request) -> Response:
        """The site's verified questions. Raises NotFound if the site is not indexed."""
        site = await self._sites.get(request.query_params.get("site", ""))
        if not site.index_threads:
            raise NotFound
        found = await self._db.read(lambda: questions_store.verified_questions(site.key, SITEMAP_LIMIT))
        entries = "".join(
            f"<url><loc>{escape(self._address('/t/question/', site=site.key, id=id))}</loc>"
            f"<lastmod>{iso(changed_at)}</lastmod></url>\n"
            for id, changed_at in list(found.items())[:SITEMAP_LIMIT]
        )
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        return Response(f"{head}{entries}</urlset>\n", headers=HEADERS, media_type="application/xml")

    async def robots(self, request: Request) -> Response:
        """Lists the sitemaps of indexed sites; each page carries its own robots directive."""
        await self._sites.refresh()
        wanting = sorted(site.key for site in self._sites.all() if site.index_threads)
        lines = ["User-agent: *", "Allow: /"]
        lines += [f"Sitemap: {self._address('/t/sitemap.xml', site=key)}" for key in wanting]
        return Response("\n".join(lines) + "\n", headers=HEADERS, media_type="text/plain")

    def _page(self, template: str, site: Site, lang: str, *, data: dict[str, Any] | None, **values: Any) -> Response:
        response = self._views.render(
            template, lang=lang, t=texts(lang, "thread"), w=texts(lang, "widget"), site_name=site.name or site.key,
            date=partial(date, lang), data=data and structured_data.script(data), **values,
        )  # fmt: skip
        response.headers.update(HEADERS)
        return response

    def _address(self, path: str, **query: str) -> str:
        return f"{self._url}{path}?{urlencode(query, quote_via=quote)}"

    async def _whole(self, site: str, page: str, id: str) -> dict[str, Any]:
        """A comment that the thread shows truncated. Raises NotFound."""
        comment = await self._db.read(lambda: store.comment_by_id(site, id))
        if comment is None or comment.page != page or comment.state != "published":
            raise NotFound
        return comment.public()


def _publisher(site: Site) -> dict[str, Any]:
    return structured_data.organization(site.name or site.key, site.origins[0])


def _title(question: Comment) -> str:
    """A question on one line, truncated between words."""
    words = " ".join(structured_data.text_of(question.html).split())
    return words if len(words) <= TITLE_LENGTH else words[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
