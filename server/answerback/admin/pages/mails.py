"""Every mail that the server sends, as it looks in each language."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import HTMLResponse, Response

from ...errors import NotFound
from ...i18n.catalogue import languages, own_name
from ...mail.samples import SAMPLES
from ...mail.transport import Message
from ...runtime import Runtime
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/mails/"
SHOWN = f"{PATH}shown/"
SHOWN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
"""Allows a mail's inline styles and nothing else."""


class MailViews:
    """Previews of the mails, one at a time, as HTML in a frame and as plain text."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._sites = runtime.sites
        self._url = runtime.settings.public_url
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {PATH: {"GET": self.read}, SHOWN: {"GET": self.show}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/mails/?mail=&lang=`."""
        name, lang, message = await self._message(call)
        response = self._auth.show(
            call, "mails", title=lambda t: t["title"], name=name, mail_lang=lang, names=list(SAMPLES), message=message,
            mail_languages={tag: own_name(tag) for tag in languages()},
            shown=self._auth.address(SHOWN, {"mail": name, "lang": lang}),
        )  # fmt: skip
        policy = self._auth.headers["Content-Security-Policy"]
        response.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"
        return response

    async def show(self, call: OwnerCall) -> Response:
        """`GET /admin/mails/shown/?mail=&lang=`: a mail's HTML, for the frame."""
        _, _, message = await self._message(call)
        return HTMLResponse(message.html, headers={"Content-Security-Policy": SHOWN_POLICY})

    async def _message(self, call: OwnerCall) -> tuple[str, str, Message]:
        """The requested mail in the requested language. Raises NotFound."""
        query = call.query("mail", "lang")
        name, lang = query["mail"] or next(iter(SAMPLES)), query["lang"] or self._auth.language(call.request)
        if name not in SAMPLES or lang not in languages() or not call.owner.sites:
            raise NotFound
        site = await self._sites.get(call.owner.sites[0])
        return name, lang, SAMPLES[name](site, lang, self._url)
