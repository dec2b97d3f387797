"""The page behind a mail's buttons: shows what they decide, and decides by one form, without signing in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ..errors import NotFound
from ..i18n.catalogue import texts
from ..notify.decision_links import PATH
from ..notify.mail_decisions import Found, MailDecisions
from ..web.views import View
from .auth import OwnerAuth


class ByMailViews:
    """Decisions by signed links. A GET changes nothing, since mail programs and scanners follow links themselves."""

    def __init__(self, auth: OwnerAuth, decisions: MailDecisions) -> None:
        self._auth = auth
        self._decisions = decisions

    def views(self) -> dict[str, dict[str, View]]:
        """Its routes."""
        return {PATH: {"GET": self.read, "POST": self.decide}}

    async def read(self, request: Request) -> Response:
        """`GET /admin/by-mail/?link=`: what the mail's button decides."""
        return self._show(request, await self._decisions.look(request.query_params.get("link", "")))

    async def decide(self, request: Request) -> Response:
        """`POST …`: submits the page's own button."""
        await self._auth.form(request)
        return self._show(request, await self._decisions.decide(request.query_params.get("link", "")))

    def _show(self, request: Request, found: Found | None) -> Response:
        if found is None:
            raise NotFound
        t = texts(self._auth.language(request), "admin.by_mail")
        action = found.link.action
        return self._auth.open(
            request, "admin/by_mail.html", t=t, title=t[f"titles.{action}"], found=found, action=action,
            path=f"{PATH}?{request.url.query}",
        )  # fmt: skip
