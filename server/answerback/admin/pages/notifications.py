"""An owner's choice of email notifications."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from ...core.notices import KINDS, PACES, Hours
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...i18n.catalogue import languages, own_name, texts
from ...notify import store
from ...notify.notices import STOP, Notices, chosen
from ...runtime import Runtime
from ...web.views import View
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/notifications/"


class NotificationViews:
    """An owner's notification settings, for each site and kind."""

    LINK = (PATH, "notifications")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, notices: Notices) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._auth = auth
        self._notices = notices

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {PATH: {"GET": self.read, "POST": self.keep}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/notifications/`."""
        owner, now = call.owner, self._clock.now()
        await self._db.write(lambda: store.add_missing(now))
        choices = await self._db.read(lambda: store.choices_of(owner.id, owner.sites))
        hours, lang = await self._db.read(lambda: store.hours_of(owner.id))
        paces: dict[str, dict[str, str]] = {}
        for choice in choices:
            paces.setdefault(choice.site, {})[choice.kind] = choice.pace
        return self._auth.show(
            call, "notifications", title=lambda t: t["title"], paces=paces, all_kinds=KINDS, all_paces=PACES,
            hours=hours, mail_lang=lang, mail_languages={tag: own_name(tag) for tag in languages()},
            mails=bool(self._notices.kinds()), kept=bool(call.query("kept")["kept"]),
        )  # fmt: skip

    async def keep(self, call: OwnerCall) -> Response:
        """`POST /admin/notifications/` `{<site>|<kind>: pace, …, hour, quiet_from, quiet_until, lang}`."""
        form, owner, now = call.form, call.owner, self._clock.now()
        hours = Hours(*(_hour(form.get(name, "")) for name in ("hour", "quiet_from", "quiet_until")))
        lang = form.get("lang", "")
        if lang and lang not in languages():
            raise BadRequest("validation_failed", "lang: must be a language that there is.")
        wanted = []
        for site in [await self._sites.get(key) for key in owner.sites]:
            for kind in KINDS:
                pace = form.get(f"{site.key}|{kind}")
                if pace is None:
                    continue
                if pace not in PACES:
                    raise BadRequest("validation_failed", f"{kind}: must be one of {', '.join(PACES)}.")
                wanted.append((site, kind, pace))

        def work() -> Work[None]:
            yield from store.keep_hours(owner.id, hours, lang)
            for site, kind, pace in wanted:
                yield from chosen(owner.id, site, kind, pace, hours, now)

        await self._db.write(work)
        return self._auth.redirect(f"{PATH}?kept=1")


class NoticeStopViews:
    """Unsubscribing by the link in each mail, without signing in; only the mail's reader has that link."""

    def __init__(self, auth: OwnerAuth, notices: Notices) -> None:
        self._auth = auth
        self._notices = notices

    def views(self) -> dict[str, dict[str, View]]:
        """Its routes. A GET changes nothing, since mail programs follow links themselves."""
        return {STOP: {"GET": self.read, "POST": self.stop}}

    async def read(self, request: Request) -> Response:
        """`GET /admin/notifications/stop/?owner=&proof=`: asks for confirmation."""
        query = request.query_params
        email = await self._notices.address(query.get("owner", ""), query.get("proof", ""))
        if email is None:
            raise NotFound
        return self._show(request, email, stopped=False)

    async def stop(self, request: Request) -> Response:
        """`POST …`: unsubscribes, from the page's button or a mail program (RFC 8058)."""
        query = request.query_params
        owner, proof = query.get("owner", ""), query.get("proof", "")
        email = await self._notices.address(owner, proof)
        if email is None or not await self._notices.stop(owner, proof):
            raise NotFound
        return self._show(request, email, stopped=True)

    def _show(self, request: Request, email: str, *, stopped: bool) -> Response:
        t = texts(self._auth.language(request), "admin.notifications")
        path = f"{STOP}?{request.url.query}"
        return self._auth.open(
            request, "admin/notice_stop.html", t=t, title=t["title"], email=email, stopped=stopped, path=path
        )


def _hour(text: str) -> int:
    if not text.isdecimal() or len(text) > 2 or int(text) > 23:
        raise BadRequest("validation_failed", "hour: must be a whole number from 0 to 23.")
    return int(text)
