"""Pages for a report's sender and a hidden comment's author: the decision, its reasons and an appeal."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..core import comments as rules
from ..core.model import Comment
from ..db.work import Work
from ..errors import BadRequest, Conflict, NotFound
from ..i18n.catalogue import error_text, texts
from ..i18n.cldr import date_and_time
from ..runtime import Runtime
from ..web.forms import EMPTY, BoundForm, refused
from ..web.rendering import language_of
from ..web.views import METHODS, WebViews
from . import store
from .approval import reports_store
from .approval.reporting import Reporting
from .approval.reports_store import Report, Statement

APPEAL_LIMIT = 2_000


class ReportPages:
    """`/reports/<id>/`: the id is a receipt's or a statement's, known to nobody else."""

    def __init__(self, runtime: Runtime, reporting: Reporting) -> None:
        self._views = WebViews(runtime.settings)
        self._db = runtime.db
        self._sites = runtime.sites
        self._reporting = reporting

    def routes(self) -> list[Route]:
        """The page and its form."""
        serve = self._views.guarded({"GET": self.read, "POST": self.appeal})
        return [Route("/reports/{id}/", serve, methods=METHODS)]

    async def read(self, request: Request) -> Response:
        """The decision, or that there is none yet. Raises NotFound."""
        return await self._show(request, EMPTY, 200)

    async def appeal(self, request: Request) -> Response:
        """`POST {words}`: contests the decision. Raises NotFound."""
        form = await self._views.form(request)
        try:
            words = rules.clean_text(form.get("words", ""))
            if not 1 <= len(words) <= APPEAL_LIMIT:
                raise BadRequest("validation_failed", "words: must say why.", reason="appeal_length")
            await self._reporting.appeal(str(request.path_params["id"]), words)
        except (BadRequest, Conflict) as error:
            lang = self._language(request, "")
            return await self._show(request, refused(form, error, error_text(error, lang)), error.status)
        return RedirectResponse(f"{self._views.base}{request.url.path.removeprefix(self._views.base)}", 303)

    async def _show(self, request: Request, form: BoundForm, status: int) -> Response:
        id = str(request.path_params["id"])
        key, comment, report, statement = await self._db.read(lambda: _found(id))
        site = await self._sites.get(key)
        lang = self._language(request, site.lang)
        t = texts(lang, "reports")
        about: Report | Statement | None = report or statement
        assert about is not None
        return self._views.render(
            "comments/templates/report.html", lang=lang, status=status, t=t, title=t["report" if report else "hidden"],
            site_name=site.name or site.key, comment=comment, report=report, statement=statement, about=about,
            form=form, limit=APPEAL_LIMIT, problem=form.problem,
            at=lambda moment: date_and_time(lang, moment, site.timezone),
        )  # fmt: skip

    def _language(self, request: Request, of_site: str) -> str:
        return language_of(request, of_site, request.query_params.get("lang", ""))


def _found(id: str) -> Work[tuple[str, Comment | None, Report | None, Statement | None]]:
    by_receipt = yield from reports_store.by_receipt(id)
    if by_receipt is not None:
        site, report = by_receipt
        return site, (yield from store.comment_by_id(site, report.comment_id)), report, None
    statement = yield from reports_store.statement_by_id(id)
    if statement is None:
        raise NotFound
    return statement.site, (yield from store.comment_by_id(statement.site, statement.comment_id)), None, statement
